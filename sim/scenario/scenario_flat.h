/* A configuration as a flat list: every key that has a value, with its text and the origin of the value. */
#ifndef TOESIM_SIM_SCENARIO_FLAT_H
#define TOESIM_SIM_SCENARIO_FLAT_H

#include "sim/scenario/scenario_lookup.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One value. `path` has the indices of lists and the numbers of NICs, such as "faults[0].at". The texts are valid only
 * during the call. */
struct scenario_flat {
    const char *path;
    const char *text;
    const struct scenario_key *key;
    enum sim_origin origin;
};

typedef void (*scenario_flat_fn)(void *self, const struct scenario_flat *value);

/* Calls `fn` for each value, in the order of effective.yaml. Values of one NIC are there if they override those of
 * both. */
void scenario_flatten(const struct sim_config *config, scenario_flat_fn fn, void *self);

/* Returns true if the action is in the list of this key, and the key is needed to describe it. */
bool scenario_action_has_key(const struct scenario_key *key, const struct sim_action *action);

#ifdef __cplusplus
}
#endif

#endif
