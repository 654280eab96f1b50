#include "models/tcp/input/tcp_synchronize.h"

#include "models/tcp/cc/cc.h"
#include "models/tcp/input/tcp_ack.h"
#include "models/tcp/rto.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_options.h"
#include "models/tcp/tcp_reset_pvt.h"
#include "models/tcp/tcp_state_pvt.h"
#include "models/tcp/tcp_timer_pvt.h"

#include <assert.h>

/* Accepts a SYN. Its payload and FIN are not accepted: only the SYN is acknowledged, so the peer resends
 * the rest. RFC 9293 3.5 allows queueing the data, and only TCP Fast Open (RFC 7413), which this TCP does not offer,
 * would require it. */
static void take_syn(struct conn_ctx *ctx, const struct tcp_segment *seg,
                     const struct tcp_params *params, struct tcp_now now)
{
    assert(seg->flags & TCP_SYN);
    ctx->rcv_nxt = ctx->rcv_adv = ctx->rx_consumed = seg->seq + 1;
    ctx->last_ack_sent = ctx->rcv_nxt;
    ctx->snd_wnd = ctx->max_snd_wnd = seg->window;
    ctx->snd_wl1 = seg->seq;
    ctx->snd_wl2 = ctx->snd_una;
    tcp_options_negotiate(ctx, seg, params, now);
}

static void establish(struct conn_ctx *ctx, const struct tcp_segment *seg,
                      const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result)
{
    bool syn_lost = ctx->rexmt_count > 1;
    assert(ctx->tcp_state == TCP_SYN_SENT || ctx->tcp_state == TCP_SYN_RCVD);
    tcp_ack_sample_rtt(ctx, seg, params, now);
    ctx->snd_una = seg->ack;
    ctx->snd_nxt = seq_max(ctx->snd_nxt, ctx->snd_una);
    ctx->recover = ctx->snd_una - 1;
    ctx->timers &= (uint8_t)~CTX_TIMER_REXMT;
    ctx->rexmt_count = 0;
    ctx->rto_backoff = 0;
    if ((ctx->flags & CTX_FLAG_SYN_REXMT) && ctx->srtt == 0 && ctx->rto < TCP_RTO_AFTER_SYN_US)
        ctx->rto = TCP_RTO_AFTER_SYN_US < params->rto_max_us ? (uint32_t)TCP_RTO_AFTER_SYN_US
                                                             : params->rto_max_us;
    ctx->tcp_state = TCP_ESTABLISHED;
    cc_of(ctx)->on_established(ctx, tcp_smss(ctx), syn_lost);
    tcp_ack_update_window(ctx, seg);
    tcp_timer_restart_keepalive(ctx, params, now);
    result->established = true;
    assert(ctx->snd_una == ctx->snd_max);
}

void tcp_input_listen(struct conn_ctx *ctx, const struct tcp_segment *seg,
                      const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result)
{
    assert(ctx->tcp_state == TCP_LISTEN);
    if ((seg->flags & (TCP_RST | TCP_ACK | TCP_SYN)) != TCP_SYN) {
        result->reset_for_segment = (seg->flags & (TCP_RST | TCP_ACK)) == TCP_ACK;
        tcp_drop(result, DROP_NO_CONNECTION);
        return;
    }
    take_syn(ctx, seg, params, now);
    ctx->tcp_state = TCP_SYN_RCVD;
}

void tcp_input_syn_sent(struct conn_ctx *ctx, const struct tcp_segment *seg,
                        const struct tcp_params *params, struct tcp_now now,
                        struct tcp_result *result)
{
    bool has_ack = (seg->flags & TCP_ACK) != 0;
    assert(ctx->tcp_state == TCP_SYN_SENT);
    if (has_ack && (seq_leq(seg->ack, ctx->snd_una) || seq_gt(seg->ack, ctx->snd_max))) {
        result->reset_for_segment = !(seg->flags & TCP_RST);
        tcp_drop(result, DROP_TCP_BAD_ACK);
        return;
    }
    if (seg->flags & TCP_RST) {
        if (has_ack)
            tcp_terminate(ctx, NIC_TERM_REMOTE_RESET, result);
        else
            tcp_drop(result, DROP_TCP_OUT_OF_WINDOW);
        return;
    }
    if (!(seg->flags & TCP_SYN)) {
        tcp_drop(result, DROP_TCP_NO_ACK);
        return;
    }
    take_syn(ctx, seg, params, now);
    if (has_ack) {
        establish(ctx, seg, params, now, result);
        ctx->flags |= CTX_FLAG_ACK_NOW;
    } else {
        ctx->tcp_state = TCP_SYN_RCVD; /* simultaneous open: our SYN is resent as a SYN-ACK */
        ctx->snd_nxt = ctx->snd_una;
    }
}

bool tcp_syn_rcvd_on_syn(struct conn_ctx *ctx, struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result)
{
    assert(ctx->tcp_state == TCP_SYN_RCVD);
    if (seg->seq + 1 != ctx->rcv_nxt) {
        tcp_challenge(ctx, params, now); /* RFC 5961 4.2 */
        tcp_drop(result, DROP_TCP_CHALLENGED);
        return false;
    }
    if (seg->flags & TCP_ACK) {
        /* The peer's SYN-ACK of a simultaneous open (RFC 9293 figure 7). */
        seg->flags &= (uint16_t)~TCP_SYN;
        seg->seq++;
        seg->window = (uint16_t)(seg->window >> ctx->snd_ws); /* windows of SYNs are not scaled */
        return true;
    }
    ctx->snd_nxt = ctx->snd_una; /* the peer resent its SYN, so our SYN-ACK was lost */
    ctx->flags = (ctx->flags & ~(uint32_t)CTX_FLAG_RTT_TIMING) | CTX_FLAG_SYN_REXMT;
    tcp_drop(result, DROP_TCP_OLD);
    return false;
}

bool tcp_syn_rcvd_on_ack(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result)
{
    assert(ctx->tcp_state == TCP_SYN_RCVD);
    if (seq_leq(seg->ack, ctx->snd_una) || seq_gt(seg->ack, ctx->snd_max)) {
        result->reset_for_segment = true;
        tcp_drop(result, DROP_TCP_BAD_ACK);
        return false;
    }
    establish(ctx, seg, params, now, result);
    return true;
}
