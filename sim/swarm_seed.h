/* Tries one seed of the swarm: draws its scenario, runs it, judges the results, and runs it again. */
#ifndef TOESIM_SIM_SWARM_SEED_H
#define TOESIM_SIM_SWARM_SEED_H

#include "sim/swarm_draw.h"

enum { SWARM_WHY_MAX = 1024 };

/*
 * Tries a seed in the folder `place`, which exists. True: nothing is wrong, and the seed left nothing behind. False: why
 * says what is wrong, and PLACE/SEED.yaml, PLACE/SEED/ and PLACE/SEED.log hold the scenario, its
 * results and what the last run printed. Forks a child for each run; one call per process.
 */
bool swarm_try_seed(uint64_t seed, const struct swarm_captures *captures, const char *place,
                    char why[SWARM_WHY_MAX]);

#endif
