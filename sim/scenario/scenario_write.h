/* effective.yaml, in the order of the table. */
#ifndef TOESIM_SIM_SCENARIO_WRITE_H
#define TOESIM_SIM_SCENARIO_WRITE_H

#include "sim/scenario/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes effective.yaml, which has every key with its value. scenario_load() reads it back to the same
 * configuration. Returns false if writing failed. */
bool scenario_write(const struct sim_config *config, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
