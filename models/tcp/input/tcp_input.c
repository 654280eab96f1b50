/* Processes one received segment: first the fast path for most segments, then RFC 9293 3.10.7 in its order. */
#include "models/tcp/input/tcp_input.h"

#include "models/tcp/input/tcp_ack.h"
#include "models/tcp/input/tcp_data.h"
#include "models/tcp/input/tcp_synchronize.h"
#include "models/tcp/sack.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_ecn.h"
#include "models/tcp/tcp_options.h"
#include "models/tcp/tcp_reset_pvt.h"
#include "models/tcp/tcp_state_pvt.h"
#include "models/tcp/tcp_timer_pvt.h"

#include <assert.h>
#include <string.h>

/* Returns true in ESTABLISHED for the next segment in order, with nothing unusual on either side. */
static bool is_predicted(const struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    const uint16_t watched = TCP_FIN | TCP_SYN | TCP_RST | TCP_URG | TCP_ACK;
    if (ctx->tcp_state != TCP_ESTABLISHED || (seg->flags & watched) != TCP_ACK ||
        seg->seq != ctx->rcv_nxt || ctx->recovery != CTX_RECOVERY_NONE || ctx->dupacks != 0 ||
        (ctx->timers & CTX_TIMER_PERSIST) || tcp_has_ooo(ctx) || (seg->options & TCP_HAS_SACK) ||
        tcp_ecn_is_signalled(ctx, seg) || !sack_is_empty(ctx) ||
        (ctx->flags & (CTX_FLAG_OOO_FIN | CTX_FLAG_FIN_SENT)))
        return false;
    if ((ctx->features & CTX_FEATURE_TS) &&
        (!(seg->options & TCP_HAS_TS) || seq_lt(seg->tsval, ctx->ts_recent)))
        return false;
    if (seq_lt(seg->ack, ctx->snd_una) || seq_gt(seg->ack, ctx->snd_max))
        return false;
    if (seg->payload_len == 0)
        return seg->ack != ctx->snd_una;
    return seq_leq(seg->seq + seg->payload_len, ctx->rcv_adv);
}

static void input_predicted(struct conn_ctx *ctx, const struct tcp_segment *seg,
                            const struct tcp_params *params, struct tcp_now now,
                            struct tcp_result *result)
{
    assert(ctx->tcp_state == TCP_ESTABLISHED);
    tcp_timestamp_update(ctx, seg, now);
    tcp_ack_update_window(ctx, seg);
    if (seg->ack != ctx->snd_una)
        tcp_ack_advance(ctx, seg, params, now, result);
    if (seg->payload_len > 0) {
        result->payload_seq = seg->seq;
        result->payload_len = seg->payload_len;
        tcp_data_in_order(ctx, seg->payload_len, params, now);
    }
}

enum span_place { SPAN_IN_WINDOW, SPAN_OLD, SPAN_BEYOND };

/* Finds where the segment lies and trims it to the window (RFC 9293 3.10.7.4, first check). A segment at
 * rcv_nxt is always in the window, even if nothing of it is left, because its ACK counts while our window
 * is closed. The same holds for a FIN, which needs no buffer. */
static enum span_place span_fit(const struct conn_ctx *ctx, const struct tcp_segment *seg,
                                struct tcp_span *span)
{
    *span = (struct tcp_span){seg->seq, 0, seg->payload_len, (seg->flags & TCP_FIN) != 0};
    uint32_t edge = tcp_rcv_edge(ctx);
    uint32_t end = span->seq + span->len + span->fin;
    if (end == span->seq) {
        if (seq_lt(span->seq, ctx->rcv_nxt))
            return SPAN_OLD;
        return seq_gt(span->seq, edge) ? SPAN_BEYOND : SPAN_IN_WINDOW;
    }
    if (seq_leq(end, ctx->rcv_nxt))
        return SPAN_OLD;
    if (seq_lt(span->seq, ctx->rcv_nxt)) {
        span->skip = ctx->rcv_nxt - span->seq;
        span->seq += span->skip;
        span->len -= span->skip;
    }
    if (seq_gt(span->seq, edge) ||
        (span->seq == edge && span->len > 0 && span->seq != ctx->rcv_nxt))
        return SPAN_BEYOND;
    if (span->len > edge - span->seq) {
        span->len = edge - span->seq;
        span->fin = false;
    }
    assert(span->skip + span->len <= seg->payload_len);
    return SPAN_IN_WINDOW;
}

/* Answers a duplicate with an ACK (RFC 9293 3.10.7.4). Late pure ACKs are answered at a limited rate,
 * because otherwise two ends could acknowledge each other's acknowledgments for ever. */
static void answer_old(struct conn_ctx *ctx, const struct tcp_segment *seg, bool advanced,
                       const struct tcp_params *params, struct tcp_now now,
                       struct tcp_result *result)
{
    if (tcp_segment_len(seg) > 0 || seg->seq + 1 == ctx->rcv_nxt) /* or a keepalive probe */
        ctx->flags |= CTX_FLAG_ACK_NOW;
    else if (!advanced)
        tcp_challenge(ctx, params, now);
    if (!advanced)
        tcp_drop(result, DROP_TCP_OLD);
}

/* Notes urgent data (RFC 9293 3.8.5). The pointer may lie ahead of all data received (MUST-31); it only
 * moves forward. */
static void note_urgent(struct conn_ctx *ctx, const struct tcp_segment *seg,
                        struct tcp_result *result)
{
    uint32_t up = seg->seq + seg->urgent;
    if (!(seg->flags & TCP_URG) || seq_leq(up, ctx->rcv_nxt) || (ctx->flags & CTX_FLAG_PEER_FIN))
        return;
    if (!(ctx->flags & CTX_FLAG_URGENT) || seq_gt(up, ctx->rcv_up)) {
        ctx->rcv_up = up;
        ctx->flags |= CTX_FLAG_URGENT;
        result->urgent = true;
    }
}

/* Handles resets, SYNs and missing ACKs. Returns false if the segment has been handled completely. */
static bool input_control(struct conn_ctx *ctx, struct tcp_segment *seg,
                          const struct tcp_params *params, struct tcp_now now,
                          struct tcp_result *result)
{
    if (seg->flags & TCP_RST) {
        tcp_reset_receive(ctx, seg, params, now, result);
        return false;
    }
    if (seg->flags & TCP_SYN) {
        if (ctx->tcp_state == TCP_SYN_RCVD)
            return tcp_syn_rcvd_on_syn(ctx, seg, params, now, result);
        tcp_challenge(ctx, params, now); /* RFC 5961 4.2: for any sequence number */
        tcp_drop(result, DROP_TCP_CHALLENGED);
        return false;
    }
    if (!(seg->flags & TCP_ACK)) {
        tcp_drop(result, DROP_TCP_NO_ACK);
        return false;
    }
    return true;
}

static void input_synchronised(struct conn_ctx *ctx, struct tcp_segment *seg,
                               const struct tcp_params *params, struct tcp_now now,
                               struct tcp_result *result)
{
    assert(ctx->tcp_state >= TCP_SYN_RCVD && ctx->tcp_state != TCP_TIME_WAIT);
    if (!tcp_timestamp_check(ctx, seg, params, now, result) ||
        !input_control(ctx, seg, params, now, result))
        return;
    struct tcp_span span;
    enum span_place place = span_fit(ctx, seg, &span);
    if (place == SPAN_BEYOND) {
        tcp_challenge(ctx, params, now);
        tcp_drop(result, DROP_TCP_OUT_OF_WINDOW);
        return;
    }
    /* RFC 3168 6.1.4, 6.1.6: a mark on bytes outside the window, or on a probe, is ignored. */
    if (place == SPAN_OLD || (seg->payload_len > 0 && span.len == 0))
        seg->ecn = 0;
    if (ctx->tcp_state == TCP_SYN_RCVD && !tcp_syn_rcvd_on_ack(ctx, seg, params, now, result))
        return;
    uint32_t snd_una = ctx->snd_una;
    if (!tcp_ack_process(ctx, seg, params, now, result))
        return;
    bool advanced = ctx->snd_una != snd_una || result->established;
    if (ctx->tcp_state == TCP_CLOSED)
        return;
    if (place == SPAN_OLD) {
        answer_old(ctx, seg, advanced, params, now, result);
        return;
    }
    tcp_timestamp_update(ctx, seg, now);
    note_urgent(ctx, seg, result);
    if (span.len > 0 || span.fin) {
        tcp_data_receive(ctx, &span, params, now, result);
    } else if (seg->payload_len > 0) {
        ctx->flags |= CTX_FLAG_ACK_NOW; /* the segment is a probe of our closed window */
        tcp_drop(result, DROP_TCP_OUT_OF_WINDOW);
    }
}

/* RFC 9293 3.10.7: what a segment does depends on the state first. */
static void input_by_state(struct conn_ctx *ctx, const struct tcp_segment *seg,
                           const struct tcp_params *params, struct tcp_now now,
                           struct tcp_result *result)
{
    if (is_predicted(ctx, seg)) {
        input_predicted(ctx, seg, params, now, result);
        return;
    }
    switch (ctx->tcp_state) {
    case TCP_CLOSED:
        result->reset_for_segment = !(seg->flags & TCP_RST);
        tcp_drop(result, DROP_NO_CONNECTION);
        return;
    case TCP_LISTEN:
        tcp_input_listen(ctx, seg, params, now, result);
        return;
    case TCP_SYN_SENT:
        tcp_input_syn_sent(ctx, seg, params, now, result);
        return;
    case TCP_TIME_WAIT:
        tcp_input_time_wait(ctx, seg, params, now, result);
        return;
    default: {
        struct tcp_segment copy = *seg; /* SYN_RCVD may clear a SYN bit in the copy */
        input_synchronised(ctx, &copy, params, now, result);
        return;
    }
    }
}

void tcp_input(struct conn_ctx *ctx, const struct tcp_segment *seg, const struct tcp_params *params,
               struct tcp_now now, struct tcp_result *result)
{
    assert(ctx_is_sane(ctx));
    memset(result, 0, sizeof *result);
    result->verdict = NIC_VERDICT_APPLIED;
    ctx->last_rx = now.us;
    if (ctx->timers & CTX_TIMER_KEEPALIVE)
        tcp_timer_restart_keepalive(ctx, params, now);
    input_by_state(ctx, seg, params, now, result);
    assert(ctx_is_sane(ctx));
}
