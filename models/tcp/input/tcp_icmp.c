/*
 * ICMP errors about a connection (RFC 9293 3.9.2.2), as far as the connection has to judge them. They are
 * believed only if they quote data in flight (RFC 5927 4.1). A hard error ends a connection that is being
 * opened; later it is only reported to the application, like a soft one, because any host on the path could
 * forge it (RFC 5461 2, RFC 5927 5.2). "Packet too big" lowers the MSS; everything in flight is resent in
 * segments that fit, without a reduction of cwnd (RFC 1191 6.5, 6.6).
 */
#include "models/tcp/input/tcp_icmp.h"

#include "models/base/units.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_state_pvt.h"

#include <assert.h>
#include <string.h>

enum { HEADERS_V4 = 40, HEADERS_V6 = 60, MTU_MIN_V6 = 1280 };

/* RFC 1191 7.1: returns the next smaller plateau, for routers that report no MTU. */
static uint32_t plateau_below(uint32_t mtu)
{
    static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};
    for (size_t i = 0; i < sizeof plateaus / sizeof *plateaus; i++)
        if (plateaus[i] < mtu)
            return plateaus[i];
    return 68;
}

static uint32_t mss_of_path(const struct conn_ctx *ctx, uint32_t mtu)
{
    if (ctx->ip_version == 6)
        return u32_max(mtu, MTU_MIN_V6) - HEADERS_V6; /* RFC 8201 4 */
    if (mtu == 0)
        mtu = plateau_below(ctx->mss + (uint32_t)HEADERS_V4);
    return u32_max(mtu, TCP_MSS_MIN + HEADERS_V4) - HEADERS_V4;
}

static void send_again(struct conn_ctx *ctx)
{
    assert(ctx->tcp_state >= TCP_ESTABLISHED);
    ctx->recovery = CTX_RECOVERY_RTO;
    ctx->recover = ctx->snd_max;
    ctx->snd_nxt = ctx->snd_una;
    ctx->dupacks = ctx->limited_tx = 0;
    ctx->flags &= ~(uint32_t)(CTX_FLAG_RTT_TIMING | CTX_FLAG_REXMT_NOW);
}

static void on_too_big(struct conn_ctx *ctx, uint32_t mtu, struct tcp_result *result)
{
    uint32_t mss = mss_of_path(ctx, mtu);
    if (ctx->tcp_state < TCP_ESTABLISHED || mss >= ctx->mss) {
        tcp_drop(result, DROP_ICMP_STALE); /* this message never raises the MSS */
        return;
    }
    assert(mss >= TCP_MSS_MIN);
    ctx->mss = (uint16_t)mss;
    ctx->cwnd = u32_max(ctx->cwnd, tcp_smss(ctx));
    send_again(ctx);
    result->notice = NIC_NOTICE_PATH_MTU;
}

void tcp_on_icmp(struct conn_ctx *ctx, const struct tcp_icmp *icmp, struct tcp_result *result)
{
    assert(ctx_is_sane(ctx));
    memset(result, 0, sizeof *result);
    result->verdict = NIC_VERDICT_APPLIED;
    bool is_alive = ctx->tcp_state >= TCP_SYN_SENT && ctx->tcp_state != TCP_TIME_WAIT;
    if (!is_alive || seq_lt(icmp->seq, ctx->snd_una) || seq_geq(icmp->seq, ctx->snd_max)) {
        tcp_drop(result, DROP_ICMP_STALE);
        return;
    }
    if (icmp->notice == NIC_NOTICE_PATH_MTU)
        on_too_big(ctx, icmp->mtu, result);
    else if (icmp->is_hard && ctx->tcp_state < TCP_ESTABLISHED)
        tcp_terminate(ctx,
                      icmp->notice == NIC_NOTICE_PORT_UNREACHABLE ? NIC_TERM_PORT_UNREACHABLE
                                                                  : NIC_TERM_UNREACHABLE,
                      result);
    else
        result->notice = icmp->notice;
    assert(ctx_is_sane(ctx));
}
