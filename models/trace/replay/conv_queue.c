#include "models/trace/replay/conv_queue.h"

#include "models/base/memory.h"
#include "models/base/units.h"
#include "models/trace/store/array.h"

#include <assert.h>

void conv_queue_free(struct conv_queue *queue)
{
    free(queue->begins);
    free(queue->heap);
    *queue = (struct conv_queue){0};
}

static bool is_before(const struct conv_due *a, const struct conv_due *b)
{
    return a->due_ps != b->due_ps ? a->due_ps < b->due_ps : a->conversation < b->conversation;
}

bool conv_queue_add(struct conv_queue *queue, uint32_t conversation, uint64_t begin_ps)
{
    struct conv_due *grown =
        array_grow(queue->begins, queue->begin_count, &queue->begin_capacity, sizeof *grown);
    if (!grown)
        return false;
    queue->begins = grown;
    grown[queue->begin_count++] = (struct conv_due){begin_ps, conversation};
    return true;
}

static int compare(const void *a, const void *b) { return is_before(a, b) ? -1 : is_before(b, a); }

void conv_queue_sort(struct conv_queue *queue)
{
    if (queue->begin_count > 1)
        qsort(queue->begins, queue->begin_count, sizeof *queue->begins, compare);
}

static void put(struct conv_queue *queue, size_t place, const struct conv_open *open)
{
    queue->heap[place] = *open;
    *open->at = place + 1;
}

/* Restores the order after the entry at `place` has changed. */
static void settle(struct conv_queue *queue, size_t place)
{
    struct conv_open open = queue->heap[place];
    while (place > 0 && is_before(&open.due, &queue->heap[(place - 1) / 2].due)) {
        put(queue, place, &queue->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= queue->open_count)
            break;
        if (child + 1 < queue->open_count &&
            is_before(&queue->heap[child + 1].due, &queue->heap[child].due))
            child++;
        if (!is_before(&queue->heap[child].due, &open.due))
            break;
        put(queue, place, &queue->heap[child]);
        place = child;
    }
    put(queue, place, &open);
}

void conv_queue_set(struct conv_queue *queue, uint32_t conversation, uint64_t due_ps, size_t *at)
{
    struct conv_due due = {due_ps, conversation};
    if (*at == 0) {
        struct conv_open *grown =
            array_grow(queue->heap, queue->open_count, &queue->open_capacity, sizeof *grown);
        memory_check(grown);
        queue->heap = grown;
        *at = ++queue->open_count;
    }
    queue->heap[*at - 1] = (struct conv_open){due, at};
    settle(queue, *at - 1);
}

void conv_queue_remove(struct conv_queue *queue, size_t *at)
{
    assert(*at > 0 && *at <= queue->open_count);
    size_t place = *at - 1;
    *at = 0;
    if (place == --queue->open_count)
        return;
    queue->heap[place] = queue->heap[queue->open_count];
    settle(queue, place);
}

/* Returns the next conversation of the list, or one that is never due if the list is empty. */
static struct conv_due begin_first(const struct conv_queue *queue)
{
    const struct conv_due none = {TIME_NEVER, UINT32_MAX};
    return queue->begin_next < queue->begin_count ? queue->begins[queue->begin_next] : none;
}

uint64_t conv_queue_next_ps(const struct conv_queue *queue)
{
    uint64_t begin_ps = begin_first(queue).due_ps;
    return queue->open_count ? u64_min(queue->heap[0].due.due_ps, begin_ps) : begin_ps;
}

uint32_t conv_queue_first(struct conv_queue *queue, bool *begins)
{
    struct conv_due begin = begin_first(queue);
    *begins = queue->open_count == 0 || is_before(&begin, &queue->heap[0].due);
    if (!*begins)
        return queue->heap[0].due.conversation;
    assert(queue->begin_next < queue->begin_count);
    queue->begin_next++;
    return begin.conversation;
}

uint64_t conv_queue_bytes(const struct conv_queue *queue)
{
    return queue->begin_capacity * sizeof *queue->begins;
}
