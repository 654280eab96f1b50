/* What an unknown key may have been meant to be. */
#ifndef TOESIM_SIM_SCENARIO_SUGGEST_H
#define TOESIM_SIM_SCENARIO_SUGGEST_H

#include "sim/scenario_loader.h"

/* why for an unknown key: the nearest known one, or the keys of its section. */
void scenario_suggest(const char *path, char why[SCENARIO_WHY_MAX]);

#endif
