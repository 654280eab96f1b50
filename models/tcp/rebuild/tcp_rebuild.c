#include "models/tcp/rebuild/tcp_rebuild.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_state.h"
#include "models/tcp/tcp_timer_pvt.h"

#include <assert.h>

enum { WINDOW_FIELD_MAX = 65535, WINDOW_SCALE_MAX = 14 };

bool tcp_can_rebuild(const struct tcp_known *known)
{
    return known->tcp_state >= TCP_SYN_RCVD && known->tcp_state < TCP_TIME_WAIT &&
           known->mss >= TCP_MSS_MIN && known->snd_ws <= WINDOW_SCALE_MAX &&
           known->rcv_ws <= WINDOW_SCALE_MAX && seq_leq(known->rx_told, known->rcv_nxt) &&
           seq_leq(known->snd_una, known->tx_told);
}

/* A FIN that the dead place was told of counts as sent, because it may have been. */
static uint8_t state_of(const struct tcp_known *known)
{
    if (known->fin_told && known->tcp_state == TCP_ESTABLISHED)
        return TCP_FIN_WAIT_1;
    if (known->fin_told && known->tcp_state == TCP_CLOSE_WAIT)
        return TCP_LAST_ACK;
    return known->tcp_state;
}

static bool fin_is_sent(uint8_t state)
{
    return state != TCP_SYN_RCVD && state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT;
}

static void set_sending(struct conn_ctx *ctx, const struct tcp_known *known)
{
    bool fin_sent = fin_is_sent(ctx->tcp_state);
    ctx->tx_prod = known->tx_told;
    ctx->snd_una = ctx->snd_nxt = known->snd_una;
    ctx->snd_max = known->tx_told + (fin_sent ? 1 : 0);
    if (PLANTED(rebuilt_without_sent))
        ctx->snd_max = ctx->snd_una;
    if (fin_sent)
        ctx->flags |= CTX_FLAG_FIN_QUEUED | CTX_FLAG_FIN_SENT;
    if (ctx->tcp_state == TCP_FIN_WAIT_2) {
        ctx->flags |= CTX_FLAG_FIN_ACKED;
        ctx->snd_una = ctx->snd_nxt = ctx->snd_max;
    }
    ctx->snd_wnd = ctx->max_snd_wnd = known->snd_wnd;
    /* The next acceptable segment tells the window, also if it acknowledges nothing new. */
    ctx->snd_wl1 = known->rcv_nxt;
    ctx->snd_wl2 = ctx->snd_una;
    ctx->recover = ctx->high_rxt = ctx->rescue_rxt = ctx->snd_max;
    /* What is sent again is recovered as after a timeout. */
    if (ctx->tcp_state >= TCP_ESTABLISHED && ctx->snd_una != ctx->snd_max)
        ctx->recovery = CTX_RECOVERY_RTO;
}

/* The right edge is the highest that the dead place can have advertised, because a window must not shrink. */
static void set_receiving(struct conn_ctx *ctx, const struct tcp_known *known)
{
    unsigned shift = ctx->tcp_state == TCP_SYN_RCVD ? 0 : known->rcv_ws;
    uint32_t of_ring = known->rx_told + (UINT32_C(1) << ctx->rx_ring_log2);
    uint32_t of_field = known->rcv_nxt + ((uint32_t)WINDOW_FIELD_MAX << shift);
    ctx->rcv_nxt = ctx->last_ack_sent = known->rcv_nxt;
    ctx->rx_consumed = known->rx_told;
    ctx->rcv_adv = seq_min(of_ring, of_field);
    if (known->peer_fin)
        ctx->flags |= CTX_FLAG_PEER_FIN;
}

void tcp_rebuild(struct conn_ctx *ctx, const struct tcp_known *known,
                 const struct tcp_params *params, struct tcp_now now)
{
    assert(tcp_can_rebuild(known));
    ctx->flags = 0;
    ctx->mss = ctx->adv_mss; /* so that the constant line stays as it is */
    tcp_open_passive(ctx, known->snd_una, params, now);
    ctx->tcp_state = state_of(known);
    ctx->features = known->features;
    ctx->mss = known->mss;
    ctx->snd_ws = known->snd_ws;
    ctx->rcv_ws = known->rcv_ws;
    set_sending(ctx, known);
    set_receiving(ctx, known);
    if (known->features & CTX_FEATURE_TS) {
        ctx->ts_recent = known->ts_recent;
        ctx->ts_recent_age = now.ms;
        ctx->flags |= CTX_FLAG_TIMESTAMP_OK;
    }
    if (ctx->tcp_state >= TCP_ESTABLISHED) {
        cc_of(ctx)->on_established(ctx, tcp_smss(ctx), false);
        ctx->flags |=
            CTX_FLAG_ACK_NOW; /* the peer may wait for an acknowledgment that the dead place owed */
    }
    if (ctx->tcp_state == TCP_FIN_WAIT_2 && params->fin_wait_2_us)
        tcp_timer_start_wait(ctx, params->fin_wait_2_us, now);
    assert(ctx_is_sane(ctx));
}
