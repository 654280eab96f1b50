/* The JSON Schema of stats.json. */
#ifndef TOESIM_SIM_SCHEMA_OUTPUTS_H
#define TOESIM_SIM_SCHEMA_OUTPUTS_H

#include "sim/schema/schema.h"

/* The schema as the table of output keys gives it. The caller owns the reference; null when out of memory. */
json_t *schema_of_outputs(void);

#endif
