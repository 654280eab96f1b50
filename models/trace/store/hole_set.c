#include "models/trace/store/hole_set.h"

#include "models/trace/store/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void hole_set_free(struct hole_set *set)
{
    free(set->holes);
    *set = (struct hole_set){0};
}

size_t hole_set_behind(const struct hole_set *set, uint64_t offset)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (set->holes[middle].to <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool hole_insert(struct hole_set *set, size_t i, uint64_t from, uint64_t to)
{
    struct hole *grown = array_grow(set->holes, set->count, &set->room, sizeof *grown);
    if (!grown)
        return false;
    set->holes = grown;
    memmove(&grown[i + 1], &grown[i], (set->count - i) * sizeof *grown);
    grown[i] = (struct hole){from, to};
    set->count++;
    return true;
}

bool hole_set_fill(struct hole_set *set, size_t i, uint64_t from, uint64_t to)
{
    struct hole *hole = &set->holes[i];
    uint64_t end = hole->to;
    assert(hole->from <= from && to <= end);
    if (hole->from < from && to < end) {
        hole->to = from;
        return hole_insert(set, i + 1, to, end);
    }
    if (hole->from < from) {
        hole->to = from;
    } else if (to < end) {
        hole->from = to;
    } else {
        set->count--;
        memmove(hole, hole + 1, (set->count - i) * sizeof *hole);
    }
    return true;
}

bool hole_set_raise(struct hole_set *set, uint64_t from, uint64_t to)
{
    assert(from >= set->top && from < to);
    if (from > set->top && !hole_insert(set, set->count, set->top, from))
        return false;
    set->top = to;
    return true;
}

bool hole_set_add(struct hole_set *set, uint64_t from, uint64_t to)
{
    for (size_t i = hole_set_behind(set, from); i < set->count && set->holes[i].from < to;) {
        const struct hole *hole = &set->holes[i];
        uint64_t begin = hole->from > from ? hole->from : from;
        uint64_t end = hole->to < to ? hole->to : to;
        if (!hole_set_fill(set, i, begin, end))
            return false;
        i = hole_set_behind(set, end);
    }
    from = from > set->top ? from : set->top;
    return from >= to || hole_set_raise(set, from, to);
}

uint64_t hole_set_reach(const struct hole_set *set)
{
    return set->count ? set->holes[0].from : set->top;
}
