/* The JSON Schemas of a scenario and of stats.json, for editors and other programs. */
#ifndef TOESIM_SIM_SCHEMA_H
#define TOESIM_SIM_SCHEMA_H

#include <jansson.h>

/* Of a scenario: refuses each value that the scenario reader refuses; what keys must fit each other is
 * the reader's alone. A new reference; null when out of memory. */
json_t *schema_create(void);

#endif
