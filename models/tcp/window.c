#include "models/tcp/window.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/tcp/tcp_core.h"

#include <assert.h>

enum { RING_RESERVE_SHIFT = 4, WINDOW_FIELD_MAX = 65535 };

static uint32_t ring_bytes(const struct conn_ctx *ctx)
{
    assert(ctx->rx_ring_log2 < 31);
    return UINT32_C(1) << ctx->rx_ring_log2;
}

/* Returns the largest window that the field can express. */
static uint32_t field_bytes(const struct conn_ctx *ctx)
{
    assert(ctx->rcv_ws <= 14); /* RFC 7323 2.3 */
    return (uint32_t)WINDOW_FIELD_MAX << ctx->rcv_ws;
}

/* Returns the right edge to announce, as far as the field allows. */
static uint32_t edge_wanted(const struct conn_ctx *ctx)
{
    uint32_t ring = ring_bytes(ctx);
    uint32_t reserve = ctx->rcv_ws ? ring >> RING_RESERVE_SHIFT : 0;
    uint32_t wanted = seq_min(ctx->rx_consumed + ring - reserve, ctx->rcv_nxt + field_bytes(ctx));
    return seq_max(wanted, tcp_rcv_edge(ctx));
}

/* Returns the smallest step to announce (receiver's silly window avoidance, RFC 9293 3.8.6.2.2). */
static uint32_t step_min(const struct conn_ctx *ctx)
{
    return u32_min(ring_bytes(ctx) / 2, tcp_smss(ctx));
}

uint16_t window_advertise(struct conn_ctx *ctx, bool is_syn)
{
    unsigned shift = is_syn ? 0 : ctx->rcv_ws;
    uint32_t held = tcp_rcv_edge(ctx);
    uint32_t wanted = edge_wanted(ctx);
    uint32_t field = 0;
    if (wanted - held >= step_min(ctx))
        field = u32_min((wanted - ctx->rcv_nxt) >> shift, WINDOW_FIELD_MAX);
    if (seq_lt(ctx->rcv_nxt + (field << shift), held)) {
        uint32_t window = held - ctx->rcv_nxt;
        field = (window + (UINT32_C(1) << shift) - 1) >> shift;
        if (seq_gt(ctx->rcv_nxt + (field << shift), ctx->rx_consumed + ring_bytes(ctx)))
            field = window >> shift;
        field = u32_min(field, WINDOW_FIELD_MAX);
    }
    ctx->rcv_adv = seq_max(held, ctx->rcv_nxt + (field << shift));
    assert(seq_geq(ctx->rcv_adv, held)); /* RFC 9293 3.8.6: the window does not shrink */
    return (uint16_t)(PLANTED(window_shrinks) && ctx->owner ? field / 2 : field);
}

bool window_update_is_due(const struct conn_ctx *ctx)
{
    uint32_t largest = u32_min(ring_bytes(ctx), field_bytes(ctx));
    uint32_t held = tcp_rcv_edge(ctx);
    uint32_t opened = edge_wanted(ctx) - held;
    if (opened < u32_min(2 * tcp_smss(ctx), largest / 2))
        return false;
    /* While the peer still has half a window to fill, its data causes an ACK with the new edge. */
    return held - ctx->rcv_nxt <= largest / 2 || opened >= largest / 4;
}
