#include "models/tcp/reassembly.h"

#include "models/tcp/seq.h"

#include <assert.h>
#include <string.h>

unsigned reassembly_count(const struct conn_ctx *ctx)
{
    unsigned n = 0;
    while (n < REASSEMBLY_INTERVALS && ctx->ooo[2 * n] != ctx->ooo[2 * n + 1])
        n++;
    return n;
}

/* Removes `count` intervals from index `first`, keeping the array dense. */
static void remove_intervals(struct conn_ctx *ctx, unsigned first, unsigned count, unsigned n)
{
    assert(first + count <= n);
    memmove(&ctx->ooo[2 * first], &ctx->ooo[2 * (first + count)],
            (n - first - count) * 2 * sizeof ctx->ooo[0]);
    memset(&ctx->ooo[2 * (n - count)], 0, count * 2 * sizeof ctx->ooo[0]);
}

enum reassembly_outcome reassembly_insert(struct conn_ctx *ctx, uint32_t start, uint32_t end)
{
    assert(seq_lt(start, end));
    assert(seq_gt(start, ctx->rcv_nxt));
    unsigned n = reassembly_count(ctx);
    unsigned first = 0;
    while (first < n && seq_lt(ctx->ooo[2 * first + 1], start))
        first++;
    unsigned last = first; /* [first, last) touch the new one */
    while (last < n && seq_leq(ctx->ooo[2 * last], end))
        last++;
    if (first == last) {
        if (n == REASSEMBLY_INTERVALS)
            return REASSEMBLY_FULL;
        memmove(&ctx->ooo[2 * (first + 1)], &ctx->ooo[2 * first],
                (n - first) * 2 * sizeof ctx->ooo[0]);
        ctx->ooo[2 * first] = start;
        ctx->ooo[2 * first + 1] = end;
        ctx->ooo_newest = (uint8_t)first;
        return REASSEMBLY_NEW;
    }
    if (seq_geq(start, ctx->ooo[2 * first]) && seq_leq(end, ctx->ooo[2 * first + 1])) {
        ctx->ooo_newest = (uint8_t)first; /* RFC 2018 4: reported first even if known */
        return REASSEMBLY_KNOWN;
    }
    ctx->ooo[2 * first] = seq_min(start, ctx->ooo[2 * first]);
    ctx->ooo[2 * first + 1] = seq_max(end, ctx->ooo[2 * last - 1]);
    remove_intervals(ctx, first + 1, last - first - 1, n);
    ctx->ooo_newest = (uint8_t)first;
    return REASSEMBLY_NEW;
}

void reassembly_advance(struct conn_ctx *ctx)
{
    unsigned n = reassembly_count(ctx);
    unsigned reached = 0;
    while (reached < n && seq_leq(ctx->ooo[2 * reached], ctx->rcv_nxt)) {
        ctx->rcv_nxt = seq_max(ctx->rcv_nxt, ctx->ooo[2 * reached + 1]);
        reached++;
    }
    if (reached == 0)
        return;
    remove_intervals(ctx, 0, reached, n);
    ctx->ooo_newest = (uint8_t)(ctx->ooo_newest >= reached ? ctx->ooo_newest - reached : 0);
}

bool reassembly_is_sane(const struct conn_ctx *ctx)
{
    unsigned n = reassembly_count(ctx);
    uint32_t before = ctx->rcv_nxt;
    for (unsigned i = 0; i < n; i++) {
        if (!seq_gt(ctx->ooo[2 * i], before) || !seq_gt(ctx->ooo[2 * i + 1], ctx->ooo[2 * i]))
            return false;
        before = ctx->ooo[2 * i + 1];
    }
    for (unsigned i = n; i < REASSEMBLY_INTERVALS; i++)
        if (ctx->ooo[2 * i] != ctx->ooo[2 * i + 1])
            return false;
    return ctx->ooo_newest < REASSEMBLY_INTERVALS;
}
