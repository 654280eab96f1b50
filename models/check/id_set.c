#include "models/check/id_set.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>

enum { CAPACITY_FIRST = 256 }; /* a power of two */

static size_t slot_of(const struct id_set *set, uint64_t id)
{
    size_t at = (size_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (set->capacity - 1);
    while (set->ids[at] && set->ids[at] != id)
        at = (at + 1) & (set->capacity - 1);
    return at;
}

static void grow(struct id_set *set)
{
    struct id_set old = *set;
    set->capacity = old.capacity ? old.capacity * 2 : CAPACITY_FIRST;
    set->ids = calloc(set->capacity, sizeof *set->ids);
    memory_check(set->ids);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.ids[i])
            set->ids[slot_of(set, old.ids[i])] = old.ids[i];
    free(old.ids);
}

bool id_set_add(struct id_set *set, uint64_t id)
{
    assert(id != 0);
    if (set->count * 2 >= set->capacity)
        grow(set);
    uint64_t *slot = &set->ids[slot_of(set, id)];
    if (*slot == id)
        return false;
    *slot = id;
    set->count++;
    return true;
}

void id_set_free(struct id_set *set) { free(set->ids); }
