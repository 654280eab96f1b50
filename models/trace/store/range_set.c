#include "models/trace/store/range_set.h"

#include <assert.h>
#include <string.h>

bool range_set_add(struct range_set *set, uint64_t from, uint64_t to)
{
    assert(from < to);
    struct range kept[RANGE_SET_MAX + 1];
    unsigned count = 0, i = 0;
    while (i < set->count && set->ranges[i].to < from)
        kept[count++] = set->ranges[i++];
    for (; i < set->count && set->ranges[i].from <= to; i++) {
        from = set->ranges[i].from < from ? set->ranges[i].from : from;
        to = set->ranges[i].to > to ? set->ranges[i].to : to;
    }
    kept[count++] = (struct range){from, to};
    while (i < set->count)
        kept[count++] = set->ranges[i++];
    if (count > RANGE_SET_MAX)
        return false;
    memcpy(set->ranges, kept, count * sizeof *kept);
    set->count = count;
    return true;
}

uint64_t range_set_join(struct range_set *set, uint64_t edge)
{
    unsigned gone = 0;
    while (gone < set->count && set->ranges[gone].from <= edge) {
        edge = set->ranges[gone].to > edge ? set->ranges[gone].to : edge;
        gone++;
    }
    if (gone) {
        set->count -= gone;
        memmove(set->ranges, set->ranges + gone, set->count * sizeof *set->ranges);
    }
    return edge;
}
