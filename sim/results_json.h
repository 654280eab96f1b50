/* stats.json: keys of docs/scenario.md, in a fixed order, integers only. */
#ifndef TOESIM_SIM_RESULTS_JSON_H
#define TOESIM_SIM_RESULTS_JSON_H

#include "sim/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The document of stats.json, expectations evaluated. The caller owns it (json_decref). */
json_t *results_stats(const struct results_input *input, bool *expectations_hold);

/* An integer under a key of the object. */
void results_set(json_t *object, const char *key, uint64_t value);
/* A new, empty object under a key of its parent. */
json_t *results_add_object(json_t *parent, const char *key);

#ifdef __cplusplus
}
#endif

#endif
