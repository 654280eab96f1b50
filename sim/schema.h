/* The JSON Schema of a scenario, for editors. */
#ifndef TOESIM_SIM_SCHEMA_H
#define TOESIM_SIM_SCHEMA_H

#include <jansson.h>

/* A new reference; null when out of memory. */
json_t *schema_create(void);

#endif
