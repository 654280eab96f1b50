#include "models/stats/move_cost.h"

#include "models/base/drop_reason.h"
#include "models/base/memory.h"
#include "models/base/units.h"
#include "models/hwif/conn_ctx.h"
#include "models/stats/seq_ranges.h"
#include "models/wire/tcp_hdr.h"

#include <assert.h>
#include <stdlib.h>

#define NO_TRANSFER SIZE_MAX

enum { KIND_BITS = 3, KIND_MASK = (1 << KIND_BITS) - 1, FAR_AHEAD = 1 << 30 };
static_assert(COST_KIND_COUNT <= 1 << KIND_BITS, "a kind fits its bits");

/* What both ends of a connection have sent, and what happened since the begin of its present window. T0 of a transfer
 * lies before its begin, so the events of the time in between have to be known when it begins. */
struct side {
    struct seq_ranges received, sent;
    bool peer_known;       /* `received` has its edge */
    bool has_ack;          /* ack and window are those of a segment that was sent */
    uint8_t shift;         /* the window scale of the server's segments */
    uint32_t ack;          /* the highest acknowledgment that was sent */
    uint32_t window;       /* in bytes, of the last acknowledgment that was sent */
    uint64_t last_sent_ps; /* TIME_NEVER: nothing was sent yet */
    size_t transfer;       /* the newest one; NO_TRANSFER: none */
    uint64_t *events;      /* at_ps << KIND_BITS | kind */
    size_t event_count, event_capacity;
};

struct move_costs {
    uint32_t conn_max;
    struct side *sides; /* conn_max */
    struct move_cost *transfers;
    size_t count, capacity;
};

struct move_costs *move_costs_create(uint32_t conn_max)
{
    struct move_costs *costs = calloc(1, sizeof *costs);
    if (!costs)
        return NULL;
    costs->conn_max = conn_max;
    costs->sides = calloc(conn_max, sizeof *costs->sides);
    if (!costs->sides) {
        move_costs_destroy(costs);
        return NULL;
    }
    for (uint32_t i = 0; i < conn_max; i++)
        costs->sides[i].transfer = NO_TRANSFER;
    return costs;
}

void move_costs_destroy(struct move_costs *costs)
{
    if (!costs)
        return;
    for (uint32_t i = 0; costs->sides && i < costs->conn_max; i++) {
        seq_ranges_free(&costs->sides[i].received);
        seq_ranges_free(&costs->sides[i].sent);
        free(costs->sides[i].events);
    }
    free(costs->sides);
    free(costs->transfers);
    free(costs);
}

/* --- events and windows --- */

static void keep_event(struct side *side, enum move_cost_kind kind, uint64_t at_ps)
{
    if (side->event_count == side->event_capacity) {
        side->event_capacity = side->event_capacity ? 2 * side->event_capacity : 16;
        side->events = realloc(side->events, side->event_capacity * sizeof *side->events);
        memory_check(side->events);
    }
    side->events[side->event_count++] = at_ps << KIND_BITS | kind;
}

/* Counts the event for the transfer in whose window it lies. That is nearly always the newest one. */
static void note(struct move_costs *costs, uint32_t conn, enum move_cost_kind kind, uint64_t at_ps)
{
    struct side *side = &costs->sides[conn];
    keep_event(side, kind, at_ps);
    size_t at = side->transfer;
    while (at != NO_TRANSFER && costs->transfers[at].from_ps > at_ps)
        at = costs->transfers[at].before;
    if (at != NO_TRANSFER)
        costs->transfers[at].count[kind]++;
}

/* Gives the new transfer the events of its window, and forgets those before, which no later transfer can have. */
static void take_events(struct move_costs *costs, struct side *side, struct move_cost *transfer)
{
    size_t kept = 0;
    for (size_t i = 0; i < side->event_count; i++) {
        uint64_t event = side->events[i];
        if (event >> KIND_BITS < transfer->from_ps)
            continue;
        transfer->count[event & KIND_MASK]++;
        if (transfer->before != NO_TRANSFER)
            costs->transfers[transfer->before].count[event & KIND_MASK]--;
        side->events[kept++] = event;
    }
    side->event_count = kept;
}

void move_costs_begin(struct move_costs *costs, uint32_t conn, uint16_t gen, uint64_t t0_ps)
{
    assert(conn < costs->conn_max);
    struct side *side = &costs->sides[conn];
    if (costs->count == costs->capacity) {
        costs->capacity = costs->capacity ? costs->capacity * 2 : 256;
        costs->transfers = realloc(costs->transfers, costs->capacity * sizeof *costs->transfers);
        memory_check(costs->transfers);
    }
    struct move_cost *transfer = &costs->transfers[costs->count];
    *transfer = (struct move_cost){
        .from_ps = t0_ps, .gap_ps = TIME_NEVER, .gen = gen, .before = side->transfer};
    if (transfer->before != NO_TRANSFER)
        transfer->from_ps = u64_max(t0_ps, costs->transfers[transfer->before].from_ps);
    take_events(costs, side, transfer);
    side->transfer = costs->count++;
}

void move_costs_first_built(struct move_costs *costs, uint32_t conn, size_t number, uint64_t t12_ps)
{
    assert(conn < costs->conn_max && number < costs->count);
    const struct side *side = &costs->sides[conn];
    if (side->last_sent_ps != TIME_NEVER && side->last_sent_ps <= t12_ps)
        costs->transfers[number].gap_ps = t12_ps - side->last_sent_ps;
}

/* --- the segments of both ends --- */

void move_costs_received(struct move_costs *costs, uint32_t conn, const struct tcp_segment *seg,
                         uint64_t at_ps)
{
    assert(conn < costs->conn_max);
    struct side *side = &costs->sides[conn];
    uint32_t len = tcp_segment_len(seg);
    if ((seg->flags & TCP_SYN) && !(seg->options & TCP_HAS_WS))
        side->shift = 0; /* RFC 7323 2.2: both ends scale, or none does */
    if (len == 0)
        return;
    if (!side->peer_known) {
        side->peer_known = true;
        seq_ranges_reset(&side->received, seg->seq);
    }
    if ((int32_t)(seg->seq - side->received.edge) > FAR_AHEAD)
        return; /* beyond any window, so it is not the peer's */
    if (seq_ranges_add(&side->received, seg->seq, seg->seq + len))
        note(costs, conn, COST_REXMIT_PEER, at_ps);
}

/* Returns true for a duplicate ACK by RFC 5681 2. A segment that has arrived and is not acknowledged is outstanding at
 * the peer. */
static bool is_dup_ack(const struct side *side, const struct tcp_segment *seg, uint32_t window)
{
    return side->has_ack && side->peer_known &&
           (int32_t)(seq_ranges_end(&side->received) - seg->ack) > 0 && seg->payload_len == 0 &&
           !(seg->flags & (TCP_SYN | TCP_FIN)) && seg->ack == side->ack && window == side->window;
}

void move_costs_sent(struct move_costs *costs, uint32_t conn, const struct tcp_segment *seg,
                     uint64_t at_ps)
{
    assert(conn < costs->conn_max);
    struct side *side = &costs->sides[conn];
    uint32_t len = tcp_segment_len(seg);
    side->last_sent_ps = at_ps;
    if (seg->flags & TCP_SYN)
        side->shift = seg->options & TCP_HAS_WS ? seg->ws : 0;
    if (len > 0 && seq_ranges_add(&side->sent, seg->seq, seg->seq + len))
        note(costs, conn, COST_REXMIT_OWN, at_ps);
    if (!(seg->flags & TCP_ACK) || (seg->flags & TCP_RST))
        return;
    uint32_t window = seg->flags & TCP_SYN ? seg->window : (uint32_t)seg->window << side->shift;
    if (is_dup_ack(side, seg, window))
        note(costs, conn, COST_DUP_ACK, at_ps);
    if (!side->has_ack || (int32_t)(seg->ack - side->ack) > 0)
        side->ack = seg->ack;
    side->window = window;
    side->has_ack = true;
}

/* --- other events --- */

static void on_open(struct side *side, const struct probe_event *event)
{
    struct side fresh = {.received = side->received,
                         .sent = side->sent,
                         .peer_known = event->opened.irs != PROBE_IRS_UNKNOWN,
                         .last_sent_ps = TIME_NEVER,
                         .transfer = NO_TRANSFER,
                         .events = side->events,
                         .event_capacity = side->event_capacity};
    seq_ranges_reset(&fresh.received, (uint32_t)event->opened.irs + 1);
    seq_ranges_reset(&fresh.sent, event->opened.iss);
    *side = fresh;
}

/* Notes the congestion window on both sides of the transfer. The old place writes nothing once the image is out, and the
 * new place has the next generation. */
static void on_context(struct move_costs *costs, const struct side *side,
                       const struct probe_event *event)
{
    if (side->transfer == NO_TRANSFER)
        return;
    struct move_cost *cost = &costs->transfers[side->transfer];
    if (cost->has_after)
        return;
    const struct conn_ctx *ctx = event->context.image;
    bool hands_over = event->kind == PROBE_CTX_OUT || event->kind == PROBE_CTX_IN;
    if (!cost->has_image && hands_over) {
        cost->has_image = true;
        cost->cwnd_before = ctx->cwnd;
        cost->sent_end = ctx->snd_max;
    }
    if (!hands_over && cost->has_first && event->gen != cost->gen &&
        (int32_t)(ctx->snd_una - cost->sent_end) >= 0) {
        cost->has_after = true;
        cost->cwnd_after = ctx->cwnd;
    }
}

/* Takes the first frame of the new place into what has to be acknowledged. */
static void on_built(struct move_costs *costs, const struct side *side,
                     const struct probe_event *event)
{
    if (side->transfer == NO_TRANSFER)
        return;
    struct move_cost *cost = &costs->transfers[side->transfer];
    uint32_t end = event->built.seq + event->built.bytes;
    if (!cost->has_image || cost->has_first || event->gen == cost->gen)
        return;
    cost->has_first = true;
    if ((int32_t)(end - cost->sent_end) > 0)
        cost->sent_end = end;
}

static bool is_lost(uint16_t reason)
{
    return reason == DROP_HOLD_FULL || reason == DROP_NO_RX_BUFFER ||
           reason == DROP_ENGINE_QUEUE_FULL || reason == DROP_FENCED;
}

uint64_t move_costs_kinds(void)
{
    return UINT64_C(1) << PROBE_CONN_OPEN | UINT64_C(1) << PROBE_CTX_OUT |
           UINT64_C(1) << PROBE_CTX_IN | UINT64_C(1) << PROBE_TX_BUILT |
           UINT64_C(1) << PROBE_CTX_WRITTEN | UINT64_C(1) << PROBE_REXMT_TIMEOUT |
           UINT64_C(1) << PROBE_FRAME_DROPPED;
}

void move_costs_on_event(struct move_costs *costs, const struct probe_event *event, uint32_t conn)
{
    if (conn >= costs->conn_max)
        return;
    switch (event->kind) {
    case PROBE_CONN_OPEN:
        on_open(&costs->sides[conn], event);
        break;
    case PROBE_CTX_OUT:
    case PROBE_CTX_IN:
    case PROBE_CTX_WRITTEN:
        on_context(costs, &costs->sides[conn], event);
        break;
    case PROBE_TX_BUILT:
        on_built(costs, &costs->sides[conn], event);
        break;
    case PROBE_REXMT_TIMEOUT:
        note(costs, conn, COST_RTO, event->now_ps);
        break;
    case PROBE_FRAME_DROPPED:
        if (is_lost(event->drop.reason))
            note(costs, conn, COST_DROPPED, event->now_ps);
        break;
    default:
        break;
    }
}

const struct move_cost *move_costs_of(const struct move_costs *costs, size_t number)
{
    assert(number < costs->count);
    return &costs->transfers[number];
}
