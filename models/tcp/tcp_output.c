/*
 * Decides what may be sent now. plan_next() decides without changing the context, so tcp_has_output() and
 * tcp_output() cannot disagree; the rest builds the planned segment and records it as sent.
 *
 * Order: a duplicate ACK (it must carry no data, RFC 5681 2), the segment of fast retransmit, a window probe, a lost
 * hole, data and FIN from snd_nxt, another hole, a keepalive probe, a pure ACK.
 */
#include "models/tcp/tcp_output.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"
#include "models/tcp/rto.h"
#include "models/tcp/sack.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_ecn.h"
#include "models/tcp/tcp_options.h"
#include "models/tcp/tcp_state_pvt.h"
#include "models/tcp/tcp_timer_pvt.h"
#include "models/tcp/window.h"

#include <assert.h>
#include <string.h>

enum plan_kind {
    PLAN_NONE,
    PLAN_SYN,
    PLAN_RESEND, /* the segment at snd_una; snd_nxt is unchanged */
    PLAN_HOLE,   /* a hole, in recovery by SACK; snd_nxt is unchanged */
    PLAN_RESCUE, /* like PLAN_HOLE, for the last bytes sent (RFC 6675 4 NextSeg (4)) */
    PLAN_DATA,
    PLAN_PROBE, /* a byte beyond the closed window; snd_nxt is unchanged */
    PLAN_KEEPALIVE,
    PLAN_ACK,
};

struct plan {
    enum plan_kind kind;
    uint32_t seq;
    uint32_t len;
    bool fin;
};

enum { LIMITED_TRANSMIT_MAX = 2, URGENT_MAX = 65535 };

/* RFC 3042: the first two duplicate ACKs allow one new segment each beyond cwnd. */
static uint32_t cwnd_effective(const struct conn_ctx *ctx, uint32_t smss)
{
    /* With a scoreboard, each reported byte leaves the pipe instead (RFC 6675 5 (3)). */
    if (ctx->dupacks == 0 || ctx->recovery != CTX_RECOVERY_NONE || !sack_is_empty(ctx))
        return ctx->cwnd;
    return ctx->cwnd + u32_min(ctx->dupacks, LIMITED_TRANSMIT_MAX) * smss;
}

/* Plans a segment at `seq`. A queued FIN goes with the last byte. */
static struct plan plan_at(const struct conn_ctx *ctx, enum plan_kind kind, uint32_t seq,
                           uint32_t len)
{
    struct plan plan = {kind, seq, len, false};
    plan.fin = (ctx->flags & CTX_FLAG_FIN_QUEUED) && seq + len == ctx->tx_prod;
    return plan;
}

/* Plans at most one segment from the start of `range`, which was sent before. */
static struct plan plan_again(const struct conn_ctx *ctx, enum plan_kind kind,
                              struct sack_range range, uint32_t smss)
{
    uint32_t end = seq_min(range.end, ctx->tx_prod);
    uint32_t len = seq_gt(end, range.start) ? end - range.start : 0;
    struct plan plan = plan_at(ctx, kind, range.start, u32_min(len, smss));
    plan.fin = plan.fin && (ctx->flags & CTX_FLAG_FIN_SENT);
    return plan;
}

static struct plan plan_resend(const struct conn_ctx *ctx, uint32_t smss)
{
    return plan_again(ctx, PLAN_RESEND, sack_gap_from(ctx, ctx->snd_una), smss);
}

/* Returns the bytes in the network as congestion control counts them. */
static uint32_t bytes_in_pipe(const struct conn_ctx *ctx, uint32_t seq, uint32_t smss,
                              const struct tcp_params *params)
{
    if (sack_is_empty(ctx) && !tcp_recovers_by_sack(ctx))
        return seq - ctx->snd_una;
    if (ctx->recovery == CTX_RECOVERY_RTO) /* bytes beyond seq count as lost */
        return seq - ctx->snd_una - sack_bytes_below(ctx, seq);
    return sack_pipe(ctx, smss, params->dupack_threshold);
}

/* Plans data from snd_nxt: RFC 9293 3.8.6.2.1 (sender's silly window avoidance) and 3.7.4 (Nagle). */
static struct plan plan_data(const struct conn_ctx *ctx, uint32_t smss,
                             const struct tcp_params *params)
{
    const struct plan none = {PLAN_NONE, 0, 0, false};
    /* Data that the peer has reported since a timeout is not resent (RFC 6675 5.1). */
    struct sack_range gap = {ctx->snd_nxt, ctx->snd_max};
    if (!sack_is_empty(ctx) && ctx->snd_nxt != ctx->snd_max)
        gap = sack_gap_from(ctx, ctx->snd_nxt);
    uint32_t seq = gap.start;
    bool is_resend = seq_lt(seq, ctx->snd_max);
    if (seq_geq(seq, ctx->tx_prod))
        return seq == ctx->tx_prod && (ctx->flags & CTX_FLAG_FIN_QUEUED)
                   ? plan_at(ctx, PLAN_DATA, seq, 0)
                   : none;
    uint32_t unsent = ctx->tx_prod - seq;
    uint32_t in_flight = seq - ctx->snd_una;
    uint32_t in_pipe = bytes_in_pipe(ctx, seq, smss, params);
    uint32_t cwnd = cwnd_effective(ctx, smss);
    if (ctx->snd_wnd <= in_flight || cwnd <= in_pipe)
        return none;
    uint32_t len =
        u32_min(u32_min(unsent, smss), u32_min(ctx->snd_wnd - in_flight, cwnd - in_pipe));
    if (is_resend && gap.end != ctx->snd_max && len >= gap.end - seq)
        return plan_at(ctx, PLAN_DATA, seq, gap.end - seq);
    bool may_send = len == smss;
    bool is_corked = (ctx->flags & CTX_FLAG_CORK) && !(ctx->flags & CTX_FLAG_FIN_QUEUED);
    if (len == unsent && is_corked)
        may_send |= is_resend; /* with nothing in flight, the persist timer sends it later */
    else if (len == unsent)
        may_send |= is_resend || in_flight == 0 || !(ctx->flags & CTX_FLAG_NAGLE) ||
                    (ctx->flags & CTX_FLAG_FIN_QUEUED);
    else if (in_flight == 0)
        may_send |= is_resend || len >= ctx->max_snd_wnd / 2;
    return may_send ? plan_at(ctx, PLAN_DATA, seq, len) : none;
}

/* Plans recovery by SACK: NextSeg() of RFC 6675 4, while cwnd has room for a segment (5, step C). */
static struct plan plan_recovery(const struct conn_ctx *ctx, uint32_t smss,
                                 const struct tcp_params *params)
{
    unsigned threshold = params->dupack_threshold;
    struct sack_range hole;
    if (ctx->cwnd < sack_pipe(ctx, smss, threshold) + smss)
        return (struct plan){PLAN_NONE, 0, 0, false};
    if (sack_next_hole(ctx, ctx->high_rxt, true, smss, threshold, &hole))
        return plan_again(ctx, PLAN_HOLE, hole, smss);
    struct plan data = plan_data(ctx, smss, params);
    if (data.kind != PLAN_NONE)
        return data;
    if (sack_next_hole(ctx, ctx->high_rxt, false, smss, threshold, &hole))
        return plan_again(ctx, PLAN_HOLE, hole, smss);
    if (seq_gt(ctx->snd_una, ctx->rescue_rxt)) {
        hole = sack_last_gap(ctx);
        /* These bytes are in flight again. */
        hole.start = seq_max(hole.start, seq_min(hole.end, ctx->high_rxt));
        uint32_t bytes = u32_min(hole.end - hole.start, smss);
        hole.start = hole.end - bytes;
        if (bytes > 0)
            return plan_again(ctx, PLAN_RESCUE, hole, smss);
    }
    return data;
}

/* Plans a probe after the persist timer expired: the data that fits the window, or one byte, or the FIN. */
static struct plan plan_probe(const struct conn_ctx *ctx, uint32_t smss)
{
    uint32_t unsent = tcp_unsent(ctx);
    if (unsent == 0 && !tcp_fin_is_due(ctx))
        return (struct plan){PLAN_NONE, 0, 0, false};
    uint32_t len = u32_min(u32_min(unsent, smss), u32_max(ctx->snd_wnd, 1));
    return plan_at(ctx, ctx->snd_wnd ? PLAN_DATA : PLAN_PROBE, ctx->snd_nxt, len);
}

static struct plan plan_handshake(const struct conn_ctx *ctx)
{
    if (ctx->tcp_state == TCP_SYN_SENT || ctx->tcp_state == TCP_SYN_RCVD) {
        if (ctx->snd_nxt == ctx->snd_una)
            return (struct plan){PLAN_SYN, ctx->snd_una, 0, false};
        if (ctx->tcp_state == TCP_SYN_RCVD && (ctx->flags & CTX_FLAG_ACK_NOW))
            return (struct plan){PLAN_ACK, ctx->snd_nxt, 0, false};
    }
    return (struct plan){PLAN_NONE, 0, 0, false};
}

static struct plan plan_next(const struct conn_ctx *ctx, const struct tcp_params *params)
{
    if (ctx->tcp_state < TCP_ESTABLISHED)
        return plan_handshake(ctx);
    const uint32_t rare = CTX_FLAG_REXMT_NOW | CTX_FLAG_PROBE_NOW;
    uint32_t smss = tcp_smss(ctx) + 32 * (unsigned)PLANTED(segment_too_long);
    /* A pure ACK carries the highest number sent, not that of a resent segment. But the byte of a probe
     * lies beyond the window, where the peer would not accept the ACK. */
    bool is_probing = (ctx->timers & CTX_TIMER_PERSIST) != 0;
    const struct plan ack = {PLAN_ACK, is_probing ? ctx->snd_nxt : ctx->snd_max, 0, false};
    if ((ctx->flags & CTX_FLAG_ACK_NOW) && (tcp_has_ooo(ctx) || ctx->tcp_state == TCP_TIME_WAIT))
        return ack;
    if (ctx->flags & rare) {
        if ((ctx->flags & CTX_FLAG_REXMT_NOW) && ctx->snd_una != ctx->snd_max)
            return plan_resend(ctx, smss);
        if ((ctx->flags & CTX_FLAG_PROBE_NOW) && ctx->snd_nxt == ctx->snd_una) {
            struct plan probe = plan_probe(ctx, smss);
            if (probe.kind != PLAN_NONE)
                return probe;
        }
    }
    struct plan data =
        tcp_recovers_by_sack(ctx) ? plan_recovery(ctx, smss, params) : plan_data(ctx, smss, params);
    if (data.kind != PLAN_NONE)
        return data;
    if (ctx->flags & CTX_FLAG_KEEPALIVE_NOW)
        return (struct plan){PLAN_KEEPALIVE, ctx->snd_una - 1, 0, false};
    if (ctx->flags & CTX_FLAG_ACK_NOW)
        return ack;
    return (struct plan){PLAN_NONE, 0, 0, false};
}

/* Returns true if the persist timer must run. Nothing is in flight and data waits, so only the window can
 * hold it back, and without a timer a lost window update would stop the connection for ever. */
static bool needs_persist(const struct conn_ctx *ctx)
{
    return ctx->tcp_state >= TCP_ESTABLISHED && ctx->snd_nxt == ctx->snd_una &&
           tcp_unsent(ctx) > 0 && !(ctx->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST));
}

bool tcp_has_output(const struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now)
{
    (void)now;
    assert(ctx_is_sane(ctx));
    return plan_next(ctx, params).kind != PLAN_NONE || needs_persist(ctx);
}

/* RFC 5681 4.1: after an idle period of one RTO the restart window applies. */
static void restart_after_idle(struct conn_ctx *ctx, struct tcp_now now)
{
    if ((ctx->flags & CTX_FLAG_DATA_SENT) && ctx->snd_una == ctx->snd_max && tcp_unsent(ctx) > 0 &&
        now.us - ctx->last_send > ctx->rto)
        cc_of(ctx)->on_idle(ctx, tcp_smss(ctx));
}

/* Starts an RTT measurement. By Karn's rule only segments sent once are timed. */
static void book_rtt(struct conn_ctx *ctx, uint32_t end, bool is_resend, struct tcp_now now)
{
    if (is_resend && !PLANTED(karn_ignored)) {
        ctx->flags &= ~(uint32_t)CTX_FLAG_RTT_TIMING;
    } else if (!(ctx->flags & CTX_FLAG_RTT_TIMING)) {
        ctx->flags |= CTX_FLAG_RTT_TIMING;
        ctx->rtt_seq = end;
        ctx->rtt_start = now.us;
    }
}

/* Records the sequence space [plan->seq, end) as sent. */
static void book_sent(struct conn_ctx *ctx, const struct plan *plan, uint32_t end,
                      const struct tcp_params *params, struct tcp_now now)
{
    bool is_resend = seq_lt(plan->seq, ctx->snd_max);
    assert(seq_lt(plan->seq, end) && seq_geq(plan->seq, ctx->snd_una));
    assert(plan->kind != PLAN_ACK &&
           plan->kind != PLAN_KEEPALIVE); /* neither takes sequence space */
    book_rtt(ctx, end, is_resend, now);
    if (plan->kind == PLAN_DATA && !is_resend && end - ctx->snd_una > ctx->cwnd &&
        ctx->dupacks > 0 && ctx->recovery == CTX_RECOVERY_NONE)
        ctx->limited_tx++;
    ctx->snd_max = seq_max(ctx->snd_max, end);
    if (plan->kind == PLAN_DATA || plan->kind == PLAN_SYN)
        ctx->snd_nxt = end;
    if (plan->kind == PLAN_HOLE || plan->kind == PLAN_RESEND)
        ctx->high_rxt = end;
    if (plan->kind == PLAN_RESCUE)
        ctx->rescue_rxt = ctx->recover;
    if (plan->fin)
        tcp_on_fin_sent(ctx);
    if (plan->kind != PLAN_PROBE) {
        /* RFC 6298 5.1. A segment resent at snd_una gets a full RTO from now. */
        if (!(ctx->timers & CTX_TIMER_REXMT) || plan->seq == ctx->snd_una)
            tcp_timer_start_rexmt(ctx, params, now);
    }
    if (plan->len > 0) {
        ctx->flags |= CTX_FLAG_DATA_SENT;
        ctx->last_send = now.us;
    }
}

static void build(struct conn_ctx *ctx, const struct plan *plan, struct tcp_now now,
                  struct tcp_tx *tx)
{
    bool is_syn = plan->kind == PLAN_SYN;
    assert(plan->kind != PLAN_NONE);
    tx->seq = plan->seq;
    tx->len = plan->len;
    tx->flags = TCP_ACK;
    if (is_syn)
        tx->flags = (uint16_t)((ctx->tcp_state == TCP_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK) |
                               tcp_ecn_syn_flags(ctx, ctx->tcp_state != TCP_SYN_SENT));
    if (plan->fin ||
        (PLANTED(fin_again) && plan->kind == PLAN_ACK && (ctx->flags & CTX_FLAG_FIN_SENT)))
        tx->flags |= TCP_FIN;
    if (plan->len > 0 && plan->seq + plan->len == ctx->tx_prod)
        tx->flags |= TCP_PSH; /* RFC 9293 MUST-61 */
    uint32_t end = plan->seq + plan->len + plan->fin + is_syn;
    tx->retransmission = end != plan->seq && seq_lt(plan->seq, ctx->snd_max);
    tx->ecn = 0;
    tx->urgent = 0;
    if (!is_syn)
        tcp_ecn_mark(ctx, plan->kind == PLAN_DATA && plan->len > 0 && !tx->retransmission, tx);
    if ((ctx->flags & CTX_FLAG_SND_URGENT) && seq_lt(plan->seq, ctx->snd_up)) {
        tx->flags |= TCP_URG;
        tx->urgent = (uint16_t)u32_min(ctx->snd_up - plan->seq, URGENT_MAX);
    }
    bool is_less = PLANTED(ack_goes_back) || (PLANTED(ack_of_data_less) && plan->len > 0);
    tx->ack = (tx->flags & TCP_ACK) ? ctx->rcv_nxt - (is_less && ctx->owner) : 0;
    tx->window = window_advertise(ctx, is_syn);
    tcp_options_write(
        ctx, is_syn ? TCP_OPTIONS_SYN : (plan->len > 0 ? TCP_OPTIONS_DATA : TCP_OPTIONS_ACK), now,
        tx);
}

/* Records that the owed acknowledgments were sent, which every segment with an ACK does. */
static void book_ack(struct conn_ctx *ctx, const struct tcp_tx *tx)
{
    if (!(tx->flags & TCP_ACK))
        return;
    ctx->last_ack_sent = tx->ack;
    ctx->delack_segs = 0;
    ctx->timers &= (uint8_t)~CTX_TIMER_DELACK;
    ctx->flags &= PLANTED(ack_unasked) ? UINT32_MAX : ~(uint32_t)CTX_FLAG_ACK_NOW;
}

bool tcp_output(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                struct tcp_tx *tx)
{
    assert(ctx_is_sane(ctx));
    restart_after_idle(ctx, now);
    struct plan plan = plan_next(ctx, params);
    if (plan.kind == PLAN_NONE) {
        ctx->flags &= ~(uint32_t)(CTX_FLAG_REXMT_NOW | CTX_FLAG_PROBE_NOW);
        if (needs_persist(ctx))
            tcp_timer_start_persist(ctx, params, now);
        assert(ctx_is_sane(ctx));
        return false;
    }
    build(ctx, &plan, now, tx);
    book_ack(ctx, tx);
    uint32_t end = plan.seq + plan.len + plan.fin + (plan.kind == PLAN_SYN);
    if (plan.kind == PLAN_RESEND)
        ctx->flags &= ~(uint32_t)CTX_FLAG_REXMT_NOW;
    if (plan.seq == ctx->snd_una)
        ctx->flags &= ~(uint32_t)(CTX_FLAG_PROBE_NOW | CTX_FLAG_REXMT_NOW);
    if (plan.kind == PLAN_KEEPALIVE)
        ctx->flags &= ~(uint32_t)CTX_FLAG_KEEPALIVE_NOW;
    else if (end != plan.seq)
        book_sent(ctx, &plan, end, params, now);
    assert(seq_leq(ctx->snd_nxt, ctx->snd_max));
    assert(seq_leq(ctx->snd_una, ctx->snd_nxt));
    assert(ctx_is_sane(ctx));
    return true;
}
