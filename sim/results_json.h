/* What the files that write stats.json share. */
#ifndef TOESIM_SIM_RESULTS_JSON_H
#define TOESIM_SIM_RESULTS_JSON_H

#include "sim/results.h"

static inline void set_u64(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static inline json_t *add_object(json_t *parent, const char *key)
{
    json_t *object = json_object();
    json_object_set_new(parent, key, object);
    return object;
}

/* Sections `connections` and `host`. */
void results_add_connections(json_t *root, const struct results_input *in);
void results_add_host(json_t *root, const struct results_input *in);

#endif
