/*
 * The LOOKUPs of up to RX_WINDOW frames overlap, but frames leave the first half of the pipeline in order
 * through the window. Frames injected by the host are taken before those of the MAC.
 */
#include "models/toe/rx/rx_parse.h"

#include "models/toe/rx/rx_inject.h"
#include "models/toe/rx/rx_queue.h"
#include "models/toe/rx/rx_state.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_ctx.h"

#include <assert.h>

void toe_rx_parse_kick(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    bool inject = toe_rx_inject_is_here(engine);
    if (rx->parsing || rx->window_count == RX_WINDOW || (!inject && !rx->queue))
        return;
    struct rx_item *item = rx_window_at(rx, rx->window_count);
    item->injected = item->held = false;
    item->buffer = 0;
    item->conn = TOE_NO_INDEX;
    item->gen = 0;
    item->reason = DROP_NONE;
    item->step = RX_LOOKUP;
    if (inject)
        toe_rx_inject_take(engine, item);
    else
        item->frame = toe_rx_queue_take(engine);
    rx->parsing = true;
    toe_due_cycles(engine, UNIT_PARSE, engine->params.parse_cycles, now_ps);
}

void toe_rx_classify(struct rx_item *item)
{
    struct packet *p = &item->packet;
    packet_parse(item->frame->data, item->frame->len, true, p);
    item->step = RX_HOST;
    item->place = CTX_PLACE_NOT_MINE;
    if (p->kind == PACKET_MALFORMED) {
        item->step = RX_DROP;
        item->reason = DROP_MALFORMED;
    } else if (p->kind == PACKET_TCP) {
        bool good = p->ip_checksum_ok && p->tcp_checksum_ok;
        item->step = good ? RX_LOOKUP : RX_DROP;
        item->reason = good ? DROP_NONE : DROP_BAD_CHECKSUM;
        if (good && p->source_routed) {
            item->step = RX_DROP;
            item->reason = DROP_SOURCE_ROUTED;
        }
    }
}

void toe_rx_parse_done(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    assert(rx->parsing);
    struct rx_item *item = rx_window_at(rx, rx->window_count);
    rx->parsing = false;
    toe_rx_classify(item);
    if (item->step == RX_LOOKUP) {
        struct ctx_req req = {
            .op = CTX_OP_LOOKUP,
            .who = CTX_WHO_RX,
            .tag = toe_cookie(engine, (uint32_t)(rx->window_sequence + rx->window_count))};
        packet_flow_key(&item->packet, &req.key);
        toe_ctx_send(engine, &req, now_ps);
    }
    rx->window_count++;
}

void toe_rx_on_lookup(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    uint32_t index = (uint32_t)rsp->tag - (uint32_t)rx->window_sequence;
    assert(index < rx->window_count);
    struct rx_item *item = rx_window_at(rx, index);
    assert(item->step == RX_LOOKUP);
    item->step = RX_FOUND;
    item->place = rsp->place;
    if (rsp->place != CTX_PLACE_NOT_MINE) {
        assert(rsp->conn < engine->params.conn_max);
        item->conn = rsp->conn;
        item->gen = rsp->gen;
    }
    bool mine = rsp->place == CTX_PLACE_HOT || rsp->place == CTX_PLACE_COLD;
    if (!mine && !item->injected)
        toe_mark(engine, MARK_FOREIGN, item->conn, item->gen, item->frame, now_ps);
}
