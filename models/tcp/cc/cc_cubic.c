/*
 * CUBIC (RFC 9438) in integer arithmetic: bytes, ticks of 1 us, and seconds in units of 2^-16. Values that
 * the RFC counts in segments are counted in bytes here (its C becomes C * SMSS).
 *
 * cc_private_0: start of the present congestion avoidance epoch, us; in an image: its age
 * cc_private_1: W_max in bytes; bit 31: an epoch is running
 * cc_private_2: W_est - cwnd_epoch in sixteenths of a byte, saturating
 *
 * cwnd_epoch is not stored, because it equals ssthresh: the start of an epoch sets ssthresh to cwnd. cwnd_prior is
 * cwnd_epoch / beta. After fast recovery the window arithmetic of RFC 6582 is used; slow start is that of RFC 5681
 * (RFC 9438 4.10 recommends HyStart++; docs/tcp-conformance.md lists it among the SHOULDs that are not followed).
 */
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"

#include <assert.h>

#define CWND_MAX (UINT32_C(1) << 30)
#define EPOCH_RUNS (UINT32_C(1) << 31)

enum {
    BETA_NUM = 7, /* beta_cubic = 0.7 (4.6) */
    BETA_DEN = 10,
    C_NUM = 4, /* C = 0.4 segments per s^3 (5.1) */
    C_DEN = 10,
    ALPHA_NUM = 9, /* 3 * (1 - beta) / (1 + beta) = 9 / 17 (4.3) */
    ALPHA_DEN = 17,
    FAST_NUM = 17, /* (1 + beta) / 2 = 17 / 20 (4.7) */
    FAST_DEN = 20,
    SECOND_SHIFT = 16,
    EST_SHIFT = 4,
    US_PER_SECOND = 1000000,
    SPAN_SECONDS_MAX = 64, /* |t - K| is clamped to this: 0.4 * 64^3 segments are 100,000 */
};

static uint32_t w_max(const struct conn_ctx *ctx) { return ctx->cc_private_1 & ~EPOCH_RUNS; }

/* Returns the integer cube root, computed bit by bit. */
static uint32_t cube_root(uint64_t x)
{
    uint64_t root = 0;
    for (int shift = 63; shift >= 0; shift -= 3) {
        root *= 2;
        uint64_t step = 3 * root * (root + 1) + 1;
        if (x >> shift >= step) {
            x -= step << shift;
            root++;
        }
    }
    return (uint32_t)root;
}

/* Equation (2), in 2^-16 s. The cube is taken in 2^-30 s^3, so the root is in 2^-10 s. */
static uint32_t cubic_k(uint32_t bytes_below_w_max, uint32_t smss)
{
    static_assert(C_NUM == 4, "the shift by 28 is that by 30 less the division by C_NUM");
    assert(smss > 0);
    uint64_t cube = ((uint64_t)bytes_below_w_max * C_DEN << 28) / smss;
    return cube_root(cube) << (SECOND_SHIFT - 10);
}

/* C * SMSS * t^3 for t in 2^-16 s, in bytes. */
static uint64_t cubic_term(uint64_t t, uint32_t smss)
{
    t = u64_min(t, (uint64_t)SPAN_SECONDS_MAX << SECOND_SHIFT);
    uint64_t cube = (t * t >> SECOND_SHIFT) * t; /* 2^-32 s^3, at most 2^50 */
    return (cube >> 8) * smss / C_DEN * C_NUM >> 24;
}

/* Equation (1) at t us after the epoch's start. */
static uint32_t w_cubic(const struct conn_ctx *ctx, uint64_t t_us, uint32_t smss)
{
    uint32_t top = w_max(ctx);
    uint32_t k = cubic_k(top > ctx->ssthresh ? top - ctx->ssthresh : 0, smss);
    uint64_t t = (t_us << SECOND_SHIFT) / US_PER_SECOND;
    if (t < k) {
        uint64_t below = cubic_term(k - t, smss);
        return below < top ? top - (uint32_t)below : 0;
    }
    return (uint32_t)u64_min(top + cubic_term(t - k, smss), CWND_MAX);
}

static void start_epoch(struct conn_ctx *ctx, uint32_t now_us)
{
    assert(ctx->cwnd > 0);
    uint32_t top = u32_max(w_max(ctx), ctx->cwnd);
    ctx->ssthresh = ctx->cwnd;
    ctx->cc_private_0 = now_us;
    ctx->cc_private_1 = top | EPOCH_RUNS;
    ctx->cc_private_2 = 0;
}

static void end_epoch(struct conn_ctx *ctx, uint32_t top)
{
    ctx->cc_private_0 = 0;
    ctx->cc_private_1 = u32_min(top, CWND_MAX);
    ctx->cc_private_2 = 0;
}

/* Section 4.3: returns the window that Reno would have. Its factor alpha becomes 1 when cwnd_prior is reached again. */
static uint32_t grow_estimate(struct conn_ctx *ctx, uint32_t acked, uint32_t smss)
{
    assert(ctx->cc_private_1 & EPOCH_RUNS);
    assert(ctx->cwnd > 0);
    uint32_t est = ctx->ssthresh + (ctx->cc_private_2 >> EST_SHIFT);
    uint64_t prior = (uint64_t)ctx->ssthresh * BETA_DEN / BETA_NUM;
    uint64_t step = ((uint64_t)acked * smss << EST_SHIFT) / ctx->cwnd;
    if (est < prior)
        step = step * ALPHA_NUM / ALPHA_DEN;
    ctx->cc_private_2 = (uint32_t)u64_min(ctx->cc_private_2 + step, UINT32_MAX);
    return ctx->ssthresh + (ctx->cc_private_2 >> EST_SHIFT);
}

static void cubic_on_established(struct conn_ctx *ctx, uint32_t smss, bool syn_lost)
{
    cc_newreno.on_established(ctx, smss, syn_lost);
    end_epoch(ctx, 0);
}

static void cubic_on_ack(struct conn_ctx *ctx, uint32_t acked, uint32_t smss, uint32_t now_us)
{
    uint32_t cwnd = ctx->cwnd;
    assert(cwnd > 0 && acked > 0);
    if (cwnd < ctx->ssthresh) {
        ctx->cwnd = u32_min(cwnd + cc_slow_start_step(ctx, acked, smss), CWND_MAX);
        return;
    }
    if (!(ctx->cc_private_1 & EPOCH_RUNS))
        start_epoch(ctx, now_us);
    uint32_t t_us = now_us - ctx->cc_private_0;
    uint32_t estimate = grow_estimate(ctx, acked, smss);
    if (w_cubic(ctx, t_us, smss) < estimate) {
        ctx->cwnd = u32_min(u32_max(cwnd, estimate), CWND_MAX); /* Reno-friendly region */
        return;
    }
    /* 4.2, 4.4, 4.5: the target is the value one RTT ahead, limited to between cwnd and one and a half of it. */
    uint32_t target = w_cubic(ctx, (uint64_t)t_us + ctx->srtt / 8, smss);
    target = u32_min(u32_max(target, cwnd), cwnd + cwnd / 2);
    ctx->cwnd = u32_min(cwnd + (uint32_t)((uint64_t)(target - cwnd) * acked / cwnd), CWND_MAX);
}

static uint32_t reduced(uint32_t flight, uint32_t smss)
{
    assert(smss > 0);
    return u32_max((uint32_t)((uint64_t)flight * BETA_NUM / BETA_DEN), 2 * smss); /* 4.6 */
}

static void cubic_on_loss(struct conn_ctx *ctx, uint32_t flight, uint32_t smss)
{
    uint32_t top = ctx->cwnd;
    if (top < w_max(ctx)) /* 4.7, fast convergence */
        top = (uint32_t)((uint64_t)top * FAST_NUM / FAST_DEN);
    end_epoch(ctx, top);
    ctx->ssthresh = reduced(flight, smss);
    ctx->cwnd = ctx->ssthresh;
}

static void cubic_on_timeout(struct conn_ctx *ctx, uint32_t flight, uint32_t smss, bool is_first)
{
    if (is_first)
        ctx->ssthresh = reduced(flight, smss);
    ctx->cwnd = smss;
    /* 4.8: W_max becomes the window at the start of the next epoch, and K becomes zero. */
    end_epoch(ctx, 0);
}

static void cubic_on_dupack(struct conn_ctx *ctx, uint32_t smss)
{
    cc_newreno.on_dupack(ctx, smss);
}

static void cubic_on_partial_ack(struct conn_ctx *ctx, uint32_t acked, uint32_t smss)
{
    cc_newreno.on_partial_ack(ctx, acked, smss);
}

static void cubic_on_recovered(struct conn_ctx *ctx, uint32_t flight, uint32_t smss)
{
    ctx->cwnd = u32_min(ctx->ssthresh, u32_max(flight, smss) + smss);
}

static void cubic_on_idle(struct conn_ctx *ctx, uint32_t smss)
{
    cc_newreno.on_idle(ctx, smss);
    end_epoch(ctx, w_max(ctx)); /* 4.2: t does not include time in which nothing was sent */
}

/* Converts a time of the common clock to an age, and back. */
static void cubic_on_image(struct conn_ctx *ctx, uint32_t now_us)
{
    if (ctx->cc_private_1 & EPOCH_RUNS)
        ctx->cc_private_0 = now_us - ctx->cc_private_0;
}

const struct cc_ops cc_cubic = {
    .name = "cubic",
    .on_established = cubic_on_established,
    .on_ack = cubic_on_ack,
    .on_loss = cubic_on_loss,
    .on_dupack = cubic_on_dupack,
    .on_partial_ack = cubic_on_partial_ack,
    .on_recovered = cubic_on_recovered,
    .on_timeout = cubic_on_timeout,
    .on_idle = cubic_on_idle,
    .on_image = cubic_on_image,
};
