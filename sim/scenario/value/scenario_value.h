/* Converts the text of one scenario value to its field and back. */
#ifndef TOESIM_SIM_SCENARIO_VALUE_H
#define TOESIM_SIM_SCENARIO_VALUE_H

#include "sim/scenario/scenario_lookup.h"

enum { SCENARIO_VALUE_MAX = 1200, SCENARIO_WHY_MAX = 320 };

/* Stores the value at base + key->offset. Returns false if the text is wrong; `why` then says what is wrong and what
 * would be right. It is not for SCENARIO_EXPECT, which is a list item. */
bool scenario_value_parse(const struct scenario_key *key, const char *text, void *base,
                          char why[SCENARIO_WHY_MAX]);

/* Writes the text, without quotes, that scenario_value_parse() would read back to the same field. */
void scenario_value_format(const struct scenario_key *key, const void *base,
                           char text[SCENARIO_VALUE_MAX]);

/* Returns true if the text must be quoted in YAML (addresses, paths). */
bool scenario_value_is_text(const struct scenario_key *key);

#endif
