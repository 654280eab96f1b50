#include "models/stats/seq_ranges.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 8 };

static bool is_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

void seq_ranges_reset(struct seq_ranges *set, uint32_t edge)
{
    set->edge = edge;
    set->count = 0;
}

void seq_ranges_free(struct seq_ranges *set)
{
    free(set->ranges);
    *set = (struct seq_ranges){0};
}

/* Replaces the ranges [from, to) by one. */
static void replace(struct seq_ranges *set, uint32_t from, uint32_t to, struct seq_range by)
{
    uint32_t count = set->count - (to - from) + 1;
    if (count > set->capacity) {
        set->capacity = set->capacity ? 2 * set->capacity : CAPACITY_FIRST;
        set->ranges = realloc(set->ranges, set->capacity * sizeof *set->ranges);
        memory_check(set->ranges);
    }
    memmove(&set->ranges[from + 1], &set->ranges[to], (set->count - to) * sizeof *set->ranges);
    set->ranges[from] = by;
    set->count = count;
}

/* Joins the edge with the first range if they touch. */
static void advance(struct seq_ranges *set, uint32_t end)
{
    uint32_t gone = 0;
    set->edge = end;
    while (gone < set->count && !is_before(set->edge, set->ranges[gone].start)) {
        if (is_before(set->edge, set->ranges[gone].end))
            set->edge = set->ranges[gone].end;
        gone++;
    }
    set->count -= gone;
    if (gone && set->count)
        memmove(set->ranges, &set->ranges[gone], set->count * sizeof *set->ranges);
}

bool seq_ranges_add(struct seq_ranges *set, uint32_t start, uint32_t end)
{
    assert(is_before(start, end));
    bool was_there = is_before(start, set->edge);
    if (!is_before(set->edge, end))
        return true;
    uint32_t to = set->count; /* behind the last range that begins at `end` or before */
    while (to > 0 && is_before(end, set->ranges[to - 1].start))
        to--;
    uint32_t from = to;
    struct seq_range joined = {start, end};
    for (; from > 0 && !is_before(set->ranges[from - 1].end, start); from--) {
        const struct seq_range *range = &set->ranges[from - 1];
        was_there = was_there || (is_before(range->start, end) && is_before(start, range->end));
        if (is_before(range->start, joined.start))
            joined.start = range->start;
        if (is_before(joined.end, range->end))
            joined.end = range->end;
    }
    if (is_before(set->edge, joined.start))
        replace(set, from, to, joined);
    else
        advance(set, joined.end);
    return was_there;
}

uint32_t seq_ranges_end(const struct seq_ranges *set)
{
    return set->count ? set->ranges[set->count - 1].end : set->edge;
}
