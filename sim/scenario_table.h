/* The rows that are written down in scenario_table.c, for scenario_lookup.c, which adds those of others. */
#ifndef TOESIM_SIM_SCENARIO_TABLE_H
#define TOESIM_SIM_SCENARIO_TABLE_H

#include "models/base/scenario_key.h"

extern const struct scenario_key scenario_rows[];
extern const size_t scenario_row_count;

#endif
