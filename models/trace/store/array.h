/* Growth of plain arrays. The size is doubled, so adding one element is cheap on average. */
#ifndef TOESIM_TRACE_ARRAY_H
#define TOESIM_TRACE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Makes room for one more element behind `count` and returns the array, which may have moved. Returns null if memory is
 * short; the old array is then still valid. */
static inline void *array_grow(void *items, size_t count, size_t *capacity, size_t item_bytes)
{
    if (count < *capacity)
        return items;
    size_t wanted = *capacity ? *capacity * 2 : 64;
    if (wanted > SIZE_MAX / 2 / item_bytes)
        return NULL;
    void *grown = realloc(items, wanted * item_bytes);
    if (grown)
        *capacity = wanted;
    return grown;
}

#endif
