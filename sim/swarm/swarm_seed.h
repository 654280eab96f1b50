/* Tries one seed of the swarm: draws its scenario, runs it, judges the results, and runs it again. */
#ifndef TOESIM_SIM_SWARM_SEED_H
#define TOESIM_SIM_SWARM_SEED_H

#include "sim/swarm/swarm_draw.h"

enum { SWARM_WHY_MAX = 1024 };

/*
 * Tries a seed in the folder `place`, which exists. Returns true if nothing is wrong; the seed then leaves no files
 * behind. Otherwise `why` says what is wrong, and PLACE/SEED.yaml, PLACE/SEED/ and PLACE/SEED.log hold the scenario,
 * its results and the output of the last run. It forks a child for each run.
 */
bool swarm_try_seed(uint64_t seed, const struct swarm_captures *captures, const char *place,
                    char why[SWARM_WHY_MAX]);

/*
 * Tries a scenario as swarm_try_seed() does the one of a seed, with files of the same names. With first_only it ends behind
 * the first run. *was_first says whether the first run failed. The files stay.
 */
bool swarm_try_scenario(uint64_t seed, const struct swarm_scenario *scenario, const char *place,
                        bool first_only, bool *was_first, char why[SWARM_WHY_MAX]);

/* Removes the files that a trial in this folder has left. */
void swarm_remove_trial(uint64_t seed, const char *place);

#endif
