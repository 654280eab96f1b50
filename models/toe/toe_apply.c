/*
 * Second half of the receive pipeline, one frame at a time: READ_LOCK, TCP, payload to the receive
 * ring, write-back, record; or, for a frame that is not applied here, the whole frame to a host
 * buffer and its record. Nothing starts that cannot end: room for the record, for the payload
 * writes and for the last frames of a connection is there before the context is locked.
 */
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

/* Of a write from before a fence or reset nobody waits any more; where it did reach the link, or memory,
 * the host may act on it. */
static void report_late(struct toe_engine *e, enum probe_kind kind, uint64_t cookie,
                        uint64_t now_ps)
{
    const struct rx_write *w = &e->rx.write[(uint32_t)cookie % RX_WRITES_MAX];
    if (w->epoch == (uint32_t)(cookie >> 32))
        toe_probe(e, (struct probe_event){.kind = (uint8_t)kind,
                                          .now_ps = now_ps,
                                          .conn = w->conn,
                                          .gen = w->gen,
                                          .payload.seq = w->seq,
                                          .payload.bytes = w->len});
}

static void on_issued(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (now_ps == TIME_NEVER)
        return; /* discarded: never acknowledged; the link's fence follows */
    if (!toe_cookie_is_now(e, cookie)) {
        report_late(e, PROBE_RX_WRITTEN, cookie, now_ps);
        return;
    }
    struct rx_write *w = &e->rx.write[e->rx.writes_issued % RX_WRITES_MAX];
    assert((uint32_t)cookie == (uint32_t)e->rx.writes_issued);
    e->rx.writes_issued++;
    toe_probe(e, (struct probe_event){.kind = PROBE_RX_WRITTEN,
                                      .now_ps = now_ps,
                                      .conn = w->conn,
                                      .gen = w->gen,
                                      .payload.seq = w->seq,
                                      .payload.bytes = w->len});
    toe_kick(e, now_ps);
}

static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (now_ps == TIME_NEVER)
        return;
    if (!toe_cookie_is_now(e, cookie)) {
        report_late(e, PROBE_RX_VISIBLE, cookie, now_ps);
        return;
    }
    struct rx_write *w = &e->rx.write[e->rx.writes_visible % RX_WRITES_MAX];
    assert((uint32_t)cookie == (uint32_t)e->rx.writes_visible);
    e->rx.writes_visible++;
    toe_probe(e, (struct probe_event){.kind = PROBE_RX_VISIBLE,
                                      .now_ps = now_ps,
                                      .conn = w->conn,
                                      .gen = w->gen,
                                      .payload.seq = w->seq,
                                      .payload.bytes = w->len});
    toe_kick(e, now_ps);
}

static void write_piece(struct toe_engine *e, const struct toe_lock *lock, uint32_t seq,
                        const uint8_t *bytes, uint32_t len, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    const struct conn_ctx *ctx = &lock->ctx;
    uint32_t mask = (1u << ctx->rx_ring_log2) - 1;
    uint64_t address = ((uint64_t)ctx->rx_ring << 12) + (seq & mask);
    uint64_t cookie = toe_cookie(e, (uint32_t)rx->writes);
    rx->write[rx->writes % RX_WRITES_MAX] = (struct rx_write){
        .conn = lock->conn, .seq = seq, .len = len, .epoch = e->epoch, .gen = lock->gen};
    rx->writes++;
    e->conn[lock->conn].write_last = rx->writes;
    toe_probe(e, (struct probe_event){.kind = PROBE_RX_QUEUED,
                                      .now_ps = now_ps,
                                      .conn = lock->conn,
                                      .gen = lock->gen,
                                      .payload.seq = seq,
                                      .payload.bytes = len});
    e->wiring.pcie.ops->write(e->wiring.pcie.self, address, bytes, len,
                              (struct pcie_done){.fn = on_issued, .self = e, .cookie = cookie},
                              (struct pcie_done){.fn = on_visible, .self = e, .cookie = cookie},
                              now_ps);
}

static void write_payload(struct toe_engine *e, const struct toe_lock *lock, uint64_t now_ps)
{
    const struct tcp_result *r = &e->rx.result;
    if (r->payload_len == 0)
        return;
    uint32_t size = 1u << lock->ctx.rx_ring_log2;
    uint32_t first = u32_min(r->payload_len, size - (r->payload_seq & (size - 1)));
    const uint8_t *bytes = e->rx.item->packet.seg.payload + r->payload_skip;
    assert(r->payload_skip + r->payload_len <= e->rx.item->packet.seg.payload_len);
    assert(r->payload_len <= size);
    write_piece(e, lock, r->payload_seq, bytes, first, now_ps);
    if (first < r->payload_len)
        write_piece(e, lock, r->payload_seq + first, bytes + first, r->payload_len - first, now_ps);
    e->stats.rx_payload_bytes += r->payload_len;
}

/* What is the same in every record of this frame. */
static struct nic_record record_of(const struct toe_engine *e, const struct rx_item *item)
{
    const struct frame *f = item->frame;
    struct nic_record r = {.conn = item->conn,
                           .gen = item->gen,
                           .nic = item->injected ? f->port : (uint8_t)e->regs.nic_id,
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

/* The frame has its verdict and its record: the pipeline goes on. */
static void finish(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    bool held = rx->item == &rx->held_item;
    frame_free(e->wiring.pool, rx->item->frame);
    rx->item->frame = NULL;
    rx->phase = APPLY_IDLE;
    if (held) {
        toe_move_held_applied(e, rx->item->want_conn, now_ps);
    } else {
        rx->window_head = (rx->window_head + 1) % RX_WINDOW;
        rx->window_count--;
        rx->window_sequence++;
    }
    rx->item = NULL;
}

/* with_record: the frame is of a connection of this NIC. For an injected one the host waits for its
 * buffer. */
static void drop_item(struct toe_engine *e, uint16_t reason, bool with_record, uint64_t now_ps)
{
    const struct rx_item *item = e->rx.item;
    toe_rx_drop(e, item->frame, reason, item->conn, item->gen, now_ps);
    if (item->injected || with_record) {
        struct nic_record r = record_of(e, item);
        r.verdict = NIC_VERDICT_DROPPED;
        r.reason = reason;
        toe_record_write(e, &r, now_ps);
    }
    finish(e, now_ps);
}

static void foreign_record(struct toe_engine *e, uint8_t verdict, uint64_t buffer, uint64_t now_ps)
{
    const struct rx_item *item = e->rx.item;
    struct nic_record r = record_of(e, item);
    r.verdict = verdict;
    r.buffer = buffer;
    if (item->packet.kind == PACKET_TCP) {
        r.flags |= NIC_RECORD_IS_TCP;
        r.l4_offset = item->packet.tcp_offset;
    }
    e->stats.rx_foreign++;
    toe_probe(e, (struct probe_event){.kind = PROBE_RX_VERDICT,
                                      .now_ps = now_ps,
                                      .conn = item->conn,
                                      .gen = item->gen,
                                      .verdict.id = item->frame->id,
                                      .verdict.verdict = verdict,
                                      .verdict.frame = item->frame});
    toe_record_write(e, &r, now_ps);
    finish(e, now_ps);
}

static void told_no_buffer(struct toe_engine *e, uint64_t now_ps)
{
    if (e->no_buffer_told)
        return;
    e->no_buffer_told = true;
    uint64_t lost = e->stats.drops.count[DROP_NO_RX_BUFFER];
    struct nic_event event = {
        .kind = NIC_EVENT_NO_BUFFER, .conn = TOE_NO_INDEX, .a = (uint32_t)lost};
    toe_event_post(e, &event, now_ps);
}

/* The frame goes to the host whole; waits when a posted buffer's descriptor is still on its way. */
static void to_host(struct toe_engine *e, uint64_t now_ps)
{
    struct rx_item *item = e->rx.item;
    if (item->injected) {
        foreign_record(e, NIC_VERDICT_STALE_INJECT, item->buffer, now_ps);
        return;
    }
    if (e->buffer_count == 0) {
        toe_ring_fetch_buffers(e, now_ps);
        if (e->buffer_ring.fetching) {
            e->rx.phase = APPLY_BUFFER;
            return;
        }
        drop_item(e, DROP_NO_RX_BUFFER, false, now_ps);
        told_no_buffer(e, now_ps);
        return;
    }
    uint64_t buffer = e->buffers[e->buffer_head];
    e->buffer_head = (e->buffer_head + 1) % PREFETCH_MAX;
    e->buffer_count--;
    struct pcie_done nobody = {0};
    e->wiring.pcie.ops->write(e->wiring.pcie.self, buffer, item->frame->data, item->frame->len,
                              nobody, nobody, now_ps);
    static const uint8_t verdicts[] = {[CTX_PLACE_NOT_MINE] = NIC_VERDICT_NOT_MINE,
                                       [CTX_PLACE_RESERVED] = NIC_VERDICT_RESERVED,
                                       [CTX_PLACE_MOVED] = NIC_VERDICT_MOVED};
    assert(verdicts[item->place] != NIC_VERDICT_NONE);
    foreign_record(e, verdicts[item->place], buffer, now_ps);
}

/* The lookup said mine, the life of the connection here says otherwise. */
static void turned_foreign(struct toe_engine *e, uint8_t place, uint64_t now_ps)
{
    struct rx_item *item = e->rx.item;
    item->place = place;
    if (!item->injected)
        toe_mark(e, MARK_FOREIGN, item->conn, item->gen, item->frame, now_ps);
    to_host(e, now_ps);
}

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
    case OWN_ACTIVE: /* another generation */
    case OWN_INACTIVE:
        break;
    }
    return CTX_PLACE_NOT_MINE;
}

static void lock_item(struct toe_engine *e, uint64_t now_ps)
{
    struct rx_item *item = e->rx.item;
    const struct toe_conn *c = &e->conn[item->conn];
    bool meant = !item->injected || (item->conn == item->want_conn && item->gen == item->want_gen);
    if (!meant || !toe_conn_is_active(c, item->gen)) {
        turned_foreign(e, place_of(c->own_state), now_ps);
        return;
    }
    e->rx.phase = APPLY_LOCK;
    toe_lock_ask(e, CTX_WHO_RX, item->conn, item->gen, now_ps);
}

static void start_item(struct toe_engine *e, uint64_t now_ps)
{
    struct rx_item *item = e->rx.item;
    e->stats.rx_injected += item->injected;
    if (item->step == RX_DROP)
        drop_item(e, item->reason, false, now_ps);
    else if (item->step == RX_HOST)
        to_host(e, now_ps);
    else if (item->place == CTX_PLACE_HOT || item->place == CTX_PLACE_COLD)
        lock_item(e, now_ps);
    else
        to_host(e, now_ps);
}

/* Held frames of an activated connection are first; direct ones of it wait for them. */
static bool next_item(struct toe_engine *e)
{
    struct toe_rx *rx = &e->rx;
    if (toe_move_held_take(e, &rx->held_item)) {
        rx->item = &rx->held_item;
        return true;
    }
    if (rx->window_count == 0)
        return false;
    struct rx_item *item = &rx->window[rx->window_head];
    if (item->step == RX_LOOKUP)
        return false;
    if (item->step == RX_FOUND && item->conn != TOE_NO_INDEX &&
        e->conn[item->conn].held_op != TOE_NONE &&
        toe_conn_is_active(&e->conn[item->conn], item->gen))
        return false;
    rx->item = item;
    return true;
}

void toe_apply_kick(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    if (rx->phase == APPLY_BUFFER && (e->buffer_count > 0 || !e->buffer_ring.fetching)) {
        rx->phase = APPLY_IDLE;
        to_host(e, now_ps);
    }
    while (rx->phase == APPLY_IDLE && toe_lock_is_free(e, CTX_WHO_RX)) {
        if (!toe_record_has_room(e)) {
            bool waits = rx->window_count > 0 || e->cmd.held_count > 0;
            e->stats.record_stalls += waits && !rx->stalled;
            rx->stalled = waits;
            return;
        }
        rx->stalled = false;
        if (!toe_tx_has_reserve(e) ||
            rx->writes - rx->writes_visible > RX_WRITES_MAX - TCP_PLACEMENTS_MAX)
            return;
        if (!next_item(e))
            return;
        if (rx->item == &rx->held_item) {
            rx->phase = APPLY_PARSE;
            toe_due_cycles(e, UNIT_APPLY, e->params.parse_cycles, now_ps);
            return;
        }
        start_item(e, now_ps);
    }
}

/* Held frames had no LOOKUP: the command named their connection. */
static bool is_of_tuple(const struct rx_item *item, const struct conn_ctx *ctx)
{
    struct flow_key theirs, ours;
    packet_flow_key(&item->packet, &theirs);
    toe_cmd_key(ctx, &ours);
    return memcmp(&theirs, &ours, sizeof ours) == 0;
}

void toe_apply_on_lock(struct toe_engine *e, uint8_t result, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    assert(rx->phase == APPLY_LOCK);
    if (result == CTX_BAD) {
        drop_item(e, DROP_CTX_ERROR, true, now_ps);
        return;
    }
    if (result != CTX_OK) {
        rx->phase = APPLY_IDLE;
        turned_foreign(e, result == CTX_FROZEN ? CTX_PLACE_MOVED : CTX_PLACE_NOT_MINE, now_ps);
        return;
    }
    if (rx->item->held && !is_of_tuple(rx->item, &e->lock[CTX_WHO_RX].ctx)) {
        toe_lock_write(e, CTX_WHO_RX, now_ps);
        rx->phase = APPLY_IDLE;
        turned_foreign(e, CTX_PLACE_NOT_MINE, now_ps);
        return;
    }
    rx->phase = APPLY_WORK;
    toe_due_cycles(e, UNIT_APPLY, e->params.rx_cycles, now_ps);
}

static void applied_record(struct toe_engine *e, const struct conn_ctx *ctx, uint64_t now_ps)
{
    const struct rx_item *item = e->rx.item;
    const struct tcp_result *result = &e->rx.result;
    struct nic_record r = record_of(e, item);
    r.verdict = result->verdict;
    r.reason = result->reason;
    r.tcp_state = ctx->tcp_state;
    r.rcv_nxt = ctx->rcv_nxt;
    r.snd_una = ctx->snd_una;
    r.snd_wnd = ctx->snd_wnd;
    if (result->established)
        r.flags |= NIC_RECORD_ESTABLISHED;
    if (ctx->flags & CTX_FLAG_PEER_FIN)
        r.flags |= NIC_RECORD_PEER_FIN;
    if (result->urgent)
        r.flags |= NIC_RECORD_URGENT;
    toe_record_write(e, &r, now_ps);
}

static void apply_segment(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[CTX_WHO_RX];
    struct rx_item *item = e->rx.item;
    struct tcp_result *result = &e->rx.result;
    struct tcp_now now = toe_now(now_ps);
    memset(result, 0, sizeof *result);
    tcp_input(&lock->ctx, &item->packet.seg, &e->params.tcp, now, result);
    assert(result->verdict == NIC_VERDICT_APPLIED || result->verdict == NIC_VERDICT_DROPPED);
    lock->ctx.last_rx = now.us;
    lock->ctx.rx_if = item->injected ? item->frame->port : (uint8_t)e->regs.nic_id;
    lock->ctx.tx_if = (uint8_t)e->regs.nic_id;
    write_payload(e, lock, now_ps);
    if (result->verdict == NIC_VERDICT_DROPPED) {
        toe_rx_drop(e, item->frame, result->reason, item->conn, item->gen, now_ps);
    } else {
        e->stats.rx_applied++;
        toe_probe(e, (struct probe_event){.kind = PROBE_RX_VERDICT,
                                          .now_ps = now_ps,
                                          .conn = item->conn,
                                          .gen = item->gen,
                                          .verdict.id = item->frame->id,
                                          .verdict.verdict = NIC_VERDICT_APPLIED,
                                          .verdict.frame = item->frame});
        toe_probe(e, (struct probe_event){.kind = PROBE_RX_APPLIED,
                                          .now_ps = now_ps,
                                          .conn = item->conn,
                                          .gen = item->gen,
                                          .applied.seq = item->packet.seg.seq,
                                          .applied.frame_id = item->frame->id,
                                          .applied.bytes = item->packet.seg.payload_len});
    }
    applied_record(e, &lock->ctx, now_ps);
    if (!toe_lock_settle(e, CTX_WHO_RX, result, &item->packet.seg, now_ps))
        toe_lock_write(e, CTX_WHO_RX, now_ps);
    finish(e, now_ps);
}

void toe_apply_on_time(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    if (rx->phase == APPLY_WORK) {
        apply_segment(e, now_ps);
        return;
    }
    assert(rx->phase == APPLY_PARSE);
    rx->phase = APPLY_IDLE;
    struct rx_item *item = rx->item;
    toe_rx_classify(item);
    item->conn = item->want_conn;
    item->gen = item->want_gen;
    if (item->step == RX_LOOKUP) { /* the command said whose it is */
        item->step = RX_FOUND;
        item->place = CTX_PLACE_HOT;
    }
    start_item(e, now_ps);
}
