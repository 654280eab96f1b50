#include "models/tcp/rto.h"

#include "models/base/planted.h"
#include "models/base/units.h"

#include <assert.h>

enum { BACKOFF_MAX = 16, GRANULARITY_US = 1, SAMPLE_US_MAX = 1 << 26 };

void rto_init(struct conn_ctx *ctx, const struct tcp_params *params)
{
    assert(params->rto_min_us <= params->rto_max_us);
    ctx->srtt = 0;
    ctx->rttvar = 0;
    ctx->rto = params->rto_initial_us;
    ctx->rto_backoff = 0;
}

void rto_on_sample(struct conn_ctx *ctx, uint32_t rtt_us, const struct tcp_params *params)
{
    uint32_t rtt = u32_min(u32_max(rtt_us, GRANULARITY_US), SAMPLE_US_MAX);
    if (ctx->srtt == 0) {
        ctx->srtt = rtt * 8;
        ctx->rttvar = rtt * 2; /* 4 * rtt / 2 */
    } else {
        uint32_t srtt = ctx->srtt / 8;
        uint32_t error = rtt > srtt ? rtt - srtt : srtt - rtt;
        ctx->rttvar = ctx->rttvar - ctx->rttvar / 4 + error; /* beta = 1/4 */
        ctx->srtt = u32_max(ctx->srtt - srtt + rtt, 1);      /* alpha = 1/8 */
    }
    uint32_t rto = ctx->srtt / 8 + u32_max(GRANULARITY_US, ctx->rttvar);
    ctx->rto = u32_min(PLANTED(rto_too_small) ? rto : u32_max(rto, params->rto_min_us),
                       params->rto_max_us);
    assert(ctx->srtt > 0); /* 0 means: no sample yet */
    assert(ctx->rto <= params->rto_max_us);
    ctx->rto_backoff = 0;
}

void rto_on_expiry(struct conn_ctx *ctx)
{
    assert(ctx->rto_backoff <= BACKOFF_MAX);
    if (ctx->rto_backoff < BACKOFF_MAX)
        ctx->rto_backoff++;
}

uint32_t rto_backed_off(const struct conn_ctx *ctx, unsigned shift, const struct tcp_params *params)
{
    assert(ctx->rto > 0);
    uint64_t us = (uint64_t)ctx->rto << (shift < BACKOFF_MAX ? shift : BACKOFF_MAX);
    return us < params->rto_max_us ? (uint32_t)us : params->rto_max_us;
}
