/*
 * The apply stage does READ_LOCK, TCP, the payload write to the receive ring, write-back and record. A
 * frame that is not applied here goes to a host buffer, complete, with its record. A frame starts only when
 * it can finish: there must be room for the record, for the payload writes and for the last frames of a
 * connection before the context is locked.
 */
#include "models/toe/rx/rx_apply.h"

#include "models/toe/rx/rx_checkpoint.h"
#include "models/toe/rx/rx_drop.h"
#include "models/toe/rx/rx_host.h"
#include "models/toe/rx/rx_park.h"
#include "models/toe/rx/rx_parse.h"
#include "models/toe/rx/rx_state.h"
#include "models/toe/rx/rx_verdict.h"
#include "models/toe/rx/rx_write.h"
#include "models/toe/toe_buffer.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_lock.h"
#include "models/toe/toe_record.h"
#include "models/toe/toe_settle.h"
#include "models/toe/tx/tx_fifo.h"

#include <assert.h>
#include <string.h>

static uint8_t place_of(uint8_t own_state)
{
    switch ((enum own_state)own_state) {
    case OWN_RESERVED:
    case OWN_HOLD:
        return CTX_PLACE_RESERVED;
    case OWN_QUIESCE:
    case OWN_FROZEN:
    case OWN_TOMBSTONE:
        return CTX_PLACE_MOVED;
    case OWN_ABSENT:
    case OWN_ACTIVE: /* active, but in another generation */
    case OWN_INACTIVE:
        break;
    }
    return CTX_PLACE_NOT_MINE;
}

static void lock_item(struct toe_engine *engine, uint64_t now_ps)
{
    struct rx_item *item = engine->rx->item;
    const struct toe_conn *c = &engine->conn[item->conn];
    bool meant = !item->injected || (item->conn == item->want_conn && item->gen == item->want_gen);
    if (!meant || !toe_conn_is_active(c, item->gen)) {
        toe_rx_to_host_as(engine, place_of(c->own_state), now_ps);
        return;
    }
    engine->rx->phase = APPLY_LOCK;
    toe_lock_ask(engine, CTX_WHO_RX, item->conn, item->gen, now_ps);
}

static void start_item(struct toe_engine *engine, uint64_t now_ps)
{
    struct rx_item *item = engine->rx->item;
    engine->stats.rx_injected += item->injected;
    if (item->step == RX_DROP)
        toe_rx_finish_dropped(engine, item->reason, false, now_ps);
    else if (item->step == RX_HOST)
        toe_rx_to_host(engine, now_ps);
    else if (item->place == CTX_PLACE_HOT || item->place == CTX_PLACE_COLD)
        lock_item(engine, now_ps);
    else
        toe_rx_to_host(engine, now_ps);
}

static bool take_held(struct toe_engine *engine)
{
    struct toe_rx *rx = engine->rx;
    struct rx_item *item = &rx->held_item;
    struct toe_held_frame held;
    if (!engine->held_source || !engine->held_source->take(engine, &held))
        return false;
    item->frame = held.frame;
    item->buffer = held.buffer;
    item->conn = TOE_NO_INDEX;
    item->gen = 0;
    item->want_conn = held.conn;
    item->want_gen = held.gen;
    item->reason = DROP_NONE;
    item->step = RX_LOOKUP;
    item->injected = item->held = true;
    rx->item = item;
    return true;
}

/* Returns true if the frame at the head of the window may be chosen now. */
static bool head_is_ready(const struct toe_engine *engine, const struct rx_item *item)
{
    if (item->step == RX_LOOKUP)
        return false;
    bool waits = item->step == RX_FOUND && item->conn != TOE_NO_INDEX &&
                 engine->conn[item->conn].held_op != TOE_NONE &&
                 toe_conn_is_active(&engine->conn[item->conn], item->gen);
    return !waits;
}

/* Chooses the next frame. Held frames of an activated connection go first; direct frames of it wait for them, and for
 * those that are still to come back from the host. */
static bool next_item(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    if (take_held(engine))
        return true;
    for (;;) {
        if (toe_rx_park_take(engine, &rx->parked_item, now_ps)) {
            rx->item = &rx->parked_item;
            return true;
        }
        struct rx_item *item = &rx->window[rx->window_head];
        if (rx->window_count == 0 || !head_is_ready(engine, item))
            return false;
        if (!toe_rx_park_must(engine, item, now_ps)) {
            rx->item = item;
            return true;
        }
        if (toe_rx_park_put(engine, item))
            rx_window_pop(rx);
    }
}

/* Returns false if the record ring is full, which holds the pipeline. Each stall is counted once. */
static bool has_record_space(struct toe_engine *engine)
{
    struct toe_rx *rx = engine->rx;
    bool waits = !toe_record_has_space(engine) &&
                 (rx->window_count > 0 || rx->parked_count > 0 ||
                  (engine->held_source && engine->held_source->waits(engine)));
    engine->stats.record_stalls += waits && !rx->stalled;
    rx->stalled = waits;
    return toe_record_has_space(engine);
}

void toe_apply_kick(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    if (rx->phase == APPLY_BUFFER && toe_buffer_is_settled(engine)) {
        rx->phase = APPLY_IDLE;
        toe_rx_to_host(engine, now_ps);
    }
    while (rx->phase == APPLY_IDLE && toe_lock_is_free(engine, CTX_WHO_RX)) {
        if (!has_record_space(engine))
            return;
        if (!toe_tx_has_reserve(engine) || !toe_writes_have_space(engine))
            return;
        if (!next_item(engine, now_ps))
            return;
        if (rx->item == &rx->held_item) {
            rx->phase = APPLY_PARSE;
            toe_due_cycles(engine, UNIT_APPLY, engine->params.parse_cycles, now_ps);
            return;
        }
        start_item(engine, now_ps);
    }
}

/* Returns true if the frame has the context's tuple. This matters for held frames, which had no LOOKUP
 * because the command named their connection. */
static bool is_of_tuple(const struct rx_item *item, const struct conn_ctx *ctx)
{
    struct flow_key theirs, ours;
    packet_flow_key(&item->packet, &theirs);
    toe_conn_flow_key(ctx, &ours);
    return memcmp(&theirs, &ours, sizeof ours) == 0;
}

void toe_apply_on_lock(struct toe_engine *engine, uint8_t result, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    assert(rx->phase == APPLY_LOCK);
    if (result == CTX_BAD) {
        toe_rx_finish_dropped(engine, DROP_CTX_ERROR, true, now_ps);
        return;
    }
    if (result != CTX_OK) {
        rx->phase = APPLY_IDLE;
        toe_rx_to_host_as(engine, result == CTX_FROZEN ? CTX_PLACE_MOVED : CTX_PLACE_NOT_MINE,
                          now_ps);
        return;
    }
    if (rx->item->held && !is_of_tuple(rx->item, toe_lock_ctx(engine, CTX_WHO_RX))) {
        toe_lock_write(engine, CTX_WHO_RX, now_ps);
        rx->phase = APPLY_IDLE;
        toe_rx_to_host_as(engine, CTX_PLACE_NOT_MINE, now_ps);
        return;
    }
    rx->phase = APPLY_WORK;
    toe_due_cycles(engine, UNIT_APPLY, engine->params.rx_cycles, now_ps);
}

static void write_payload(struct toe_engine *engine, const struct conn_ctx *ctx, uint64_t now_ps)
{
    const struct rx_item *item = engine->rx->item;
    const struct tcp_result *r = &engine->rx->result;
    if (r->payload_len == 0)
        return;
    assert(r->payload_skip + r->payload_len <= item->packet.seg.payload_len);
    toe_writes_payload(engine, ctx, item->gen, r->payload_seq,
                       item->packet.seg.payload + r->payload_skip, r->payload_len, now_ps);
}

static void applied_record(struct toe_engine *engine, const struct conn_ctx *ctx, uint64_t now_ps)
{
    const struct tcp_result *result = &engine->rx->result;
    struct nic_record r = toe_rx_record(engine);
    r.verdict = result->verdict;
    r.reason = result->reason;
    r.tcp_state = ctx->tcp_state;
    r.rcv_nxt = ctx->rcv_nxt;
    r.snd_una = ctx->snd_una;
    r.snd_wnd = ctx->snd_wnd;
    r.ts_recent = ctx->ts_recent;
    r.mss = ctx->mss;
    r.scales = (uint8_t)(ctx->snd_ws | ctx->rcv_ws << 4);
    r.features = ctx->features;
    if (result->established)
        r.flags |= NIC_RECORD_ESTABLISHED;
    if (ctx->flags & CTX_FLAG_PEER_FIN)
        r.flags |= NIC_RECORD_PEER_FIN;
    if (result->urgent)
        r.flags |= NIC_RECORD_URGENT;
    toe_record_write(engine, &r, now_ps);
}

static void report_applied(struct toe_engine *engine, const struct rx_item *item, uint64_t now_ps)
{
    const struct tcp_segment *seg = &item->packet.seg;
    struct probe_event event = {
        .kind = PROBE_RX_VERDICT, .now_ps = now_ps, .conn = item->conn, .gen = item->gen};
    engine->stats.rx_applied++;
    event.verdict = (struct probe_verdict){item->frame->id, item->frame, NIC_VERDICT_APPLIED};
    toe_probe(engine, event);
    event.kind = PROBE_RX_APPLIED;
    event.applied = (struct probe_applied){seg->seq, seg->payload_len, item->frame->id};
    toe_probe(engine, event);
}

static void apply_segment(struct toe_engine *engine, uint64_t now_ps)
{
    struct conn_ctx *ctx = toe_lock_ctx(engine, CTX_WHO_RX);
    struct rx_item *item = engine->rx->item;
    struct tcp_result *result = &engine->rx->result;
    struct tcp_now now = toe_now(engine, now_ps);
    tcp_input(ctx, &item->packet.seg, &engine->params.tcp, now, result);
    assert(result->verdict == NIC_VERDICT_APPLIED || result->verdict == NIC_VERDICT_DROPPED);
    ctx->rx_if = item->injected ? item->frame->port : (uint8_t)engine->regs.nic_id;
    ctx->tx_if = (uint8_t)engine->regs.nic_id;
    write_payload(engine, ctx, now_ps);
    if (result->verdict == NIC_VERDICT_DROPPED)
        toe_rx_drop(engine, item->frame, result->reason, item->conn, item->gen, now_ps);
    else
        report_applied(engine, item, now_ps);
    applied_record(engine, ctx, now_ps);
    if (!toe_lock_settle(engine, CTX_WHO_RX, result, &item->packet.seg, now_ps)) {
        toe_checkpoint_on_record(engine, ctx, item->conn, now_ps);
        toe_lock_write(engine, CTX_WHO_RX, now_ps);
    }
    toe_rx_finish(engine, now_ps);
}

void toe_apply_on_time(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    if (rx->phase == APPLY_WORK) {
        apply_segment(engine, now_ps);
        return;
    }
    assert(rx->phase == APPLY_PARSE);
    rx->phase = APPLY_IDLE;
    struct rx_item *item = rx->item;
    toe_rx_classify(item);
    item->conn = item->want_conn;
    item->gen = item->want_gen;
    if (item->step == RX_LOOKUP) { /* the command named the connection, so no LOOKUP is needed */
        item->step = RX_FOUND;
        item->place = CTX_PLACE_HOT;
    }
    start_item(engine, now_ps);
}
