/*
 * Live context to image and back. An image holds remaining time and ages, so it can rest anywhere.
 * A deadline is carried as the ticks that are left at EXTRACT: after INSTALL it lies later by the
 * time between the two, never earlier. A running RTT measurement travels as its age, so that
 * the sample is shorter by the same time.
 */
#include "models/tcp/cc.h"
#include "models/tcp/reassembly.h"
#include "models/tcp/sack.h"
#include "models/tcp/tcp_core.h"

#include <assert.h>
#include <zlib.h>

static uint32_t image_crc(const struct conn_ctx *image)
{
    struct conn_ctx copy = *image;
    copy.crc = 0;
    return (uint32_t)crc32(0, (const unsigned char *)&copy, CTX_BYTES);
}

void tcp_image_seal(struct conn_ctx *image) { image->crc = image_crc(image); }

bool tcp_image_check(const struct conn_ctx *image)
{
    return image->version == CTX_VERSION && image->cc_alg < CC_ALG_COUNT &&
           image->crc == image_crc(image);
}

static uint32_t remaining(bool runs, uint32_t deadline, uint32_t now)
{
    return runs && seq_gt(deadline, now) ? deadline - now : 0;
}

static uint32_t absolute(bool runs, uint32_t left, uint32_t now) { return runs ? now + left : 0; }

void tcp_image_from_live(struct conn_ctx *ctx, struct tcp_now now)
{
    unsigned t = ctx->timers;
    ctx->rexmt_deadline =
        remaining(t & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST), ctx->rexmt_deadline, now.us);
    ctx->delack_deadline = remaining(t & CTX_TIMER_DELACK, ctx->delack_deadline, now.us);
    ctx->wait_deadline = remaining(t & CTX_TIMER_WAIT, ctx->wait_deadline, now.us);
    ctx->keepalive_deadline = remaining(t & CTX_TIMER_KEEPALIVE, ctx->keepalive_deadline, now.ms);
    ctx->ts_recent_age = now.ms - ctx->ts_recent_age;
    ctx->challenge_start = (uint16_t)((now.ms >> 6) - ctx->challenge_start);
    ctx->last_send = now.us - ctx->last_send;
    ctx->rtt_start = now.us - ctx->rtt_start;
    if (cc_of(ctx)->on_image)
        cc_of(ctx)->on_image(ctx, now.us);
    tcp_image_seal(ctx);
}

void tcp_live_from_image(struct conn_ctx *ctx, struct tcp_now now)
{
    unsigned t = ctx->timers;
    ctx->rexmt_deadline =
        absolute(t & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST), ctx->rexmt_deadline, now.us);
    ctx->delack_deadline = absolute(t & CTX_TIMER_DELACK, ctx->delack_deadline, now.us);
    ctx->wait_deadline = absolute(t & CTX_TIMER_WAIT, ctx->wait_deadline, now.us);
    ctx->keepalive_deadline = absolute(t & CTX_TIMER_KEEPALIVE, ctx->keepalive_deadline, now.ms);
    ctx->ts_recent_age = now.ms - ctx->ts_recent_age;
    ctx->challenge_start = (uint16_t)((now.ms >> 6) - ctx->challenge_start);
    ctx->last_send = now.us - ctx->last_send;
    ctx->rtt_start = now.us - ctx->rtt_start;
    if (cc_of(ctx)->on_image)
        cc_of(ctx)->on_image(ctx, now.us);
}

bool tcp_is_sane(const struct conn_ctx *ctx)
{
    bool sane = ctx->version == CTX_VERSION && ctx->tcp_state <= TCP_TIME_WAIT;
    /* I-SND */
    sane &= seq_leq(ctx->snd_una, ctx->snd_nxt) && seq_leq(ctx->snd_nxt, ctx->snd_max);
    sane &= seq_leq(ctx->snd_max, ctx->tx_prod + 1);
    sane &= !(ctx->flags & CTX_FLAG_FIN_SENT) || (ctx->flags & CTX_FLAG_FIN_QUEUED);
    sane &= (ctx->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST)) !=
            (CTX_TIMER_REXMT | CTX_TIMER_PERSIST);
    if (ctx->tcp_state < TCP_SYN_RCVD)
        return sane;
    sane &= seq_leq(ctx->rx_consumed, ctx->rcv_nxt);
    /* Nothing beyond the ring was ever allowed (and one more for the FIN). */
    sane &= seq_leq(tcp_rcv_edge(ctx), ctx->rx_consumed + (UINT32_C(1) << ctx->rx_ring_log2) + 1);
    sane &= seq_leq(ctx->last_ack_sent, ctx->rcv_nxt);
    sane &= reassembly_is_sane(ctx) && sack_is_sane(ctx);
    if (ctx->tcp_state >= TCP_ESTABLISHED) {
        sane &= ctx->cwnd > 0 && ctx->mss > TCP_TS_OPTION_BYTES;
        /* In flight means timed; snd_nxt = snd_una: tcp_output() sends or starts a timer. */
        if (ctx->snd_una != ctx->snd_nxt && ctx->tcp_state != TCP_TIME_WAIT)
            sane &= (ctx->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST)) != 0;
    }
    return sane;
}
