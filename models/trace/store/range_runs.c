#include "models/trace/store/range_runs.h"

#include "models/trace/store/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { GATHER_DEFAULT = 1 << 18, CACHED_BLOCKS = 64 };
/* A run ends early when so many ranges were moved to make room for others, because a stream that was captured from its
 * end to its beginning would otherwise take a time that grows with its square. */
#define MOVES_MAX (UINT64_C(1) << 24)

/* One run. During the merge, `left` counts its remaining ranges and `last` is the last of these. */
struct run {
    struct row_list list;
    struct stream_range last;
    size_t left;
};

struct range_runs {
    struct stream_range *gathered; /* in order of their offsets */
    size_t count, capacity, limit;
    uint64_t moves;      /* of gathered ranges, for the present run */
    struct spill *spill; /* null while all ranges fit into memory */
    struct row_cache *cache;
    struct row_writer writer;
    struct run *runs;
    size_t run_count, run_capacity;
    size_t *heap; /* of runs by the end of `last`, the highest first */
    size_t heap_count;
};

struct range_runs *range_runs_create(size_t gather)
{
    struct range_runs *runs = calloc(1, sizeof *runs);
    if (runs)
        runs->limit = gather ? gather : GATHER_DEFAULT;
    return runs;
}

void range_runs_destroy(struct range_runs *runs)
{
    if (!runs)
        return;
    row_cache_destroy(runs->cache);
    spill_destroy(runs->spill);
    free(runs->gathered);
    free(runs->runs);
    free(runs->heap);
    free(runs);
}

const struct spill *range_runs_spill(const struct range_runs *runs) { return runs->spill; }

/* Returns the index of the first gathered range that ends behind this offset. */
static size_t gathered_behind(const struct range_runs *runs, uint64_t offset)
{
    size_t low = 0, high = runs->count;
    if (high && runs->gathered[high - 1].to <= offset)
        return high; /* the usual case */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (runs->gathered[middle].to <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Returns true if `range` continues `last`, so that both can be one range. Their references must be contiguous, or both
 * must be absent. */
static bool goes_on(const struct stream_range *last, const struct stream_range *range)
{
    if (last->to != range->from || last->acked != range->acked || last->time_ps != range->time_ps)
        return false;
    if (last->at == PAYLOAD_NONE || range->at == PAYLOAD_NONE)
        return last->at == range->at;
    return last->at + (range->from - last->from) == range->at;
}

/* Writes the gathered ranges as a run. */
static bool run_write(struct range_runs *runs)
{
    if (!runs->spill)
        runs->spill = spill_create(spill_memory_default() / 8);
    if (runs->spill && !runs->cache)
        runs->cache = row_cache_create(runs->spill, CACHED_BLOCKS);
    struct run *grown = array_grow(runs->runs, runs->run_count, &runs->run_capacity, sizeof *grown);
    if (grown)
        runs->runs = grown;
    if (!grown || !runs->cache)
        return false;
    row_writer_begin(&runs->writer, runs->spill, &stream_range_shape);
    bool ok = true;
    for (size_t i = 0; ok && i < runs->count; i++) {
        struct row row;
        stream_range_pack(&runs->gathered[i], &row);
        ok = row_writer_add(&runs->writer, &row);
    }
    runs->count = 0;
    runs->moves = 0;
    return row_writer_end(&runs->writer, &runs->runs[runs->run_count++].list) && ok;
}

bool range_runs_add(struct range_runs *runs, const struct stream_range *range)
{
    if ((runs->count == runs->limit || runs->moves > MOVES_MAX) && !run_write(runs))
        return false;
    size_t at = gathered_behind(runs, range->from);
    if (at > 0 && goes_on(&runs->gathered[at - 1], range)) {
        runs->gathered[at - 1].to = range->to;
        return true;
    }
    struct stream_range *grown =
        array_grow(runs->gathered, runs->count, &runs->capacity, sizeof *grown);
    if (!grown)
        return false;
    runs->gathered = grown;
    runs->moves += runs->count - at;
    memmove(&grown[at + 1], &grown[at], (runs->count - at) * sizeof *grown);
    grown[at] = *range;
    runs->count++;
    return true;
}

static bool run_range(struct range_runs *runs, const struct run *run, size_t index,
                      struct stream_range *out)
{
    const struct row *row = row_cache_get(runs->cache, &stream_range_shape, &run->list, index);
    if (row)
        stream_range_unpack(row, out);
    return row != NULL;
}

static bool run_find(struct range_runs *runs, const struct run *run, uint64_t offset,
                     struct stream_range *out)
{
    size_t low = 0, high = run->list.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (!run_range(runs, run, middle, out))
            return false;
        if (out->from <= offset && offset < out->to)
            return true;
        if (out->to <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool range_runs_find(struct range_runs *runs, uint64_t offset, struct stream_range *out)
{
    size_t at = gathered_behind(runs, offset);
    if (at < runs->count && runs->gathered[at].from <= offset) {
        *out = runs->gathered[at];
        return true;
    }
    for (size_t i = runs->run_count; i > 0; i--) /* retransmitted bytes are usually in a late run */
        if (run_find(runs, &runs->runs[i - 1], offset, out))
            return true;
    return false;
}

static bool is_higher(const struct range_runs *runs, size_t a, size_t b)
{
    return runs->runs[runs->heap[a]].last.to > runs->runs[runs->heap[b]].last.to;
}

static void heap_sink(struct range_runs *runs, size_t at)
{
    for (;;) {
        size_t highest = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < runs->heap_count; child++)
            if (is_higher(runs, child, highest))
                highest = child;
        if (highest == at)
            return;
        size_t moved = runs->heap[at];
        runs->heap[at] = runs->heap[highest];
        runs->heap[highest] = moved;
        at = highest;
    }
}

static bool heap_make(struct range_runs *runs)
{
    runs->heap = malloc((runs->run_count + 1) * sizeof *runs->heap);
    if (!runs->heap)
        return false;
    for (size_t i = 0; i < runs->run_count; i++) {
        struct run *run = &runs->runs[i];
        run->left = run->list.count;
        assert(run->left > 0);
        if (!run_range(runs, run, run->left - 1, &run->last))
            return false;
        runs->heap[runs->heap_count++] = i;
    }
    for (size_t i = runs->heap_count; i > 0; i--)
        heap_sink(runs, i - 1);
    return true;
}

/* Removes the last range of the run at the top of the heap. */
static bool heap_step(struct range_runs *runs)
{
    struct run *run = &runs->runs[runs->heap[0]];
    if (--run->left == 0)
        runs->heap[0] = runs->heap[--runs->heap_count];
    else if (!run_range(runs, run, run->left - 1, &run->last))
        return false;
    heap_sink(runs, 0);
    return true;
}

bool range_runs_backward(struct range_runs *runs,
                         bool (*on_range)(void *self, const struct stream_range *range), void *self)
{
    if (runs->run_count == 0) {
        for (size_t i = runs->count; i > 0; i--)
            if (!on_range(self, &runs->gathered[i - 1]))
                return false;
        return true;
    }
    if ((runs->count && !run_write(runs)) || !heap_make(runs))
        return false;
    while (runs->heap_count) {
        struct stream_range range = runs->runs[runs->heap[0]].last;
        if (!on_range(self, &range) || !heap_step(runs))
            return false;
    }
    return true;
}
