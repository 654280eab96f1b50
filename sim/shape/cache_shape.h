/* The shape of a context cache: what the parameters of its RTL say (rtl/ctx_cache/ctx_cache.sv). */
#ifndef TOESIM_SIM_CACHE_SHAPE_H
#define TOESIM_SIM_CACHE_SHAPE_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All are powers of two. */
struct cache_shape {
    uint32_t sets;           /* 2 to 32,768 */
    uint32_t ways;           /* 1 to 32 */
    uint32_t lookup_entries; /* 16 to 1,048,576 */
    uint32_t miss_slots;     /* 2, 4 or 8 */
    uint32_t conn_ids;       /* always that of the RTL's default: no key sets it */
};

enum {
    CACHE_SETS_MAX = 32768, /* conn_ids is at least twice as many */
    CACHE_WAYS_MAX = 32,
    CACHE_LOOKUP_MAX = 1048576,
    CACHE_MISS_SLOTS_MAX = 8
};

/* The shape of the RTL's parameters, which is the one in the program. */
struct cache_shape cache_shape_default(void);

bool cache_shape_equal(const struct cache_shape *a, const struct cache_shape *b);

#ifdef __cplusplus
}
#endif

#endif
