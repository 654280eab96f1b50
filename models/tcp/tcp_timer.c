#include "models/tcp/tcp_timer.h"

#include "models/tcp/tcp_timer_pvt.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"
#include "models/tcp/rto.h"
#include "models/tcp/sack.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_state_pvt.h"

#include <assert.h>
#include <string.h>

/* Longest answer of tcp_deadline_us(): the caller looks again then. */
enum {
    DEADLINE_US_MAX = 1 << 30,
    US_PER_MS = 1000,
    US_PER_100MS = 100000,
    COUNT_MAX = 255,
    MS_PER_S = 1000
};

/* Returns how many microseconds are left of R2 for a connection that has its own value (RFC 9293 MUST-21),
 * after `count` timeouts and while the present one has this back-off. Timeouts double, so both give the
 * time that has passed. */
static uint64_t user_timeout_left(const struct conn_ctx *ctx, unsigned count, unsigned shift,
                                  const struct tcp_params *params)
{
    uint64_t limit = (uint64_t)ctx->user_timeout * US_PER_100MS, passed = 0;
    for (unsigned i = 1; i <= count && passed < limit; i++)
        passed += rto_backed_off(ctx, shift > i ? shift - i : 0, params);
    return passed < limit ? limit - passed : 0;
}

static bool has_user_timeout(const struct conn_ctx *ctx)
{
    return ctx->user_timeout && ctx->tcp_state >= TCP_ESTABLISHED; /* MUST-23: not for SYNs */
}

/* Returns the timeout with this back-off, shortened if R2 ends earlier. */
static uint32_t timeout_us(const struct conn_ctx *ctx, unsigned shift,
                           const struct tcp_params *params)
{
    uint32_t us = rto_backed_off(ctx, shift, params);
    if (!has_user_timeout(ctx))
        return us;
    uint64_t left = user_timeout_left(ctx, ctx->rexmt_count, shift, params);
    return left < us ? u32_max((uint32_t)left, 1) : us;
}

/* Returns true if R2 is reached when the timeout with this back-off has passed without an answer. */
static bool r2_is_reached(const struct conn_ctx *ctx, unsigned shift,
                          const struct tcp_params *params)
{
    if (!has_user_timeout(ctx))
        return ctx->rexmt_count >= params->rexmt_max;
    return user_timeout_left(ctx, ctx->rexmt_count + 1u, shift + 1, params) == 0;
}

/* RFC 9293 3.8.3 (e): at R1 the application is told once. */
static void count_timeout(struct conn_ctx *ctx, const struct tcp_params *params,
                          struct tcp_result *result)
{
    if (ctx->rexmt_count < COUNT_MAX)
        ctx->rexmt_count++;
    if (params->rexmt_notice && ctx->rexmt_count == params->rexmt_notice)
        result->notice = NIC_NOTICE_RETRANSMITTING;
}

void tcp_timer_start_rexmt(struct conn_ctx *ctx, const struct tcp_params *params,
                           struct tcp_now now)
{
    ctx->timers = (uint8_t)((ctx->timers & ~CTX_TIMER_PERSIST) | CTX_TIMER_REXMT);
    ctx->persist_count = 0;
    ctx->rexmt_deadline =
        now.us + timeout_us(ctx, ctx->rto_backoff, params) / (PLANTED(rto_early) ? 4 : 1);
}

void tcp_timer_start_persist(struct conn_ctx *ctx, const struct tcp_params *params,
                             struct tcp_now now)
{
    ctx->timers = (uint8_t)((ctx->timers & ~CTX_TIMER_REXMT) | CTX_TIMER_PERSIST);
    ctx->rexmt_deadline =
        now.us + timeout_us(ctx, ctx->persist_count, params) / (PLANTED(probe_early) ? 8 : 1);
}

void tcp_timer_start_wait(struct conn_ctx *ctx, uint32_t us, struct tcp_now now)
{
    ctx->timers |= CTX_TIMER_WAIT;
    ctx->wait_deadline = now.us + us;
}

static uint32_t keepalive_idle_ms(const struct conn_ctx *ctx, const struct tcp_params *params)
{
    return ctx->keepalive_idle ? ctx->keepalive_idle * (uint32_t)MS_PER_S
                               : params->keepalive_idle_ms;
}

void tcp_timer_restart_keepalive(struct conn_ctx *ctx, const struct tcp_params *params,
                                 struct tcp_now now)
{
    if (!(ctx->flags & CTX_FLAG_KEEPALIVE) || ctx->tcp_state == TCP_TIME_WAIT ||
        ctx->tcp_state == TCP_CLOSED)
        return;
    ctx->keepalive_count = 0;
    ctx->flags &= ~(uint32_t)CTX_FLAG_KEEPALIVE_NOW;
    ctx->timers |= CTX_TIMER_KEEPALIVE;
    ctx->keepalive_deadline = now.ms + keepalive_idle_ms(ctx, params);
}

static uint32_t remaining(uint32_t deadline, uint32_t now)
{
    return seq_gt(deadline, now) ? deadline - now : 0;
}

uint32_t tcp_deadline_us(const struct conn_ctx *ctx, struct tcp_now now)
{
    assert(ctx_is_sane(ctx));
    uint32_t us = UINT32_MAX;
    if (ctx->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST))
        us = remaining(ctx->rexmt_deadline, now.us);
    if (ctx->timers & CTX_TIMER_DELACK)
        us = u32_min(us, remaining(ctx->delack_deadline, now.us));
    if (ctx->timers & CTX_TIMER_WAIT)
        us = u32_min(us, remaining(ctx->wait_deadline, now.us));
    if (ctx->timers & CTX_TIMER_KEEPALIVE) {
        uint64_t keepalive_us = (uint64_t)remaining(ctx->keepalive_deadline, now.ms) * US_PER_MS;
        if (keepalive_us < DEADLINE_US_MAX)
            us = u32_min(us, (uint32_t)keepalive_us);
        else
            us = u32_min(us, DEADLINE_US_MAX);
    }
    return us;
}

static void on_persist(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                       struct tcp_result *result)
{
    /* rexmt_count counts unanswered probes. While the peer answers, the connection stays open (RFC 9293 MUST-37). */
    if (r2_is_reached(ctx, ctx->persist_count, params)) {
        result->send_reset = true;
        tcp_terminate(ctx, NIC_TERM_RTX_EXHAUSTED, result);
        return;
    }
    count_timeout(ctx, params, result);
    if (ctx->persist_count < COUNT_MAX)
        ctx->persist_count++;
    ctx->flags |= CTX_FLAG_PROBE_NOW;
    tcp_timer_start_persist(ctx, params, now);
}

static void on_rexmt_syn(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result)
{
    if (ctx->rexmt_count >= params->syn_rexmt_max) {
        tcp_terminate(ctx, NIC_TERM_HANDSHAKE_TIMEOUT, result);
        return;
    }
    ctx->rexmt_count++;
    rto_on_expiry(ctx);
    ctx->flags = (ctx->flags & ~(uint32_t)CTX_FLAG_RTT_TIMING) | CTX_FLAG_SYN_REXMT;
    ctx->snd_nxt = ctx->snd_una;
    tcp_timer_start_rexmt(ctx, params, now);
}

/* RFC 6298 5.4 to 5.6, RFC 5681 3.1, RFC 6582 3.2 step 4: everything in flight counts as lost. */
static void on_rexmt(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                     struct tcp_result *result)
{
    assert(seq_lt(ctx->snd_una, ctx->snd_max));
    result->timed_out = true;
    if (ctx->tcp_state < TCP_ESTABLISHED) {
        on_rexmt_syn(ctx, params, now, result);
        return;
    }
    if (r2_is_reached(ctx, ctx->rto_backoff, params)) {
        result->send_reset = true;
        tcp_terminate(ctx, NIC_TERM_RTX_EXHAUSTED, result);
        return;
    }
    cc_of(ctx)->on_timeout(ctx, ctx->snd_max - ctx->snd_una, tcp_smss(ctx), ctx->rexmt_count == 0);
    count_timeout(ctx, params, result);
    rto_on_expiry(ctx);
    ctx->recover = ctx->snd_max;
    ctx->recovery = CTX_RECOVERY_RTO;
    ctx->dupacks = ctx->limited_tx = 0;
    ctx->flags &= ~(uint32_t)(CTX_FLAG_RTT_TIMING | CTX_FLAG_REXMT_NOW);
    sack_clear(ctx);
    ctx->snd_nxt = ctx->snd_una;
    if (ctx->snd_wnd > 0) {
        tcp_timer_start_rexmt(ctx, params, now);
        return;
    }
    /* The window was closed over data in flight, so it is probed instead (RFC 9293 3.8.6.1). */
    ctx->persist_count = ctx->rto_backoff;
    ctx->flags |= CTX_FLAG_PROBE_NOW;
    tcp_timer_start_persist(ctx, params, now);
}

static void on_keepalive(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result)
{
    uint8_t probes = ctx->keepalive_probes ? ctx->keepalive_probes : params->keepalive_probes;
    if (ctx->keepalive_count >= probes) {
        result->send_reset = true;
        tcp_terminate(ctx, NIC_TERM_KEEPALIVE, result);
        return;
    }
    ctx->keepalive_deadline =
        now.ms + (ctx->keepalive_interval ? ctx->keepalive_interval * (uint32_t)MS_PER_S
                                          : params->keepalive_interval_ms);
    if (ctx->snd_una != ctx->snd_max)
        return; /* retransmission already checks whether the peer is alive */
    ctx->keepalive_count++;
    ctx->flags |= CTX_FLAG_KEEPALIVE_NOW;
}

void tcp_on_timer(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                  struct tcp_result *result)
{
    assert(ctx_is_sane(ctx));
    memset(result, 0, sizeof *result);
    if ((ctx->timers & CTX_TIMER_DELACK) && seq_geq(now.us, ctx->delack_deadline)) {
        ctx->timers &= (uint8_t)~CTX_TIMER_DELACK;
        ctx->flags |= CTX_FLAG_ACK_NOW;
    }
    if ((ctx->timers & CTX_TIMER_PERSIST) && seq_geq(now.us, ctx->rexmt_deadline))
        on_persist(ctx, params, now, result);
    else if ((ctx->timers & CTX_TIMER_REXMT) && seq_geq(now.us, ctx->rexmt_deadline))
        on_rexmt(ctx, params, now, result);
    if ((ctx->timers & CTX_TIMER_KEEPALIVE) && seq_geq(now.ms, ctx->keepalive_deadline))
        on_keepalive(ctx, params, now, result);
    if ((ctx->timers & CTX_TIMER_WAIT) && seq_geq(now.us, ctx->wait_deadline))
        tcp_close_orderly(ctx, result);
    assert(ctx_is_sane(ctx));
}
