#include "models/toe/rx/rx_drop.h"

#include "models/toe/toe_core.h"

#include <assert.h>

void toe_rx_drop(struct toe_engine *engine, const struct frame *frame, uint16_t reason,
                 uint32_t conn, uint16_t gen, uint64_t now_ps)
{
    assert(reason > DROP_NONE && reason < DROP_REASON_COUNT);
    drop_count(&engine->stats.drops, (enum drop_reason)reason);
    engine->stats.rx_dropped++;
    struct probe_event event = {
        .kind = PROBE_RX_VERDICT, .now_ps = now_ps, .conn = conn, .gen = gen};
    event.verdict = (struct probe_verdict){frame->id, frame, NIC_VERDICT_DROPPED};
    toe_probe(engine, event);
    event.kind = PROBE_FRAME_DROPPED;
    event.drop = (struct probe_drop){frame->id, frame, reason};
    toe_probe(engine, event);
}

void toe_rx_discard(struct toe_engine *engine, struct frame *frame, uint16_t reason,
                    uint64_t now_ps)
{
    toe_rx_drop(engine, frame, reason, PROBE_NO_CONN, 0, now_ps);
    frame_free(engine->wiring.pool, frame);
}
