/* Suggestions for unknown keys. */
#ifndef TOESIM_SIM_SCENARIO_SUGGEST_H
#define TOESIM_SIM_SCENARIO_SUGGEST_H

#include "sim/scenario/scenario_loader.h"

/* Writes into `why` the known key nearest to the unknown one, or the keys of its section. */
void scenario_suggest(const char *path, char why[SCENARIO_WHY_MAX]);

#endif
