#include "models/tcp/tcp_reset.h"

#include "models/tcp/tcp_reset_pvt.h"

#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_options.h"
#include "models/tcp/tcp_state_pvt.h"

#include <assert.h>
#include <string.h>

/* Mixes all bits (the finalizer of MurmurHash3). */
static uint32_t mix(uint32_t x)
{
    x = (x ^ x >> 16) * UINT32_C(0x85ebca6b);
    x = (x ^ x >> 13) * UINT32_C(0xc2b2ae35);
    return x ^ x >> 16;
}

static bool place_allows(struct tcp_challenges *all, struct tcp_now now)
{
    if (!all || all->rate == 0)
        return true;
    uint32_t second = now.ms / 1000 + 1; /* 0: none yet */
    if (all->second != second) {
        all->second = second;
        all->left = all->rate - all->rate / 2 + mix(all->key + second) % all->rate;
    }
    if (all->left == 0) {
        all->refused++;
        return false;
    }
    all->left--;
    return true;
}

void tcp_challenge(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now)
{
    uint16_t tick = (uint16_t)(now.ms >> 6);
    uint32_t period = params->challenge_period_us / 64000;
    if (ctx->challenge_count == 0 || (uint16_t)(tick - ctx->challenge_start) > period) {
        ctx->challenge_start = tick;
        ctx->challenge_count = 0;
    }
    if (ctx->challenge_count >= params->challenge_max || !place_allows(params->challenges, now))
        return;
    ctx->challenge_count++;
    assert(ctx->challenge_count <= params->challenge_max);
    ctx->flags |= CTX_FLAG_ACK_NOW;
}

void tcp_reset_receive(struct conn_ctx *ctx, const struct tcp_segment *seg,
                       const struct tcp_params *params, struct tcp_now now,
                       struct tcp_result *result)
{
    /* RFC 5961 3.2: only the exact next sequence number resets; others in the window are challenged. */
    if (seg->seq != ctx->rcv_nxt) {
        bool in_window = seq_gt(seg->seq, ctx->rcv_nxt) && seq_lt(seg->seq, tcp_rcv_edge(ctx));
        if (in_window)
            tcp_challenge(ctx, params, now);
        tcp_drop(result, in_window ? DROP_TCP_CHALLENGED : DROP_TCP_OUT_OF_WINDOW);
        return;
    }
    /* Both directions are already finished, so no data is lost. */
    if (ctx->tcp_state == TCP_CLOSING || ctx->tcp_state == TCP_LAST_ACK)
        tcp_close_orderly(ctx, result);
    else
        tcp_terminate(ctx, NIC_TERM_REMOTE_RESET, result);
}

void tcp_build_reset(const struct conn_ctx *ctx, struct tcp_now now, struct tcp_tx *tx)
{
    memset(tx, 0, sizeof *tx);
    tx->seq = ctx->snd_nxt;
    tx->ack = ctx->rcv_nxt;
    tx->flags = TCP_RST | TCP_ACK;
    /* RFC 7323 3.2: timestamps SHOULD be present. */
    tcp_options_write(ctx, TCP_OPTIONS_RESET, now, tx);
}

bool tcp_build_reset_to(const struct conn_ctx *ctx, const struct tcp_segment *seg,
                        struct tcp_now now, struct tcp_tx *tx)
{
    if (!tcp_build_reset_for(seg, tx))
        return false;
    tcp_options_write(ctx, TCP_OPTIONS_RESET, now, tx);
    return true;
}

bool tcp_build_reset_for(const struct tcp_segment *seg, struct tcp_tx *tx)
{
    if (seg->flags & TCP_RST)
        return false;
    memset(tx, 0, sizeof *tx);
    if (seg->flags & TCP_ACK) {
        tx->seq = seg->ack;
        tx->flags = TCP_RST;
    } else {
        tx->ack = seg->seq + tcp_segment_len(seg);
        tx->flags = TCP_RST | TCP_ACK;
    }
    return true;
}
