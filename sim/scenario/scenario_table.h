/*
 * The rows of the table of keys. Only scenario_lookup.c uses them; it adds the keys of registered parts.
 * scenario_table.c has the rows of the system and its traffic, and rows/rows_outputs.c has those of race, faults, measure,
 * outputs and expect.
 */
#ifndef TOESIM_SIM_SCENARIO_TABLE_H
#define TOESIM_SIM_SCENARIO_TABLE_H

#include "models/base/scenario_key.h"

extern const struct scenario_key scenario_rows[];
extern const size_t scenario_row_count;
extern const struct scenario_key scenario_output_rows[];
extern const size_t scenario_output_row_count;

#endif
