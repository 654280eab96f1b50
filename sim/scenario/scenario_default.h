/* The defaults of all keys: those of each model, and those that only a whole run has. */
#ifndef TOESIM_SIM_SCENARIO_DEFAULT_H
#define TOESIM_SIM_SCENARIO_DEFAULT_H

#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every default of docs/scenario.md. */
void sim_config_default(struct sim_config *config);

#ifdef __cplusplus
}
#endif

#endif
