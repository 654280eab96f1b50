/* effective.yaml, in the order of the table. */
#ifndef TOESIM_SIM_SCENARIO_WRITE_H
#define TOESIM_SIM_SCENARIO_WRITE_H

#include "sim/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

/* effective.yaml: every key with its value; scenario_load() reads it back to the same config. False
 * when writing failed. */
bool scenario_write(const struct sim_config *config, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
