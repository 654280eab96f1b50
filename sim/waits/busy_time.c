#include "sim/waits/busy_time.h"

#include "models/base/memory.h"
#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void busy_time_free(struct busy_time *busy)
{
    free(busy->spans);
    *busy = (struct busy_time){0};
}

static uint64_t sum_ps(const struct busy_span *span)
{
    return span->before_ps + (span->to_ps - span->from_ps);
}

void busy_time_add(struct busy_time *busy, uint64_t from_ps, uint64_t to_ps)
{
    struct busy_span *last = busy->count ? &busy->spans[busy->count - 1] : NULL;
    assert(from_ps <= to_ps && (!last || from_ps >= last->from_ps));
    if (last && from_ps <= last->to_ps) {
        last->to_ps = u64_max(last->to_ps, to_ps);
        return;
    }
    uint64_t before_ps = last ? sum_ps(last) : 0;
    if (busy->count == busy->capacity) {
        busy->capacity = busy->capacity ? 2 * busy->capacity : 64;
        busy->spans = memory_grow(busy->spans, busy->capacity, sizeof *busy->spans);
    }
    busy->spans[busy->count++] = (struct busy_span){from_ps, to_ps, before_ps};
}

void busy_time_forget(struct busy_time *busy, size_t kept)
{
    if (busy->count <= kept)
        return;
    memmove(busy->spans, busy->spans + (busy->count - kept), kept * sizeof *busy->spans);
    busy->count = kept;
}

/* Returns the busy time before at_ps, counted from the first span that was ever added. */
static uint64_t until(const struct busy_time *busy, uint64_t at_ps)
{
    size_t low = 0,
           high =
               busy->count; /* the spans below low begin before at_ps, those from high on do not */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (busy->spans[middle].from_ps < at_ps)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return busy->count ? busy->spans[0].before_ps : 0;
    const struct busy_span *span = &busy->spans[low - 1];
    return span->before_ps + (u64_min(at_ps, span->to_ps) - span->from_ps);
}

uint64_t busy_time_between(const struct busy_time *busy, uint64_t from_ps, uint64_t to_ps)
{
    assert(from_ps <= to_ps);
    return until(busy, to_ps) - until(busy, from_ps);
}
