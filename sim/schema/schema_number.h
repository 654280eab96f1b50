/* Numbers with units as regular expressions, so that a JSON Schema knows ranges that are text. */
#ifndef TOESIM_SIM_SCHEMA_NUMBER_H
#define TOESIM_SIM_SCHEMA_NUMBER_H

#include "sim/scenario/scenario_lookup.h"

/*
 * A pattern, without anchors, of exactly the texts that scenario_value_parse() takes for a key of type
 * SCENARIO_TIME, SCENARIO_SIZE or SCENARIO_RATE: range, rule and smallest step included. The caller
 * frees it; null when out of memory.
 */
char *schema_number_pattern(const struct scenario_key *key);

/* The same for a whole number without unit from low, which is not 0, to high. */
char *schema_integer_pattern(uint64_t low, uint64_t high);

#endif
