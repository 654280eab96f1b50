#include "models/tcp/cc/cc.h"

#include "models/base/units.h"

#include <assert.h>

const struct cc_ops *cc_of(const struct conn_ctx *ctx)
{
    static const struct cc_ops *const algorithms[CC_ALG_COUNT] = {
        [CC_NEWRENO] = &cc_newreno, [CC_CUBIC] = &cc_cubic};
    assert(ctx->cc_alg < CC_ALG_COUNT);
    return algorithms[ctx->cc_alg];
}

uint32_t cc_slow_start_step(const struct conn_ctx *ctx, uint32_t acked, uint32_t smss)
{
    assert(smss > 0);
    return u32_min(acked, ctx->recovery == CTX_RECOVERY_RTO ? smss : 2 * smss);
}
