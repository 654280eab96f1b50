#include "models/trace/conversation/reset_queue.h"

#include <assert.h>

/* A run as it is stored. The highest bits of the offsets are flags. */
struct stored {
    uint32_t first, last, sent[2];
    uint16_t sent_high[2];
};
enum { FLAG = 0x8000, STORED = SPILL_PAGE_BYTES / sizeof(struct stored) };

void reset_queue_free(struct reset_queue *queue)
{
    spill_destroy(queue->spill);
    *queue = (struct reset_queue){0};
}

static struct stored *stored_at(struct reset_queue *queue, uint64_t number, bool write)
{
    struct stored *page = spill_page(queue->spill, number / STORED, write);
    return page ? page + number % STORED : NULL;
}

static bool store(struct reset_queue *queue, const struct reset_run *run)
{
    if (!queue->spill)
        queue->spill = spill_create(spill_memory_default() / 32);
    struct stored *stored = queue->spill ? stored_at(queue, queue->end, true) : NULL;
    if (!stored)
        return false;
    queue->end++;
    stored->first = (uint32_t)run->first;
    stored->last = (uint32_t)run->last;
    for (int dir = 0; dir < 2; dir++) {
        assert(run->sent[dir] >= 0 && run->sent[dir] >> 47 == 0);
        stored->sent[dir] = (uint32_t)run->sent[dir];
        stored->sent_high[dir] = (uint16_t)(run->sent[dir] >> 32);
    }
    stored->sent_high[0] |= run->dir ? FLAG : 0;
    stored->sent_high[1] |= run->exact ? FLAG : 0;
    uint64_t bytes = (queue->end - queue->begin) * sizeof *stored;
    queue->bytes_most = bytes > queue->bytes_most ? bytes : queue->bytes_most;
    return true;
}

static bool take(struct reset_queue *queue, struct reset_run *run)
{
    const struct stored *stored = stored_at(queue, queue->begin, false);
    if (!stored)
        return false;
    *run = (struct reset_run){.first = stored->first,
                              .last = stored->last,
                              .dir = (stored->sent_high[0] & FLAG) != 0,
                              .exact = (stored->sent_high[1] & FLAG) != 0};
    for (int dir = 0; dir < 2; dir++)
        run->sent[dir] = stored->sent[dir] | (int64_t)(stored->sent_high[dir] & (FLAG - 1)) << 32;
    if (++queue->begin == queue->end)
        queue->begin = queue->end = 0; /* the pages are used again */
    return true;
}

static bool continues(const struct reset_run *run, const struct reset_run *reset)
{
    return run->sent[0] == reset->sent[0] && run->sent[1] == reset->sent[1] &&
           run->dir == reset->dir && run->exact == reset->exact;
}

bool reset_queue_add(struct reset_queue *queue, const struct reset_run *reset)
{
    struct reset_run *newest = queue->ends == 2 ? &queue->last : &queue->first;
    if (queue->ends > 0 && continues(newest, reset)) {
        newest->last = reset->last;
        return true;
    }
    if (queue->ends == 2 && !store(queue, &queue->last))
        return false;
    if (queue->ends == 0)
        queue->first = *reset;
    else
        queue->last = *reset;
    queue->ends += queue->ends < 2;
    return true;
}

bool reset_queue_drop(struct reset_queue *queue)
{
    assert(queue->ends > 0);
    if (queue->begin < queue->end)
        return take(queue, &queue->first);
    queue->first = queue->last;
    queue->ends--;
    return true;
}
