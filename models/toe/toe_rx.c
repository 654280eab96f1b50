/*
 * First half of the receive pipeline: bounded queue, parse and checks, LOOKUP. Frames leave it in
 * order through the window; LOOKUPs of up to RX_WINDOW frames overlap. Frames injected by the host
 * are taken before those of the MAC.
 */
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

/* The frame's final verdict is: lost, for this reason. The caller still holds the frame. */
void toe_rx_drop(struct toe_engine *e, const struct frame *frame, uint16_t reason, uint32_t conn,
                 uint16_t gen, uint64_t now_ps)
{
    assert(reason > DROP_NONE && reason < DROP_REASON_COUNT);
    drop_count(&e->stats.drops, (enum drop_reason)reason);
    e->stats.rx_dropped++;
    toe_probe(e, (struct probe_event){.kind = PROBE_RX_VERDICT,
                                      .now_ps = now_ps,
                                      .conn = conn,
                                      .gen = gen,
                                      .verdict.id = frame->id,
                                      .verdict.verdict = NIC_VERDICT_DROPPED,
                                      .verdict.frame = frame});
    toe_probe(e, (struct probe_event){.kind = PROBE_FRAME_DROPPED,
                                      .now_ps = now_ps,
                                      .conn = conn,
                                      .gen = gen,
                                      .drop.id = frame->id,
                                      .drop.reason = reason,
                                      .drop.frame = frame});
}

static void lose(struct toe_engine *e, struct frame *frame, uint16_t reason, uint64_t now_ps)
{
    toe_rx_drop(e, frame, reason, PROBE_NO_CONN, 0, now_ps);
    frame_free(e->wiring.pool, frame);
}

void toe_rx_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct toe_engine *e = self;
    e->stats.rx_frames++;
    if (!toe_is_running(e)) {
        lose(e, frame, DROP_FENCED, now_ps);
        return;
    }
    if (e->rx.queue_count >= e->params.rx_queue_frames) {
        lose(e, frame, DROP_ENGINE_QUEUE_FULL, now_ps);
        return;
    }
    frame->next = NULL;
    *e->rx.queue_tail = frame;
    e->rx.queue_tail = &frame->next;
    e->rx.queue_count++;
    e->stats.rx_queue_max = u32_max(e->stats.rx_queue_max, e->rx.queue_count);
    toe_kick(e, now_ps);
}

static struct rx_item *window_at(struct toe_engine *e, uint32_t index)
{
    return &e->rx.window[(e->rx.window_head + index) % RX_WINDOW];
}

static void take_injected(struct toe_engine *e, struct rx_item *item)
{
    struct inject_slot *slot = &e->rx.inject[e->rx.inject_head];
    item->frame = slot->frame;
    item->injected = true;
    item->buffer = slot->cmd.list;
    item->want_conn = slot->cmd.conn;
    item->want_gen = slot->cmd.gen;
    slot->frame = NULL;
    e->rx.inject_head = (e->rx.inject_head + 1) % INJECT_MAX;
    e->rx.inject_count--;
}

static void take_queued(struct toe_engine *e, struct rx_item *item)
{
    item->frame = e->rx.queue;
    e->rx.queue = item->frame->next;
    if (!e->rx.queue)
        e->rx.queue_tail = &e->rx.queue;
    e->rx.queue_count--;
    item->frame->next = NULL;
}

void toe_rx_parse_kick(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    bool inject = rx->inject_count > 0 && rx->inject[rx->inject_head].here;
    if (rx->parsing || rx->window_count == RX_WINDOW || (!inject && !rx->queue))
        return;
    struct rx_item *item = window_at(e, rx->window_count);
    item->injected = item->held = false;
    item->buffer = 0;
    item->conn = TOE_NO_INDEX;
    item->gen = 0;
    item->reason = DROP_NONE;
    item->step = RX_LOOKUP;
    if (inject)
        take_injected(e, item);
    else
        take_queued(e, item);
    rx->parsing = true;
    toe_due_cycles(e, UNIT_PARSE, e->params.parse_cycles, now_ps);
}

/* What the headers alone decide. */
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

void toe_rx_parse_done(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    assert(rx->parsing);
    struct rx_item *item = window_at(e, rx->window_count);
    rx->parsing = false;
    toe_rx_classify(item);
    if (item->step == RX_LOOKUP) {
        struct ctx_req req = {
            .op = CTX_OP_LOOKUP,
            .who = CTX_WHO_RX,
            .tag = toe_cookie(e, (uint32_t)(rx->window_sequence + rx->window_count))};
        packet_flow_key(&item->packet, &req.key);
        toe_ctx_send(e, &req, now_ps);
    }
    rx->window_count++;
}

void toe_rx_on_lookup(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    uint32_t index = (uint32_t)rsp->tag - (uint32_t)rx->window_sequence;
    assert(index < rx->window_count);
    struct rx_item *item = window_at(e, index);
    assert(item->step == RX_LOOKUP);
    item->step = RX_FOUND;
    item->place = rsp->place;
    if (rsp->place != CTX_PLACE_NOT_MINE) {
        assert(rsp->conn < e->params.conn_max);
        item->conn = rsp->conn;
        item->gen = rsp->gen;
    }
    bool mine = rsp->place == CTX_PLACE_HOT || rsp->place == CTX_PLACE_COLD;
    if (!mine && !item->injected)
        toe_mark(e, MARK_FOREIGN, item->conn, item->gen, item->frame, now_ps);
}

/* A fence or reset: every frame not yet decided on is lost. */
void toe_rx_flush(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    if (rx->parsing)
        lose(e, window_at(e, rx->window_count)->frame, DROP_FENCED, now_ps);
    if (rx->phase != APPLY_IDLE && rx->item == &rx->held_item)
        lose(e, rx->held_item.frame, DROP_FENCED, now_ps);
    for (uint32_t i = 0; i < rx->window_count; i++)
        lose(e, window_at(e, i)->frame, DROP_FENCED, now_ps);
    for (uint32_t i = 0; i < rx->inject_count; i++) {
        struct inject_slot *slot = &rx->inject[(rx->inject_head + i) % INJECT_MAX];
        lose(e, slot->frame, DROP_FENCED, now_ps);
        slot->frame = NULL;
    }
    while (rx->queue) {
        struct rx_item item;
        take_queued(e, &item);
        lose(e, item.frame, DROP_FENCED, now_ps);
    }
    rx->parsing = false;
    rx->phase = APPLY_IDLE;
    rx->item = NULL;
    rx->window_sequence += rx->window_count;
    rx->window_count = rx->inject_count = 0;
    rx->writes_issued = rx->writes_visible = rx->writes_flushed = rx->writes;
    rx->flushing = false;
}
