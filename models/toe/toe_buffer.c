#include "models/toe/toe_buffer.h"

#include "models/toe/toe_core.h"
#include "models/toe/toe_event.h"
#include "models/toe/toe_fence.h"
#include "models/toe/toe_ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct toe_buffers {
    uint64_t address[TOE_PREFETCH_MAX];
    uint32_t head, count;
    bool none_reported;
};

static bool buffers_create(struct toe_engine *engine)
{
    engine->buffers = calloc(1, sizeof *engine->buffers);
    return engine->buffers != NULL;
}

static void buffers_destroy(struct toe_engine *engine) { free(engine->buffers); }

static void on_buffers(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct toe_engine *engine = self;
    struct toe_buffers *buffers = engine->buffers;
    struct toe_ring *ring = &engine->rings->buffer;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    uint32_t n = len / (uint32_t)sizeof(struct nic_buffer);
    ring->fetching = false;
    ring->consumer += n;
    for (uint32_t i = 0; i < n; i++) {
        struct nic_buffer buffer;
        memcpy(&buffer, data + i * sizeof buffer, sizeof buffer);
        buffers->address[(buffers->head + buffers->count++) % TOE_PREFETCH_MAX] = buffer.address;
    }
    assert(buffers->count <= TOE_PREFETCH_MAX);
    toe_kick(engine, now_ps);
}

/* Refills the prefetched descriptors when half of them are used, so that a burst of frames does not wait for DMA. */
static void buffers_kick(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_buffers *buffers = engine->buffers;
    struct toe_ring *ring = &engine->rings->buffer;
    uint32_t prefetch = engine->params.buffer_prefetch;
    if (ring->fetching || ring->base == 0 || buffers->count > prefetch / 2)
        return;
    uint32_t n = toe_ring_batch(ring, prefetch - buffers->count);
    if (n == 0)
        return;
    ring->fetching = true;
    toe_read(engine, toe_ring_address(ring, sizeof(struct nic_buffer)),
             n * (uint32_t)sizeof(struct nic_buffer), 0, on_buffers, now_ps);
}

enum toe_buffer_state toe_buffer_take(struct toe_engine *engine, uint64_t *address, uint64_t now_ps)
{
    struct toe_buffers *buffers = engine->buffers;
    if (buffers->count == 0) {
        buffers_kick(engine, now_ps);
        return engine->rings->buffer.fetching ? TOE_BUFFER_COMES : TOE_BUFFER_NONE;
    }
    *address = buffers->address[buffers->head];
    buffers->head = (buffers->head + 1) % TOE_PREFETCH_MAX;
    buffers->count--;
    return TOE_BUFFER_HERE;
}

bool toe_buffer_is_settled(const struct toe_engine *engine)
{
    return engine->buffers->count > 0 || !engine->rings->buffer.fetching;
}

void toe_buffer_report_none(struct toe_engine *engine, uint64_t now_ps)
{
    if (engine->buffers->none_reported)
        return;
    engine->buffers->none_reported = true;
    uint64_t lost = engine->stats.drops.count[DROP_NO_RX_BUFFER];
    struct nic_event event = {
        .kind = NIC_EVENT_NO_BUFFER, .conn = TOE_NO_INDEX, .a = (uint32_t)lost};
    toe_event_post(engine, &event, now_ps);
}

void toe_buffer_posted(struct toe_engine *engine, uint32_t producer)
{
    engine->rings->buffer.producer = producer;
    engine->buffers->none_reported = false;
}

static void buffers_discard(struct toe_engine *engine, uint64_t now_ps)
{
    (void)now_ps;
    engine->buffers->head = engine->buffers->count = 0;
    engine->rings->buffer.fetching = false;
}

static bool buffers_are_idle(const struct toe_engine *engine)
{
    return !engine->rings->buffer.fetching;
}

const struct toe_part toe_buffer_part = {.name = "buffers",
                                         .create = buffers_create,
                                         .destroy = buffers_destroy,
                                         .kick = buffers_kick,
                                         .discard = buffers_discard,
                                         .is_idle = buffers_are_idle};
