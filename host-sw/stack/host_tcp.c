/* This file implements the host's own TCP, except for the transmit side, which is in host_tcp_tx.c. It keeps the table
 * of connections, receives segments, runs the timers, and ends connections. */
#include "host-sw/stack/host_tcp_pvt.h"
#include "host-sw/stack/host_tcp_tx.h"

#include "models/base/memory.h"

#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    LAST_SEGMENTS = 4
}; /* limit of the last segments (ACK, FIN) of a connection that is closed */

bool host_tcp_init(struct host_tcp *tcp, struct nic_bus bus, const struct host_tcp_ops *ops,
                   const struct tcp_params *params, const uint8_t mac[6], uint32_t conn_max,
                   const struct probe *probe)
{
    *tcp = (struct host_tcp){.bus = bus,
                             .ops = *ops,
                             .params = *params,
                             .probe = probe,
                             .conn_max = conn_max,
                             .next_ps = TIME_NEVER,
                             .free_head = HOST_TCP_NONE,
                             .ready_head = HOST_TCP_NONE,
                             .ready_tail = HOST_TCP_NONE};
    memcpy(tcp->mac, mac, sizeof tcp->mac);
    tcp->slot_of = malloc(conn_max * sizeof *tcp->slot_of);
    tcp->unread = calloc(conn_max, sizeof *tcp->unread);
    tcp->frame = calloc(1, sizeof *tcp->frame);
    tcp->timers = timer_heap_create(conn_max);
    if (!tcp->slot_of || !tcp->unread || !tcp->frame || !tcp->timers) {
        host_tcp_free(tcp);
        return false;
    }
    for (uint32_t i = 0; i < conn_max; i++)
        tcp->slot_of[i] = HOST_TCP_NONE;
    return true;
}

void host_tcp_free(struct host_tcp *tcp)
{
    if (tcp->timers)
        timer_heap_destroy(tcp->timers);
    free(tcp->slot_of);
    free(tcp->unread);
    free(tcp->frame);
    free(tcp->slots);
    free(tcp->reports);
    *tcp = (struct host_tcp){0};
}

struct tcp_now host_tcp_now(const struct host_tcp *tcp)
{
    uint64_t now_ps = tcp->bus.ops->now_ps(tcp->bus.self);
    return (struct tcp_now){us_ticks(now_ps), ms_ticks(now_ps)};
}

/* Tells observers of the event, after filling in its time, place and connection. */
void host_tcp_probe(const struct host_tcp *tcp, const struct conn_ctx *ctx,
                    struct probe_event event)
{
    if (!probe_wants(tcp->probe, (enum probe_kind)event.kind))
        return;
    event.now_ps = tcp->bus.ops->now_ps(tcp->bus.self);
    event.conn = ctx->conn_id;
    event.gen = ctx->generation;
    event.nic = PLACE_HOST;
    probe_emit(tcp->probe, &event);
}

static void set_own(struct host_tcp *tcp, struct conn_ctx *ctx, enum own_state own)
{
    ctx->own_state = (uint8_t)own;
    host_tcp_probe(tcp, ctx, (struct probe_event){.kind = PROBE_OWN_STATE, .own.state = own});
}

struct host_tcp_conn *host_tcp_find(const struct host_tcp *tcp, uint32_t conn)
{
    if (conn >= tcp->conn_max || tcp->slot_of[conn] == HOST_TCP_NONE)
        return NULL;
    return &tcp->slots[tcp->slot_of[conn]];
}

bool host_tcp_has(const struct host_tcp *tcp, uint32_t conn)
{
    return host_tcp_find(tcp, conn) != NULL;
}

const struct conn_ctx *host_tcp_context(const struct host_tcp *tcp, uint32_t conn)
{
    const struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    return c ? &c->ctx : NULL;
}

/* Takes a free slot. The table doubles when it is full, so that nothing is allocated in steady state. */
static struct host_tcp_conn *slot_alloc(struct host_tcp *tcp)
{
    if (tcp->free_head == HOST_TCP_NONE) {
        uint32_t count = tcp->slot_count ? 2 * tcp->slot_count : 16;
        tcp->slots = realloc(tcp->slots, count * sizeof *tcp->slots);
        memory_check(tcp->slots);
        for (uint32_t i = count; i > tcp->slot_count; i--) {
            tcp->slots[i - 1] = (struct host_tcp_conn){.next = tcp->free_head};
            tcp->free_head = i - 1;
        }
        tcp->slot_count = count;
    }
    struct host_tcp_conn *c = &tcp->slots[tcp->free_head];
    tcp->free_head = c->next;
    *c = (struct host_tcp_conn){.used = true, .next = HOST_TCP_NONE};
    return c;
}

static void unready(struct host_tcp *tcp, struct host_tcp_conn *c)
{
    uint32_t slot = (uint32_t)(c - tcp->slots), before = HOST_TCP_NONE;
    if (!c->ready)
        return;
    for (uint32_t at = tcp->ready_head; at != slot; at = tcp->slots[at].next)
        before = at;
    if (before == HOST_TCP_NONE)
        tcp->ready_head = c->next;
    else
        tcp->slots[before].next = c->next;
    if (tcp->ready_tail == slot)
        tcp->ready_tail = before;
    c->ready = false;
}

static void slot_free(struct host_tcp *tcp, struct host_tcp_conn *c)
{
    unready(tcp, c);
    host_tcp_set_timer(tcp, c->ctx.conn_id, TIME_NEVER);
    tcp->slot_of[c->ctx.conn_id] = HOST_TCP_NONE;
    c->used = false;
    c->next = tcp->free_head;
    tcp->free_head = (uint32_t)(c - tcp->slots);
    assert(tcp->stats.live > 0);
    tcp->stats.live--;
}

void host_tcp_install(struct host_tcp *tcp, const struct conn_ctx *image)
{
    assert(tcp_image_check(image) && image->conn_id < tcp->conn_max);
    assert(!host_tcp_has(tcp, image->conn_id));
    struct host_tcp_conn *c = slot_alloc(tcp);
    c->ctx = *image;
    tcp->slot_of[image->conn_id] = (uint32_t)(c - tcp->slots);
    tcp->stats.live_max = u32_max(tcp->stats.live_max, ++tcp->stats.live);
    tcp_live_from_image(&c->ctx, host_tcp_now(tcp));
    c->ctx.owner = PLACE_HOST;
    host_tcp_probe(tcp, &c->ctx,
                   (struct probe_event){.kind = PROBE_CTX_IN, .context.image = image});
    set_own(tcp, &c->ctx, OWN_ACTIVE);
    host_tcp_probe(tcp, &c->ctx,
                   (struct probe_event){.kind = PROBE_CTX_LIVE, .context.image = &c->ctx});
    host_tcp_settle(tcp, c);
}

void host_tcp_extract(struct host_tcp *tcp, uint32_t conn, struct conn_ctx *image)
{
    struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    assert(c);
    tcp_image_from_live(&c->ctx, host_tcp_now(tcp));
    set_own(tcp, &c->ctx, OWN_FROZEN);
    tcp_image_seal(&c->ctx);
    *image = c->ctx;
    host_tcp_probe(tcp, &c->ctx,
                   (struct probe_event){.kind = PROBE_CTX_OUT, .context.image = image});
    set_own(tcp, &c->ctx, OWN_TOMBSTONE);
    slot_free(tcp, c);
}

/* --- reports to the team, which are delivered in the next step --- */

static struct host_tcp_report *report_add(struct host_tcp *tcp)
{
    if (tcp->report_count == tcp->report_capacity) {
        tcp->report_capacity = tcp->report_capacity ? 2 * tcp->report_capacity : 64;
        tcp->reports = realloc(tcp->reports, tcp->report_capacity * sizeof *tcp->reports);
        memory_check(tcp->reports);
    }
    struct host_tcp_report *report = &tcp->reports[tcp->report_count++];
    *report = (struct host_tcp_report){0};
    return report;
}

bool host_tcp_deliver(struct host_tcp *tcp)
{
    uint32_t count =
        tcp->report_count; /* reports that are added meanwhile wait for the next step */
    for (uint32_t i = 0; i < count; i++) {
        struct host_tcp_report report = tcp->reports[i];
        if (report.is_event)
            tcp->ops.on_event(tcp->ops.self, &report.event);
        else
            tcp->ops.on_record(tcp->ops.self, &report.record);
    }
    tcp->report_count -= count;
    if (tcp->report_count > 0)
        memmove(tcp->reports, tcp->reports + count, tcp->report_count * sizeof *tcp->reports);
    return count > 0;
}

static void end(struct host_tcp *tcp, struct host_tcp_conn *c, enum nic_term_cause cause)
{
    bool closed = cause == NIC_TERM_NONE;
    struct conn_ctx *ctx = &c->ctx;
    struct host_tcp_report *report = report_add(tcp);
    report->is_event = true;
    report->event = (struct nic_event){.kind = closed ? (uint8_t)NIC_EVENT_CLOSED
                                                      : (uint8_t)NIC_EVENT_TERMINATED,
                                       .gen = ctx->generation,
                                       .conn = ctx->conn_id,
                                       .detail = closed ? ctx->tcp_state : (uint8_t)cause,
                                       .nic = PLACE_HOST,
                                       .a = ctx->snd_nxt,
                                       .b = ctx->rcv_nxt,
                                       .ts_recent = ctx->ts_recent,
                                       .ts_offset = ctx->ts_offset,
                                       .features = ctx->features};
    host_tcp_probe(tcp, ctx, (struct probe_event){.kind = PROBE_CONN_GONE, .ended.cause = cause});
    set_own(tcp, ctx, OWN_ABSENT);
    slot_free(tcp, c);
}

/* --- segments --- */

static void write_piece(struct host_tcp *tcp, const struct conn_ctx *ctx, uint32_t seq,
                        const uint8_t *bytes, uint32_t len)
{
    uint32_t mask = (UINT32_C(1) << ctx->rx_ring_log2) - 1;
    uint64_t address = ((uint64_t)ctx->rx_ring << 12) + (seq & mask);
    tcp->bus.ops->mem_write(tcp->bus.self, address, bytes, len);
    host_tcp_probe(
        tcp, ctx,
        (struct probe_event){.kind = PROBE_RX_QUEUED, .payload.seq = seq, .payload.bytes = len});
    host_tcp_probe(
        tcp, ctx,
        (struct probe_event){.kind = PROBE_RX_WRITTEN, .payload.seq = seq, .payload.bytes = len});
    host_tcp_probe(
        tcp, ctx,
        (struct probe_event){.kind = PROBE_RX_VISIBLE, .payload.seq = seq, .payload.bytes = len});
}

/* Writes the payload into the receive ring. The host's store precedes all later actions of the step, such as sending
 * the acknowledgment. */
static void write_payload(struct host_tcp *tcp, const struct conn_ctx *ctx,
                          const struct tcp_segment *seg, const struct tcp_result *result)
{
    uint32_t size = UINT32_C(1) << ctx->rx_ring_log2;
    uint32_t len = result->payload_len;
    if (len == 0)
        return;
    assert(result->payload_skip + len <= seg->payload_len && len <= size);
    const uint8_t *bytes = seg->payload + result->payload_skip;
    uint32_t first = u32_min(len, size - (result->payload_seq & (size - 1)));
    write_piece(tcp, ctx, result->payload_seq, bytes, first);
    if (first < len)
        write_piece(tcp, ctx, result->payload_seq + first, bytes + first, len - first);
    tcp->bus.ops->charge(tcp->bus.self, CPU_COST_COPY_64, ceil_div(len, 64));
    tcp->stats.payload_received += len;
}

static void report_segment(struct host_tcp *tcp, const struct conn_ctx *ctx,
                           const struct tcp_result *result, const struct nic_record *frame)
{
    struct host_tcp_report *report = report_add(tcp);
    struct nic_record *record = &report->record;
    *record = *frame;
    record->conn = ctx->conn_id;
    record->gen = ctx->generation;
    record->verdict = result->verdict;
    record->reason = result->reason;
    record->tcp_state = ctx->tcp_state;
    record->buffer = 0;
    record->flags = (uint8_t)((result->established ? NIC_RECORD_ESTABLISHED : 0) |
                              ((ctx->flags & CTX_FLAG_PEER_FIN) ? NIC_RECORD_PEER_FIN : 0) |
                              (result->urgent ? NIC_RECORD_URGENT : 0));
    record->rcv_nxt = ctx->rcv_nxt;
    record->snd_una = ctx->snd_una;
    record->ts_recent = ctx->ts_recent;
    record->mss = ctx->mss;
    record->scales = (uint8_t)(ctx->snd_ws | ctx->rcv_ws << 4);
    record->features = ctx->features;
    record->snd_wnd = ctx->snd_wnd;
}

static void report_notice(struct host_tcp *tcp, const struct conn_ctx *ctx, uint8_t notice)
{
    struct host_tcp_report *report = report_add(tcp);
    report->is_event = true;
    report->event = (struct nic_event){.kind = NIC_EVENT_NOTICE,
                                       .gen = ctx->generation,
                                       .conn = ctx->conn_id,
                                       .detail = notice,
                                       .nic = PLACE_HOST};
}

/* Carries out what the TCP core has decided: sends a reset, reports a notice to the application, or ends the connection
 * after its last segments. Returns true if the connection has ended. */
static bool act_on(struct host_tcp *tcp, struct host_tcp_conn *c, const struct tcp_result *result,
                   const struct tcp_segment *seg)
{
    struct tcp_tx tx;
    if (result->send_reset) {
        tcp_build_reset(&c->ctx, host_tcp_now(tcp), &tx);
        host_tcp_emit(tcp, &c->ctx, &tx);
    } else if (result->reset_for_segment && seg &&
               tcp_build_reset_to(&c->ctx, seg, host_tcp_now(tcp), &tx)) {
        host_tcp_emit(tcp, &c->ctx, &tx);
    }
    if (!result->closed && result->terminated == NIC_TERM_NONE) {
        if (result->notice != NIC_NOTICE_NONE)
            report_notice(tcp, &c->ctx, result->notice);
        return false;
    }
    for (int i = 0; result->closed && i < LAST_SEGMENTS; i++) {
        if (!tcp_output(&c->ctx, &tcp->params, host_tcp_now(tcp), &tx))
            break;
        host_tcp_emit(tcp, &c->ctx, &tx);
    }
    end(tcp, c, (enum nic_term_cause)result->terminated);
    return true;
}

enum drop_reason host_tcp_input(struct host_tcp *tcp, uint32_t conn, const struct packet *packet,
                                const struct nic_record *frame)
{
    struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    struct tcp_result result;
    assert(c && packet->kind == PACKET_TCP);
    uint32_t snd_una = c->ctx.snd_una;
    tcp->bus.ops->charge(tcp->bus.self, CPU_COST_HOST_SEGMENT, 1);
    tcp->stats.segments_received++;
    tcp_input(&c->ctx, &packet->seg, &tcp->params, host_tcp_now(tcp), &result);
    c->ctx.rx_if = c->ctx.tx_if = frame->nic;
    if (result.verdict == NIC_VERDICT_APPLIED)
        host_tcp_probe(tcp, &c->ctx,
                       (struct probe_event){.kind = PROBE_RX_APPLIED,
                                            .applied.seq = packet->seg.seq,
                                            .applied.frame_id = frame->frame_id,
                                            .applied.bytes = packet->seg.payload_len});
    write_payload(tcp, &c->ctx, &packet->seg, &result);
    if (c->ctx.snd_una != snd_una)
        host_tcp_probe(tcp, &c->ctx,
                       (struct probe_event){.kind = PROBE_TX_CREDIT,
                                            .credit.snd_una = c->ctx.snd_una,
                                            .credit.snd_max = c->ctx.snd_max});
    report_segment(tcp, &c->ctx, &result, frame);
    if (!act_on(tcp, c, &result, &packet->seg))
        host_tcp_pump(tcp, c);
    return (enum drop_reason)result.reason;
}

bool host_tcp_icmp(struct host_tcp *tcp, uint32_t conn, const struct tcp_icmp *icmp)
{
    struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    struct tcp_result result;
    assert(c);
    tcp_on_icmp(&c->ctx, icmp, &result);
    if (!act_on(tcp, c, &result, NULL))
        host_tcp_settle(tcp, c);
    return result.verdict == NIC_VERDICT_APPLIED;
}

/* --- the application and the clock --- */

void host_tcp_ring(struct host_tcp *tcp, uint32_t conn, uint32_t tx_prod, uint32_t rx_consumed,
                   bool fin)
{
    struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    assert(c);
    c->db_tx = tx_prod;
    c->db_rx = rx_consumed;
    c->db_fin = fin;
    c->db = true;
    host_tcp_make_ready(tcp, c);
}

void host_tcp_set(struct host_tcp *tcp, uint32_t conn, const struct nic_options *options)
{
    struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    assert(c);
    tcp_on_app_set(&c->ctx, options, &tcp->params, host_tcp_now(tcp));
    host_tcp_settle(tcp, c);
}

void host_tcp_abort(struct host_tcp *tcp, uint32_t conn)
{
    struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    struct tcp_result result;
    struct tcp_tx tx;
    assert(c);
    tcp_on_app_abort(&c->ctx, &result);
    if (result.send_reset) {
        tcp_build_reset(&c->ctx, host_tcp_now(tcp), &tx);
        host_tcp_emit(tcp, &c->ctx, &tx);
    }
    end(tcp, c, NIC_TERM_LOCAL_ABORT);
}

static void apply_doorbells(struct host_tcp *tcp, struct host_tcp_conn *c)
{
    if (!c->db)
        return;
    c->db = false;
    tcp_on_app_write(&c->ctx, c->db_tx);
    tcp_on_app_read(&c->ctx, c->db_rx, &tcp->params);
    if (c->db_fin)
        tcp_on_app_close(&c->ctx, c->db_tx);
}

static void run_timers(struct host_tcp *tcp, uint64_t now_ps)
{
    while (tcp->next_ps <= now_ps) {
        uint32_t conn = timer_heap_first(tcp->timers);
        struct host_tcp_conn *c = host_tcp_find(tcp, conn);
        struct tcp_result result;
        assert(c);
        host_tcp_set_timer(tcp, conn, TIME_NEVER);
        tcp->stats.timers_fired++;
        tcp_on_timer(&c->ctx, &tcp->params, host_tcp_now(tcp), &result);
        if (result.timed_out)
            host_tcp_probe(tcp, &c->ctx, (struct probe_event){.kind = PROBE_REXMT_TIMEOUT});
        if (!act_on(tcp, c, &result, NULL))
            host_tcp_settle(tcp, c);
    }
}

bool host_tcp_run(struct host_tcp *tcp)
{
    uint64_t now_ps = tcp->bus.ops->now_ps(tcp->bus.self);
    bool busy = tcp->next_ps <= now_ps;
    run_timers(tcp, now_ps);
    /* Serve the connections that are ready now. A connection with more to send goes to the end of the list. */
    uint32_t last = tcp->ready_tail;
    while (tcp->ready_head != HOST_TCP_NONE) {
        uint32_t slot = tcp->ready_head;
        struct host_tcp_conn *c = &tcp->slots[slot];
        unready(tcp, c);
        apply_doorbells(tcp, c);
        host_tcp_pump(tcp, c);
        busy = true;
        if (slot == last)
            break;
    }
    return busy;
}

bool host_tcp_is_quiet(const struct host_tcp *tcp, uint32_t conn)
{
    const struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    return c && !c->ready && !c->db && tcp_may_rest(&c->ctx, &tcp->params);
}

bool host_tcp_has_work(const struct host_tcp *tcp)
{
    return tcp->report_count > 0 || tcp->ready_head != HOST_TCP_NONE;
}
