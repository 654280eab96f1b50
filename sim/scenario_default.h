/* Every default: each model's own, and what only a whole run has. */
#ifndef TOESIM_SIM_SCENARIO_DEFAULT_H
#define TOESIM_SIM_SCENARIO_DEFAULT_H

#include "sim/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every default of docs/scenario.md. */
void sim_config_default(struct sim_config *config);

#ifdef __cplusplus
}
#endif

#endif
