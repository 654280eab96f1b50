/* Quantities with units, in integers only. */
#ifndef TOESIM_SIM_SCENARIO_QUANTITY_H
#define TOESIM_SIM_SCENARIO_QUANTITY_H

#include "sim/scenario/value/scenario_value.h"

/* Parses a number with a unit: a time (result in ps), a size (bytes) or a rate (bits per second). SCENARIO_COUNT is
 * a number without a unit. The result is exact, so a value finer than 1 is an error. */
bool scenario_quantity_parse(enum scenario_type type, const char *text, uint64_t *value,
                             char why[SCENARIO_WHY_MAX]);

/* Formats a value in the largest unit that needs no fraction. */
void scenario_quantity_format(enum scenario_type type, uint64_t value,
                              char text[SCENARIO_VALUE_MAX]);

#endif
