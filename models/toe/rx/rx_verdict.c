#include "models/toe/rx/rx_verdict.h"

#include "models/toe/rx/rx_drop.h"
#include "models/toe/rx/rx_park.h"
#include "models/toe/rx/rx_state.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_record.h"

#include <assert.h>

struct nic_record toe_rx_record(const struct toe_engine *engine)
{
    const struct rx_item *item = engine->rx->item;
    const struct frame *f = item->frame;
    struct nic_record r = {.conn = item->conn,
                           .gen = item->gen,
                           .nic = item->injected ? f->port : (uint8_t)engine->regs.nic_id,
                           .bytes = f->len,
                           .mac_time_ps = f->mac_time_ps,
                           .frame_id = f->id};
    if (item->injected)
        r.flags |= NIC_RECORD_INJECTED;
    if (item->packet.kind == PACKET_TCP && item->packet.ip_checksum_ok &&
        item->packet.tcp_checksum_ok)
        r.flags |= NIC_RECORD_CHECKSUMS_OK;
    return r;
}

void toe_rx_finish(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    assert(rx->item && rx->item->frame);
    bool held = rx->item == &rx->held_item;
    toe_rx_park_returned(engine, rx->item);
    frame_free(engine->wiring.pool, rx->item->frame);
    rx->item->frame = NULL;
    rx->phase = APPLY_IDLE;
    if (held) {
        engine->held_source->applied(engine, rx->item->want_conn, now_ps);
    } else if (rx->item != &rx->parked_item) {
        rx_window_pop(rx);
    }
    rx->item = NULL;
}

void toe_rx_finish_dropped(struct toe_engine *engine, uint16_t reason, bool with_record,
                           uint64_t now_ps)
{
    const struct rx_item *item = engine->rx->item;
    toe_rx_drop(engine, item->frame, reason, item->conn, item->gen, now_ps);
    if (item->injected || with_record) {
        struct nic_record r = toe_rx_record(engine);
        r.verdict = NIC_VERDICT_DROPPED;
        r.reason = reason;
        toe_record_write(engine, &r, now_ps);
    }
    toe_rx_finish(engine, now_ps);
}
