#include "models/tcp/rebuild/tcp_restore.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_state.h"

#include <assert.h>

/* The peer has to learn of urgent data again, and the application still has to read the peer's. */
static void restore_urgent(struct conn_ctx *ctx, const struct conn_ctx *saved)
{
    if ((saved->flags & CTX_FLAG_SND_URGENT) && seq_lt(ctx->snd_una, saved->snd_up)) {
        ctx->flags |= CTX_FLAG_SND_URGENT;
        ctx->snd_up = saved->snd_up;
    }
    if ((saved->flags & CTX_FLAG_URGENT) && seq_lt(ctx->rx_consumed, saved->rcv_up)) {
        ctx->flags |= CTX_FLAG_URGENT;
        ctx->rcv_up = saved->rcv_up;
    }
}

static void restore_congestion(struct conn_ctx *ctx, const struct conn_ctx *saved)
{
    uint32_t smss = tcp_smss(ctx);
    ctx->cwnd = u32_max(saved->cwnd, smss);
    ctx->ssthresh = saved->ssthresh;
    ctx->cc_private_1 = saved->cc_private_1;
    ctx->cc_private_2 = saved->cc_private_2;
    cc_of(ctx)->on_idle(ctx, smss);
}

void tcp_restore(struct conn_ctx *ctx, const struct conn_ctx *saved, unsigned lines)
{
    assert(ctx_is_sane(ctx));
    if (PLANTED(checkpoint_older_than_ack)) {
        ctx->rcv_nxt = ctx->last_ack_sent = saved->rcv_nxt;
        ctx->snd_una = ctx->snd_nxt = saved->snd_una;
    }
    if (ctx->tcp_state < TCP_ESTABLISHED || saved->tcp_state < TCP_ESTABLISHED)
        return; /* an opening connection has nothing to keep */
    ctx->max_snd_wnd = u32_max(ctx->max_snd_wnd, saved->max_snd_wnd);
    if (lines >= 2) {
        restore_urgent(ctx, saved);
        restore_congestion(ctx, saved);
    }
    if (lines >= 3 && saved->srtt != 0) {
        ctx->srtt = saved->srtt;
        ctx->rttvar = saved->rttvar;
        ctx->rto = saved->rto;
    }
    assert(ctx_is_sane(ctx));
}
