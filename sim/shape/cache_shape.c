#include "sim/shape/cache_shape.h"

#include "sim/shape/default_shape.h" /* mk/shape/default_shape.sh reads it from the RTL */

struct cache_shape cache_shape_default(void)
{
    return (struct cache_shape){.sets = DEFAULT_SETS,
                                .ways = DEFAULT_WAYS,
                                .lookup_entries = DEFAULT_LOOKUP_ENTRIES,
                                .miss_slots = DEFAULT_MISS_SLOTS,
                                .conn_ids = DEFAULT_CONN_IDS};
}

bool cache_shape_equal(const struct cache_shape *a, const struct cache_shape *b)
{
    return a->sets == b->sets && a->ways == b->ways && a->lookup_entries == b->lookup_entries &&
           a->miss_slots == b->miss_slots && a->conn_ids == b->conn_ids;
}
