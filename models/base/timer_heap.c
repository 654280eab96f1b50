#include "models/base/timer_heap.h"

#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>

struct entry {
    uint64_t at_ps;
    uint32_t id;
};

struct timer_heap {
    uint32_t capacity;
    uint32_t count;
    struct entry *entries; /* entries[0] is the earliest */
    uint32_t *place;       /* index of each id in `entries`; UINT32_MAX if not set */
};

struct timer_heap *timer_heap_create(uint32_t capacity)
{
    assert(capacity > 0);
    struct timer_heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        return NULL;
    heap->capacity = capacity;
    heap->entries = calloc(capacity, sizeof *heap->entries);
    heap->place = malloc(capacity * sizeof *heap->place);
    if (!heap->entries || !heap->place) {
        timer_heap_destroy(heap);
        return NULL;
    }
    for (uint32_t i = 0; i < capacity; i++)
        heap->place[i] = UINT32_MAX;
    return heap;
}

void timer_heap_destroy(struct timer_heap *heap)
{
    if (!heap)
        return;
    free(heap->entries);
    free(heap->place);
    free(heap);
}

static int is_before(struct entry a, struct entry b)
{
    return a.at_ps < b.at_ps || (a.at_ps == b.at_ps && a.id < b.id);
}

static void put(struct timer_heap *heap, uint32_t at, struct entry entry)
{
    heap->entries[at] = entry;
    heap->place[entry.id] = at;
}

static void move_up(struct timer_heap *heap, uint32_t at, struct entry entry)
{
    while (at > 0 && is_before(entry, heap->entries[(at - 1) / 2])) {
        put(heap, at, heap->entries[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(heap, at, entry);
}

static void move_down(struct timer_heap *heap, uint32_t at, struct entry entry)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && is_before(heap->entries[child + 1], heap->entries[child]))
            child++;
        if (!is_before(heap->entries[child], entry))
            break;
        put(heap, at, heap->entries[child]);
        at = child;
    }
    put(heap, at, entry);
}

/* Fills the hole at `at` with the entry, moving it up or down. */
static void settle(struct timer_heap *heap, uint32_t at, struct entry entry)
{
    if (at > 0 && is_before(entry, heap->entries[(at - 1) / 2]))
        move_up(heap, at, entry);
    else
        move_down(heap, at, entry);
}

void timer_heap_set(struct timer_heap *heap, uint32_t id, uint64_t at_ps)
{
    assert(id < heap->capacity);
    uint32_t at = heap->place[id];
    if (at_ps != TIME_NEVER) {
        if (at == UINT32_MAX)
            at = heap->count++;
        settle(heap, at, (struct entry){at_ps, id});
    } else if (at != UINT32_MAX) {
        heap->place[id] = UINT32_MAX;
        struct entry last = heap->entries[--heap->count];
        if (at < heap->count)
            settle(heap, at, last);
    }
}

uint64_t timer_heap_get(const struct timer_heap *heap, uint32_t id)
{
    assert(id < heap->capacity);
    return heap->place[id] == UINT32_MAX ? TIME_NEVER : heap->entries[heap->place[id]].at_ps;
}

uint64_t timer_heap_next_ps(const struct timer_heap *heap)
{
    return heap->count ? heap->entries[0].at_ps : TIME_NEVER;
}

uint32_t timer_heap_first(const struct timer_heap *heap)
{
    return heap->count ? heap->entries[0].id : UINT32_MAX;
}
