#include "models/tcp/tcp_state.h"

#include "models/tcp/tcp_state_pvt.h"

#include "models/tcp/rto.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_reset_pvt.h"
#include "models/tcp/tcp_timer_pvt.h"
#include "models/tcp/window.h"

#include <assert.h>
#include <string.h>

static void open_common(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params)
{
    ctx->version = CTX_VERSION;
    ctx->features = 0;
    if (params->ecn)
        ctx->offered |= CTX_FEATURE_ECN;
    ctx->flags &= CTX_FLAG_NAGLE | CTX_FLAG_KEEPALIVE | CTX_FLAG_CORK;
    ctx->snd_una = ctx->snd_nxt = ctx->snd_max = iss;
    ctx->tx_prod = iss + 1;
    ctx->snd_wnd = ctx->max_snd_wnd = ctx->snd_wl1 = ctx->snd_wl2 = 0;
    ctx->rcv_nxt = ctx->rcv_adv = ctx->rx_consumed = ctx->last_ack_sent = 0;
    ctx->ts_recent = ctx->ts_recent_age = 0;
    ctx->snd_ws = 0;
    if (!(ctx->offered & CTX_FEATURE_WS))
        ctx->rcv_ws = 0;
    if (ctx->mss == 0 || ctx->mss > tcp_mss_max(ctx, params))
        ctx->mss = tcp_mss_max(ctx, params);
    ctx->adv_mss = ctx->mss;
    ctx->cwnd = ctx->mss;
    ctx->ssthresh = 0;
    ctx->recover = ctx->high_rxt = ctx->rescue_rxt = iss;
    ctx->snd_up = ctx->rcv_up = 0;
    ctx->timers = 0;
    ctx->rtt_seq = ctx->rtt_start = ctx->rexmt_deadline = ctx->delack_deadline = 0;
    ctx->keepalive_deadline = ctx->wait_deadline = 0;
    ctx->rexmt_count = ctx->persist_count = ctx->keepalive_count = 0;
    ctx->dupacks = ctx->limited_tx = ctx->recovery = ctx->delack_segs = 0;
    ctx->ooo_order = ctx->challenge_count = 0;
    ctx->cc_alg = params->congestion;
    ctx->cc_private_0 = ctx->cc_private_1 = ctx->cc_private_2 = 0;
    ctx->fin_seq = ctx->last_send = 0;
    ctx->challenge_start = 0;
    memset(ctx->ooo, 0, sizeof ctx->ooo);
    memset(ctx->sacked, 0, sizeof ctx->sacked);
    rto_init(ctx, params);
}

void tcp_open_passive(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params,
                      struct tcp_now now)
{
    open_common(ctx, iss, params);
    ctx->tcp_state = TCP_LISTEN;
    ctx->last_rx = now.us;
    assert(ctx_is_sane(ctx));
}

void tcp_open_active(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params,
                     struct tcp_now now)
{
    open_common(ctx, iss, params);
    ctx->tcp_state = TCP_SYN_SENT;
    ctx->flags |= CTX_FLAG_ACTIVE_OPEN;
    ctx->last_rx = now.us;
    assert(ctx_is_sane(ctx));
}

static void stop_everything(struct conn_ctx *ctx)
{
    ctx->tcp_state = TCP_CLOSED;
    ctx->timers = 0;
    ctx->flags &= ~(uint32_t)(CTX_FLAG_ACK_NOW | CTX_FLAG_REXMT_NOW | CTX_FLAG_PROBE_NOW |
                              CTX_FLAG_KEEPALIVE_NOW);
}

void tcp_close_orderly(struct conn_ctx *ctx, struct tcp_result *result)
{
    stop_everything(ctx);
    result->closed = true;
}

void tcp_terminate(struct conn_ctx *ctx, enum nic_term_cause cause, struct tcp_result *result)
{
    assert(cause != NIC_TERM_NONE);
    stop_everything(ctx);
    result->terminated = (uint8_t)cause;
}

void tcp_enter_time_wait(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result)
{
    assert(ctx->flags & CTX_FLAG_PEER_FIN); /* RFC 9293 3.3.2: both directions have ended */
    assert(ctx->flags & CTX_FLAG_FIN_ACKED);
    ctx->tcp_state = TCP_TIME_WAIT;
    ctx->timers = 0;
    tcp_timer_start_wait(ctx, params->time_wait_us, now);
    result->closed = true;
}

void tcp_on_fin_sent(struct conn_ctx *ctx)
{
    if (ctx->flags & CTX_FLAG_FIN_SENT)
        return;
    assert(ctx->flags & CTX_FLAG_FIN_QUEUED);
    ctx->flags |= CTX_FLAG_FIN_SENT;
    if (ctx->tcp_state == TCP_ESTABLISHED)
        ctx->tcp_state = TCP_FIN_WAIT_1;
    else if (ctx->tcp_state == TCP_CLOSE_WAIT)
        ctx->tcp_state = TCP_LAST_ACK;
    else
        assert(!"FIN sent in a state that has no data to end");
}

void tcp_on_fin_acked(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result)
{
    assert(ctx->flags & CTX_FLAG_FIN_SENT);
    ctx->flags |= CTX_FLAG_FIN_ACKED;
    if (ctx->tcp_state == TCP_FIN_WAIT_1) {
        ctx->tcp_state = TCP_FIN_WAIT_2;
        if (params->fin_wait_2_us)
            tcp_timer_start_wait(ctx, params->fin_wait_2_us, now);
    } else if (ctx->tcp_state == TCP_CLOSING) {
        tcp_enter_time_wait(ctx, params, now, result);
    } else if (ctx->tcp_state == TCP_LAST_ACK) {
        tcp_close_orderly(ctx, result);
    }
}

void tcp_on_peer_fin(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                     struct tcp_result *result)
{
    assert(!(ctx->flags & CTX_FLAG_PEER_FIN));
    ctx->rcv_nxt++;
    /* Data after a FIN contradicts it, so data kept beyond it is discarded. */
    memset(ctx->ooo, 0, sizeof ctx->ooo);
    ctx->ooo_order = 0;
    ctx->flags = (ctx->flags & ~(uint32_t)CTX_FLAG_OOO_FIN) | CTX_FLAG_PEER_FIN | CTX_FLAG_ACK_NOW;
    result->peer_fin = true;
    if (ctx->tcp_state == TCP_ESTABLISHED)
        ctx->tcp_state = TCP_CLOSE_WAIT;
    else if (ctx->tcp_state == TCP_FIN_WAIT_1)
        ctx->tcp_state = TCP_CLOSING;
    else if (ctx->tcp_state == TCP_FIN_WAIT_2)
        tcp_enter_time_wait(ctx, params, now, result);
}

/* Returns true if the SYN belongs to a new incarnation. By the simple rule of RFC 6191 2, its timestamp or,
 * without timestamps, its sequence number is beyond everything of the old one. */
static bool may_reuse(const struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    if ((ctx->features & CTX_FEATURE_TS) && (seg->options & TCP_HAS_TS))
        return seq_gt(seg->tsval, ctx->ts_recent) ||
               (seg->tsval == ctx->ts_recent && seq_gt(seg->seq, ctx->rcv_nxt));
    return seq_gt(seg->seq, ctx->rcv_nxt);
}

/* RFC 9293 3.10.7.4, TIME-WAIT: only a retransmission of the peer's FIN may arrive. It is acknowledged, and
 * 2 MSL start again. */
void tcp_input_time_wait(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result)
{
    assert(ctx->tcp_state == TCP_TIME_WAIT);
    tcp_drop(result, DROP_TIME_WAIT);
    if (seg->flags & TCP_RST) {
        if (seg->seq == ctx->rcv_nxt)
            tcp_close_orderly(ctx, result);
    } else if (seg->flags & TCP_SYN) {
        result->reusable = !(seg->flags & TCP_ACK) && may_reuse(ctx, seg);
        if (!result->reusable)
            tcp_challenge(ctx, params, now);
    } else if ((seg->flags & TCP_FIN) && seq_leq(seg->seq + tcp_segment_len(seg), ctx->rcv_nxt)) {
        ctx->flags |= CTX_FLAG_ACK_NOW;
        tcp_timer_start_wait(ctx, params->time_wait_us, now);
    } else if (tcp_segment_len(seg) > 0) {
        tcp_challenge(ctx, params, now);
    }
}

void tcp_on_app_write(struct conn_ctx *ctx, uint32_t tx_prod)
{
    assert(ctx_is_sane(ctx));
    if (!(ctx->flags & CTX_FLAG_FIN_QUEUED))
        ctx->tx_prod = seq_max(ctx->tx_prod, tx_prod);
    assert(ctx_is_sane(ctx));
}

void tcp_on_app_read(struct conn_ctx *ctx, uint32_t rx_consumed, const struct tcp_params *params)
{
    assert(ctx_is_sane(ctx));
    (void)params;
    if (ctx->tcp_state < TCP_ESTABLISHED || !seq_gt(rx_consumed, ctx->rx_consumed))
        return;
    ctx->rx_consumed = seq_min(rx_consumed, ctx->rcv_nxt);
    if ((ctx->flags & CTX_FLAG_URGENT) && seq_geq(ctx->rx_consumed, ctx->rcv_up))
        ctx->flags &= ~(uint32_t)CTX_FLAG_URGENT;
    /* After the peer's FIN no window update is needed. */
    if (!(ctx->flags & CTX_FLAG_PEER_FIN) && ctx->tcp_state != TCP_TIME_WAIT &&
        window_update_is_due(ctx))
        ctx->flags |= CTX_FLAG_ACK_NOW;
    assert(ctx_is_sane(ctx));
}

void tcp_on_app_set(struct conn_ctx *ctx, const struct nic_options *options,
                    const struct tcp_params *params, struct tcp_now now)
{
    assert(ctx_is_sane(ctx));
    const uint32_t of_app = CTX_FLAG_NAGLE | CTX_FLAG_KEEPALIVE | CTX_FLAG_CORK;
    ctx->flags = (ctx->flags & ~of_app) |
                 ((options->flags & NIC_OPTION_NODELAY) ? 0u : (uint32_t)CTX_FLAG_NAGLE) |
                 ((options->flags & NIC_OPTION_KEEPALIVE) ? (uint32_t)CTX_FLAG_KEEPALIVE : 0u) |
                 ((options->flags & NIC_OPTION_CORK) ? (uint32_t)CTX_FLAG_CORK : 0u);
    ctx->tos = options->tos;
    ctx->user_timeout = options->user_timeout;
    ctx->keepalive_idle = options->keepalive_idle;
    ctx->keepalive_interval = options->keepalive_interval;
    ctx->keepalive_probes = options->keepalive_probes;
    if (ctx->tcp_state < TCP_ESTABLISHED)
        return;
    if (options->mss && options->mss < ctx->mss)
        ctx->mss = options->mss < TCP_MSS_MIN ? (uint16_t)TCP_MSS_MIN : options->mss;
    ctx->timers &= (uint8_t)~CTX_TIMER_KEEPALIVE;
    ctx->flags &= ~(uint32_t)CTX_FLAG_KEEPALIVE_NOW;
    tcp_timer_restart_keepalive(ctx, params, now);
    assert(ctx_is_sane(ctx));
}

void tcp_on_app_close(struct conn_ctx *ctx, uint32_t tx_prod)
{
    assert(ctx_is_sane(ctx));
    tcp_on_app_write(ctx, tx_prod);
    if (ctx->tcp_state != TCP_CLOSED)
        ctx->flags |= CTX_FLAG_FIN_QUEUED;
    assert(ctx_is_sane(ctx));
}

void tcp_on_app_urgent(struct conn_ctx *ctx, uint32_t up)
{
    assert(ctx_is_sane(ctx));
    if (ctx->tcp_state < TCP_ESTABLISHED || (ctx->flags & CTX_FLAG_FIN_QUEUED) ||
        !seq_gt(up, ctx->snd_una) || seq_gt(up, ctx->tx_prod))
        return;
    if ((ctx->flags & CTX_FLAG_SND_URGENT) && seq_leq(up, ctx->snd_up))
        return;
    ctx->snd_up = up;
    /* The peer learns of it even while its window is closed (RFC 9293 3.8.5, 3.8.6.1). */
    ctx->flags |= CTX_FLAG_SND_URGENT | CTX_FLAG_ACK_NOW;
    assert(ctx_is_sane(ctx));
}

uint32_t tcp_urgent_bytes(const struct conn_ctx *ctx)
{
    return (ctx->flags & CTX_FLAG_URGENT) ? ctx->rcv_up - ctx->rx_consumed : 0;
}

/* RFC 9293 3.10.5. */
void tcp_on_app_abort(struct conn_ctx *ctx, struct tcp_result *result)
{
    assert(ctx_is_sane(ctx));
    memset(result, 0, sizeof *result);
    if (ctx->tcp_state == TCP_CLOSED)
        return;
    ctx->flags |= CTX_FLAG_ABORT;
    result->send_reset = ctx->tcp_state >= TCP_SYN_RCVD && ctx->tcp_state <= TCP_CLOSE_WAIT;
    tcp_close_orderly(ctx, result);
    assert(ctx_is_sane(ctx));
}

bool tcp_may_rest(const struct conn_ctx *ctx, const struct tcp_params *params)
{
    const struct tcp_now any = {0};
    return ctx->tcp_state >= TCP_ESTABLISHED && ctx->tcp_state != TCP_TIME_WAIT &&
           !tcp_has_output(ctx, params, any);
}

bool tcp_holds_out_of_order(const struct conn_ctx *ctx) { return tcp_has_ooo(ctx); }
