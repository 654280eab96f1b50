#include "models/tcp/input/tcp_ack.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"
#include "models/tcp/rto.h"
#include "models/tcp/sack.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_ecn.h"
#include "models/tcp/tcp_reset_pvt.h"
#include "models/tcp/tcp_state_pvt.h"
#include "models/tcp/tcp_timer_pvt.h"

#include <assert.h>

enum { US_PER_MS = 1000, DUPACKS_MAX = 255, TAIL_SEGMENTS = 3, BLOCKS_OF_OPTION = 3 };

/* Takes an RTT sample. A timed segment gives microseconds. After a retransmission only the timestamp echo
 * is unambiguous (RFC 7323 4.1); it gives milliseconds, at least one. */
void tcp_ack_sample_rtt(struct conn_ctx *ctx, const struct tcp_segment *seg,
                        const struct tcp_params *params, struct tcp_now now)
{
    if (ctx->flags & CTX_FLAG_RTT_TIMING) {
        if (seq_lt(seg->ack, ctx->rtt_seq))
            return;
        ctx->flags &= ~(uint32_t)CTX_FLAG_RTT_TIMING;
        rto_on_sample(ctx, now.us - ctx->rtt_start, params);
        return;
    }
    if (!(ctx->features & CTX_FEATURE_TS) || !(seg->options & TCP_HAS_TS))
        return;
    uint32_t rtt_ms = now.ms + ctx->ts_offset - seg->tsecr;
    if (rtt_ms <= params->rto_max_us / US_PER_MS)
        rto_on_sample(ctx, u32_max(rtt_ms, 1) * US_PER_MS, params);
}

void tcp_ack_update_window(struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    uint32_t window = tcp_segment_window(ctx, seg);
    ctx->snd_wl1 = seg->seq;
    ctx->snd_wl2 = seg->ack;
    if (window > 0 && window != ctx->snd_wnd && (ctx->timers & CTX_TIMER_PERSIST)) {
        /* The window opened, so tcp_output() decides again. */
        ctx->timers &= (uint8_t)~CTX_TIMER_PERSIST;
        ctx->flags &= ~(uint32_t)CTX_FLAG_PROBE_NOW;
        ctx->persist_count = 0;
    }
    ctx->snd_wnd = window;
    ctx->max_snd_wnd = u32_max(ctx->max_snd_wnd, window);
}

static void advance_in_recovery(struct conn_ctx *ctx, uint32_t acked, uint32_t smss)
{
    const struct cc_ops *cc = cc_of(ctx);
    bool by_sack = tcp_recovers_by_sack(ctx);
    if (seq_geq(ctx->snd_una, ctx->recover)) {
        if (!by_sack)
            cc->on_recovered(ctx, ctx->snd_max - ctx->snd_una, smss);
        ctx->recovery = CTX_RECOVERY_NONE;
        ctx->flags &= ~(uint32_t)CTX_FLAG_REXMT_NOW;
    } else if (!by_sack) {
        cc->on_partial_ack(ctx, acked, smss);
        ctx->flags |= CTX_FLAG_REXMT_NOW; /* RFC 6582 3.2 step 3, partial acknowledgment */
    }
}

void tcp_ack_advance(struct conn_ctx *ctx, const struct tcp_segment *seg,
                     const struct tcp_params *params, struct tcp_now now, struct tcp_result *result)
{
    assert(seq_gt(seg->ack, ctx->snd_una) && seq_leq(seg->ack, ctx->snd_max));
    uint32_t acked = seg->ack - ctx->snd_una;
    uint32_t smss = tcp_smss(ctx);
    tcp_ack_sample_rtt(ctx, seg, params, now);
    ctx->snd_una = seg->ack;
    ctx->snd_nxt = seq_max(ctx->snd_nxt, ctx->snd_una);
    sack_advance(ctx);
    if (ctx->recovery == CTX_RECOVERY_FAST) {
        advance_in_recovery(ctx, acked, smss);
    } else {
        /* RFC 3168 6.1.2: an ACK with an echo does not open the window. */
        if (!(ctx->features & CTX_FEATURE_ECN) || !(seg->flags & TCP_ECE))
            cc_of(ctx)->on_ack(ctx, acked, smss, now.us);
        if (ctx->recovery == CTX_RECOVERY_RTO && seq_geq(ctx->snd_una, ctx->recover))
            ctx->recovery = CTX_RECOVERY_NONE;
        /* Keeps `recover` comparable when the sequence space wraps. */
        if (ctx->recovery == CTX_RECOVERY_NONE && seq_gt(ctx->snd_una, ctx->recover))
            ctx->recover = ctx->snd_una - 1;
    }
    ctx->dupacks = ctx->limited_tx = ctx->rexmt_count = 0;
    if ((ctx->flags & CTX_FLAG_SND_URGENT) && seq_geq(ctx->snd_una, ctx->snd_up))
        ctx->flags &= ~(uint32_t)CTX_FLAG_SND_URGENT;
    if ((ctx->flags & CTX_FLAG_ECN_CUT) && seq_geq(ctx->snd_una, ctx->high_rxt))
        ctx->flags &= ~(uint32_t)CTX_FLAG_ECN_CUT;
    if (ctx->snd_una == ctx->snd_max) {
        ctx->timers &= (uint8_t)~CTX_TIMER_REXMT; /* RFC 6298 5.2 */
        if (tcp_unsent(ctx) == 0 && !tcp_fin_is_due(ctx))
            ctx->timers &= (uint8_t)~CTX_TIMER_PERSIST;
    } else if (ctx->timers & CTX_TIMER_REXMT) {
        tcp_timer_start_rexmt(ctx, params, now); /* RFC 6298 5.3 */
    }
    if ((ctx->flags & CTX_FLAG_FIN_SENT) && !(ctx->flags & CTX_FLAG_FIN_ACKED) &&
        ctx->snd_una == ctx->tx_prod + 1)
        tcp_on_fin_acked(ctx, params, now, result);
}

static void enter_recovery(struct conn_ctx *ctx, uint32_t smss)
{
    /* RFC 5681 3.2 step 2: segments sent by limited transmit do not count. */
    uint32_t flight = ctx->snd_max - ctx->snd_una;
    uint32_t limited = ctx->limited_tx * smss;
    assert(ctx->recovery == CTX_RECOVERY_NONE);
    struct sack_range first = sack_gap_from(ctx, ctx->snd_una);
    /* One cut for the losses of a window. RecoveryPoint is still to come if the connection came here by an image of the hard
     * subset, which does not say that it was recovering. */
    if (seq_geq(ctx->snd_una, ctx->recover))
        cc_of(ctx)->on_loss(ctx, flight > limited ? flight - limited : 0, smss);
    ctx->recover = ctx->snd_max;
    ctx->high_rxt = ctx->snd_una;
    /* RFC 6675 5 (4.3): the end of the first retransmission, so that the rescue is not premature. */
    ctx->rescue_rxt = ctx->snd_una + u32_min(first.end - first.start, smss);
    ctx->recovery = CTX_RECOVERY_FAST;
    ctx->limited_tx = 0;
    ctx->flags &= ~(uint32_t)(CTX_FLAG_ECN_CUT | CTX_FLAG_BLIND_RECOVERY | CTX_FLAG_SACK_FULL);
    ctx->flags |= CTX_FLAG_REXMT_NOW | (sack_is_empty(ctx) ? CTX_FLAG_BLIND_RECOVERY : 0u);
}

static void on_dupack(struct conn_ctx *ctx, const struct tcp_params *params)
{
    uint32_t smss = tcp_smss(ctx);
    if (ctx->dupacks < DUPACKS_MAX)
        ctx->dupacks++;
    if (ctx->recovery == CTX_RECOVERY_FAST && PLANTED(cut_again))
        cc_of(ctx)->on_loss(ctx, ctx->cwnd, smss);
    if (ctx->recovery == CTX_RECOVERY_FAST) {
        if (!tcp_recovers_by_sack(ctx))
            cc_of(ctx)->on_dupack(ctx, smss);
        return;
    }
    /* RFC 6675 5.1: after a timeout, recovery does not begin again before RecoveryPoint is acknowledged. */
    if (ctx->recovery != CTX_RECOVERY_NONE)
        return;
    if (!sack_is_empty(ctx)) {
        /* RFC 6675 5 (1) and (2). */
        if (ctx->dupacks >= params->dupack_threshold ||
            sack_first_is_lost(ctx, smss, params->dupack_threshold))
            enter_recovery(ctx, smss);
        return;
    }
    /* RFC 6582 3.2 step 2: recovery does not begin again for losses of the same window. */
    if (ctx->dupacks != params->dupack_threshold || seq_leq(ctx->snd_una, ctx->recover))
        return;
    enter_recovery(ctx, smss);
    ctx->cwnd += params->dupack_threshold * smss; /* RFC 5681 3.2 step 3 */
}

/* Returns true for a duplicate ACK without blocks (RFC 5681 2), from a peer that has not permitted SACK or
 * sends none. */
static bool is_plain_dupack(const struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    return seg->ack == ctx->snd_una && ctx->snd_una != ctx->snd_max &&
           !(seg->options & TCP_HAS_SACK) && tcp_segment_len(seg) == 0 &&
           tcp_segment_window(ctx, seg) == ctx->snd_wnd && !(ctx->timers & CTX_TIMER_PERSIST);
}

/* Returns true if the segment shows that the receiver dropped one. It is a duplicate ACK whose blocks are
 * all above it and already known, and the receiver has as many blocks as an option holds: a segment
 * arrived, and the receiver did not keep it. This check comes before the window update, because an ACK that
 * moves the window only reports that. */
static bool shows_a_drop(const struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    if (seg->ack != ctx->snd_una || !(seg->options & TCP_HAS_SACK) || tcp_segment_len(seg) > 0 ||
        tcp_segment_window(ctx, seg) != ctx->snd_wnd || sack_count(ctx) < BLOCKS_OF_OPTION)
        return false;
    for (unsigned i = 0; i < seg->sack_count; i++)
        /* A D-SACK reports that the segment arrived twice. */
        if (seq_leq(seg->sack[i][0], seg->ack))
            return false;
    return seg->sack_count > 0;
}

/* Handles a partial ACK up to a byte that was not yet retransmitted. RFC 6675 5 (C) waits for room in the
 * pipe, but bytes that the receiver did not keep never leave the pipe, and only a timeout would end the
 * wait. So data reported lost is sent at once, one segment for each partial ACK, as in RFC 6582 3.2 step 3.
 * If nothing is reported above it, nothing is lost (RFC 6675 4), unless the receiver is known to have
 * dropped segments. Then everything up to RecoveryPoint is resent in slow start, as after a timeout, but at
 * once. */
static void on_partial_ack(struct conn_ctx *ctx, uint32_t smss, unsigned threshold)
{
    bool dropped = (ctx->flags & CTX_FLAG_SACK_FULL) != 0;
    assert(ctx->recovery == CTX_RECOVERY_FAST);
    if (sack_first_is_lost(ctx, smss, threshold) || dropped)
        ctx->flags |= CTX_FLAG_REXMT_NOW;
    if (!dropped || !sack_is_empty(ctx) || ctx->recover - ctx->snd_una <= TAIL_SEGMENTS * smss)
        return;
    ctx->recovery = CTX_RECOVERY_RTO;
    ctx->snd_nxt = ctx->snd_una;
    ctx->cwnd = 2 * smss;
}

/* Decides about recovery after everything else in the ACK was processed. An ACK whose blocks report new
 * bytes is a duplicate even if it moved the acknowledgment or the window, or is older than another (RFC
 * 6675 2). */
static void decide(struct conn_ctx *ctx, const struct tcp_params *params, bool advanced,
                   bool is_dupack)
{
    if (advanced && tcp_recovers_by_sack(ctx) && seq_geq(ctx->snd_una, ctx->high_rxt))
        on_partial_ack(ctx, tcp_smss(ctx), params->dupack_threshold);
    if (is_dupack)
        on_dupack(ctx, params);
}

/* Returns true if the blocks report new bytes (RFC 6675 2). */
static bool take_news(struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    if (!(ctx->features & CTX_FEATURE_SACK) || !sack_take(ctx, seg))
        return false;
    if (ctx->recovery == CTX_RECOVERY_FAST && !tcp_recovers_by_sack(ctx)) {
        ctx->flags &= ~(uint32_t)CTX_FLAG_BLIND_RECOVERY;
        /* From now on the pipe limits what is sent. */
        ctx->cwnd = u32_min(ctx->cwnd, ctx->ssthresh);
    }
    return true;
}

bool tcp_ack_process(struct conn_ctx *ctx, const struct tcp_segment *seg,
                     const struct tcp_params *params, struct tcp_now now, struct tcp_result *result)
{
    assert(ctx->tcp_state >= TCP_ESTABLISHED);
    /* RFC 5961 5.2: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT (here the highest ever sent). */
    bool refuses = PLANTED(ack_refused) || (PLANTED(ack_refused_once) && ctx->rto_backoff == 1);
    if (seq_gt(seg->ack, refuses ? ctx->snd_nxt : ctx->snd_max) ||
        seq_lt(seg->ack, ctx->snd_una - ctx->max_snd_wnd)) {
        tcp_challenge(ctx, params, now);
        tcp_drop(result, DROP_TCP_BAD_ACK);
        return false;
    }
    if (ctx->timers & CTX_TIMER_PERSIST)
        ctx->rexmt_count = 0; /* the probe was answered */
    bool is_plain = is_plain_dupack(ctx, seg);
    bool advanced = seq_gt(seg->ack, ctx->snd_una);
    /* Called before snd_una moves, because it needs the flight of the marked window. */
    tcp_ecn_receive(ctx, seg);
    if (advanced)
        tcp_ack_advance(ctx, seg, params, now, result);
    bool has_news = take_news(ctx, seg);
    if (!has_news && tcp_recovers_by_sack(ctx) && shows_a_drop(ctx, seg))
        ctx->flags |= CTX_FLAG_SACK_FULL;
    if (seq_geq(seg->ack, ctx->snd_una) &&
        (seq_lt(ctx->snd_wl1, seg->seq) ||
         (ctx->snd_wl1 == seg->seq && seq_leq(ctx->snd_wl2, seg->ack))))
        tcp_ack_update_window(ctx, seg);
    decide(ctx, params, advanced, has_news || is_plain);
    return true;
}
