/* Values that are names out of a list. */
#ifndef TOESIM_SIM_SCENARIO_NAMES_H
#define TOESIM_SIM_SCENARIO_NAMES_H

#include "sim/scenario/value/scenario_value.h"

/* names end with a null. True: text is one of them, number *index. */
bool scenario_name_find(const char *const *names, const char *text, uint64_t *index);

/* True if text is one or more of the names, between commas, and none twice. At most 64 names. */
bool scenario_names_are(const char *const *names, const char *text);

/* Says that text is none of the names, and which there are. Returns false. */
bool scenario_name_wrong(const char *const *names, const char *text, char why[SCENARIO_WHY_MAX]);

#endif
