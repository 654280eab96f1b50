/*
 * NewReno: RFC 5681 with the recovery of RFC 6582 and the initial window of RFC 6928.
 * cc_private_0: bytes acknowledged in congestion avoidance since cwnd last grew (RFC 3465 2.1).
 * The retransmission timer restarts at every partial ACK (RFC 6582 4, Slow-but-Steady), because no
 * segment may time out earlier than one RTO after its last transmission.
 */
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"

#include <assert.h>

enum { IW_SEGMENTS = 10, IW_BYTES = 14600 };

#define CWND_MAX (UINT32_C(1) << 30)

static uint32_t initial_window(uint32_t smss)
{
    assert(smss > 0);
    return u32_min(IW_SEGMENTS * smss, u32_max(2 * smss, IW_BYTES));
}

static uint32_t half_of(uint32_t flight, uint32_t smss)
{
    assert(smss > 0);
    return u32_max(flight / 2, 2 * smss); /* RFC 5681 equation (4) */
}

static void newreno_on_established(struct conn_ctx *ctx, uint32_t smss, bool syn_lost)
{
    ctx->cwnd = syn_lost ? smss : initial_window(smss);
    ctx->ssthresh = CWND_MAX;
    ctx->cc_private_0 = 0;
}

static void newreno_on_ack(struct conn_ctx *ctx, uint32_t acked, uint32_t smss, uint32_t now_us)
{
    (void)now_us;
    uint32_t cwnd = ctx->cwnd;
    assert(cwnd > 0 && acked > 0);
    if (cwnd < ctx->ssthresh) {
        cwnd += cc_slow_start_step(ctx, acked, smss);
    } else {
        ctx->cc_private_0 += acked;
        if (ctx->cc_private_0 >= cwnd) {
            ctx->cc_private_0 -= cwnd;
            cwnd += smss;
        }
    }
    ctx->cwnd = u32_min(cwnd, CWND_MAX);
}

static void newreno_on_loss(struct conn_ctx *ctx, uint32_t flight, uint32_t smss)
{
    ctx->ssthresh = half_of(flight, smss);
    ctx->cwnd = ctx->ssthresh;
    ctx->cc_private_0 = 0;
}

static void newreno_on_dupack(struct conn_ctx *ctx, uint32_t smss)
{
    ctx->cwnd = u32_min(ctx->cwnd + smss, CWND_MAX);
}

static void newreno_on_partial_ack(struct conn_ctx *ctx, uint32_t acked, uint32_t smss)
{
    assert(acked > 0);
    uint32_t cwnd = ctx->cwnd > acked ? ctx->cwnd - acked : 0;
    if (acked >= smss)
        cwnd += smss;
    ctx->cwnd = u32_max(cwnd, smss);
}

static void newreno_on_recovered(struct conn_ctx *ctx, uint32_t flight, uint32_t smss)
{
    /* RFC 6582 3.2 step 3, option (1): no burst when little is in flight. */
    ctx->cwnd = u32_min(ctx->ssthresh, u32_max(flight, smss) + smss);
    ctx->cc_private_0 = 0;
}

static void newreno_on_timeout(struct conn_ctx *ctx, uint32_t flight, uint32_t smss, bool is_first)
{
    if (is_first)
        ctx->ssthresh = half_of(flight, smss);
    ctx->cwnd = smss;
    ctx->cc_private_0 = 0;
}

static void newreno_on_idle(struct conn_ctx *ctx, uint32_t smss)
{
    ctx->cwnd = u32_min(ctx->cwnd, initial_window(smss));
}

const struct cc_ops cc_newreno = {
    .name = "newreno",
    .on_established = newreno_on_established,
    .on_ack = newreno_on_ack,
    .on_loss = newreno_on_loss,
    .on_dupack = newreno_on_dupack,
    .on_partial_ack = newreno_on_partial_ack,
    .on_recovered = newreno_on_recovered,
    .on_timeout = newreno_on_timeout,
    .on_idle = newreno_on_idle,
};
