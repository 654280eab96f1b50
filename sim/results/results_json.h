/* The document stats.json. Its keys have a fixed order and its numbers are integers (docs/results.md). */
#ifndef TOESIM_SIM_RESULTS_JSON_H
#define TOESIM_SIM_RESULTS_JSON_H

#include "sim/results/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the document of stats.json after evaluating the expectations. The caller owns it (json_decref). */
json_t *results_stats(const struct results_input *input, bool *expectations_hold);

/* Returns all counters of stats.json as they are now, without percentiles and expectations, under the same keys. The
 * caller owns it (json_decref). */
json_t *results_counters(const struct results_input *input);

/* An integer under a key of the object. */
void results_set(json_t *object, const char *key, uint64_t value);
/* Adds a new, empty object to its parent and returns it. */
json_t *results_add_object(json_t *parent, const char *key);

#ifdef __cplusplus
}
#endif

#endif
