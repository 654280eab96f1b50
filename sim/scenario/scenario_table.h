/* The rows of scenario_table.c. Only scenario_lookup.c uses them; it adds the keys of registered parts. */
#ifndef TOESIM_SIM_SCENARIO_TABLE_H
#define TOESIM_SIM_SCENARIO_TABLE_H

#include "models/base/scenario_key.h"

extern const struct scenario_key scenario_rows[];
extern const size_t scenario_row_count;

#endif
