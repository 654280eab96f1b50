/* Finds a small scenario that fails as the scenario of a seed does: delta debugging over its settings and their values. */
#ifndef TOESIM_SIM_SWARM_SHRINK_H
#define TOESIM_SIM_SWARM_SHRINK_H

#include "sim/swarm/swarm_draw.h"

/* The failure to keep, and how to find out whether a scenario has it. */
struct swarm_shrink_test {
    /* Returns true if the scenario fails in the same way. */
    bool (*fails)(void *self, const struct swarm_scenario *scenario);
    void *self;
};

/*
 * Removes settings from the scenario, and then makes its counts, sizes, rates and times smaller, as long as it still fails.
 * An action is removed as a whole first. `seed`, `name` and `duration` stay. Every setting that is left is needed: without it, or with
 * half its value, the scenario does not fail in this way any more. Returns the number of scenarios that were tried.
 */
unsigned swarm_shrink(struct swarm_scenario *scenario, const struct swarm_shrink_test *test);

/* True if both reasons name the same failure: they may differ in their numbers and folders. */
bool swarm_same_failure(const char *why, const char *other);

#endif
