/* Quantities with units, in integers only. */
#ifndef TOESIM_SIM_SCENARIO_QUANTITY_H
#define TOESIM_SIM_SCENARIO_QUANTITY_H

#include "sim/scenario_value.h"

/* A number with one of the units of a time (result in ps), size (bytes) or rate (bits per second);
 * for SCENARIO_COUNT a bare number. Exact: what is finer than 1 is refused. */
bool scenario_quantity_parse(enum scenario_type type, const char *text, uint64_t *value,
                             char why[SCENARIO_WHY_MAX]);

/* The reverse, in the largest unit that needs no fraction. */
void scenario_quantity_format(enum scenario_type type, uint64_t value,
                              char text[SCENARIO_VALUE_MAX]);

#endif
