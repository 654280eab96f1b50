#include "models/tcp/tcp_ecn.h"

#include "models/base/units.h"
#include "models/tcp/cc/cc.h"
#include "models/tcp/tcp_core.h"

enum { ECN_ECT_0 = 2, ECN_CE = 3 };

bool tcp_ecn_is_signalled(const struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    return (ctx->features & CTX_FEATURE_ECN) &&
           ((seg->flags & (TCP_ECE | TCP_CWR)) || seg->ecn == ECN_CE);
}

/* 6.1.1: an ECN-setup SYN has both flags, an ECN-setup SYN-ACK only ECE. */
void tcp_ecn_negotiate(struct conn_ctx *ctx, const struct tcp_segment *syn)
{
    uint16_t flags = syn->flags & (TCP_ECE | TCP_CWR);
    uint16_t setup = (syn->flags & TCP_ACK) ? TCP_ECE : TCP_ECE | TCP_CWR;
    if ((ctx->offered & CTX_FEATURE_ECN) && flags == setup)
        ctx->features |= CTX_FEATURE_ECN;
}

uint16_t tcp_ecn_syn_flags(const struct conn_ctx *ctx, bool is_syn_ack)
{
    if (is_syn_ack)
        return (ctx->features & CTX_FEATURE_ECN) ? TCP_ECE : 0;
    /* 6.1.1.1: if a SYN was lost, the path may drop SYNs with these flags. */
    bool asks = (ctx->offered & CTX_FEATURE_ECN) && !(ctx->flags & CTX_FLAG_SYN_REXMT);
    return asks ? TCP_ECE | TCP_CWR : 0;
}

static void respond(struct conn_ctx *ctx)
{
    if (ctx->recovery != CTX_RECOVERY_NONE || (ctx->flags & CTX_FLAG_ECN_CUT) ||
        ctx->snd_una == ctx->snd_max)
        return;
    cc_of(ctx)->on_loss(ctx, ctx->snd_max - ctx->snd_una, tcp_smss(ctx));
    ctx->high_rxt = ctx->snd_max;
    ctx->flags |= CTX_FLAG_ECN_CUT | CTX_FLAG_CWR_OWED;
}

void tcp_ecn_receive(struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    if (!tcp_ecn_is_signalled(ctx, seg))
        return;
    if (seg->flags & TCP_CWR)
        ctx->flags &= ~(uint32_t)CTX_FLAG_ECE_OWED;
    if (seg->ecn == ECN_CE)
        ctx->flags |= CTX_FLAG_ECE_OWED;
    if (seg->flags & TCP_ECE)
        respond(ctx);
}

void tcp_ecn_mark(struct conn_ctx *ctx, bool is_new_data, struct tcp_tx *tx)
{
    if (!(ctx->features & CTX_FEATURE_ECN))
        return;
    if (ctx->flags & CTX_FLAG_ECE_OWED)
        tx->flags |= TCP_ECE;
    if (!is_new_data)
        return;
    tx->ecn = ECN_ECT_0;
    if (ctx->flags & CTX_FLAG_CWR_OWED)
        tx->flags |= TCP_CWR;
    ctx->flags &= ~(uint32_t)CTX_FLAG_CWR_OWED;
}
