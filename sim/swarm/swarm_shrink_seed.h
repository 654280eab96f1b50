/* The small scenario of a seed that fails. */
#ifndef TOESIM_SIM_SWARM_SHRINK_SEED_H
#define TOESIM_SIM_SWARM_SHRINK_SEED_H

#include "sim/swarm/swarm_seed.h"

/*
 * Shrinks the scenario of a seed that has failed, and writes PLACE/SEED.min.yaml. `text` gets a line for
 * the user. Returns false if the file could not be written, or if the failure did not come again.
 */
bool swarm_shrink_seed(uint64_t seed, const struct swarm_captures *captures, const char *place,
                       char text[SWARM_WHY_MAX]);

#endif
