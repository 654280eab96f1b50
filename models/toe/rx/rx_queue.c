#include "models/toe/rx/rx_queue.h"

#include "models/toe/rx/rx_drop.h"
#include "models/toe/rx/rx_state.h"
#include "models/toe/toe_core.h"

#include <assert.h>

void toe_rx_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    struct toe_rx *rx = engine->rx;
    engine->stats.rx_frames++;
    if (!toe_is_running(engine)) {
        toe_rx_discard(engine, frame, DROP_FENCED, now_ps);
        return;
    }
    if (rx->queue_count >= engine->params.rx_queue_frames) {
        toe_rx_discard(engine, frame, DROP_ENGINE_QUEUE_FULL, now_ps);
        return;
    }
    /* The MAC stamps frames by the clock of the NIC. */
    frame->mac_time_ps = toe_time_ps(engine, frame->mac_time_ps);
    frame->next = NULL;
    *rx->queue_tail = frame;
    rx->queue_tail = &frame->next;
    rx->queue_count++;
    engine->stats.rx_queue_max = u32_max(engine->stats.rx_queue_max, rx->queue_count);
    toe_kick(engine, now_ps);
}

uint32_t toe_rx_queued(const struct toe_engine *engine) { return engine->rx->queue_count; }

struct frame *toe_rx_queue_take(struct toe_engine *engine)
{
    struct toe_rx *rx = engine->rx;
    struct frame *frame = rx->queue;
    assert(frame && rx->queue_count > 0);
    rx->queue = frame->next;
    if (!rx->queue)
        rx->queue_tail = &rx->queue;
    rx->queue_count--;
    frame->next = NULL;
    return frame;
}
