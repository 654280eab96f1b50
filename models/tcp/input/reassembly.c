#include "models/tcp/input/reassembly.h"

#include "models/tcp/seq.h"

#include <assert.h>
#include <string.h>

enum { ORDER_BITS = 2 }; /* bits per index in ctx->ooo_order */

unsigned reassembly_count(const struct conn_ctx *ctx)
{
    unsigned n = 0;
    while (n < REASSEMBLY_INTERVALS && ctx->ooo[2 * n] != ctx->ooo[2 * n + 1])
        n++;
    return n;
}

unsigned reassembly_recent(const struct conn_ctx *ctx, unsigned n)
{
    assert(n < REASSEMBLY_INTERVALS);
    return (ctx->ooo_order >> n * ORDER_BITS) & (REASSEMBLY_INTERVALS - 1u);
}

/* The first sequence numbers of the intervals, in the order in which they are reported. */
struct order {
    unsigned count;
    uint32_t start[REASSEMBLY_INTERVALS + 1];
};

static struct order order_of(const struct conn_ctx *ctx)
{
    struct order order = {.count = reassembly_count(ctx)};
    for (unsigned i = 0; i < order.count; i++)
        order.start[i] = ctx->ooo[2 * reassembly_recent(ctx, i)];
    return order;
}

/* Lists the remaining intervals in the order of `before`. An interval that was joined to another takes the
 * earlier of their two places. */
static void list_again(struct conn_ctx *ctx, const struct order *before)
{
    unsigned listed = 0, count = 0;
    ctx->ooo_order = 0;
    for (unsigned k = 0; k < before->count; k++)
        for (unsigned i = 0; i < reassembly_count(ctx); i++) {
            bool holds = seq_leq(ctx->ooo[2 * i], before->start[k]) &&
                         seq_lt(before->start[k], ctx->ooo[2 * i + 1]);
            if (!holds || (listed & 1u << i))
                continue;
            listed |= 1u << i;
            ctx->ooo_order = (uint8_t)(ctx->ooo_order | i << count++ * ORDER_BITS);
        }
}

/* Lists the interval that contains `seq` first. */
static void list_first(struct conn_ctx *ctx, struct order before, uint32_t seq)
{
    memmove(&before.start[1], &before.start[0], before.count * sizeof before.start[0]);
    before.start[0] = seq;
    before.count++;
    list_again(ctx, &before);
}

/* Removes `count` intervals from index `first` and keeps the array dense. */
static void remove_intervals(struct conn_ctx *ctx, unsigned first, unsigned count, unsigned n)
{
    assert(first + count <= n);
    memmove(&ctx->ooo[2 * first], &ctx->ooo[2 * (first + count)],
            (n - first - count) * 2 * sizeof ctx->ooo[0]);
    memset(&ctx->ooo[2 * (n - count)], 0, count * 2 * sizeof ctx->ooo[0]);
}

static enum reassembly_outcome insert(struct conn_ctx *ctx, uint32_t start, uint32_t end)
{
    unsigned n = reassembly_count(ctx);
    assert(n <= REASSEMBLY_INTERVALS);
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
        return REASSEMBLY_NEW;
    }
    if (seq_geq(start, ctx->ooo[2 * first]) && seq_leq(end, ctx->ooo[2 * first + 1]))
        return REASSEMBLY_KNOWN;
    ctx->ooo[2 * first] = seq_min(start, ctx->ooo[2 * first]);
    ctx->ooo[2 * first + 1] = seq_max(end, ctx->ooo[2 * last - 1]);
    remove_intervals(ctx, first + 1, last - first - 1, n);
    return REASSEMBLY_NEW;
}

enum reassembly_outcome reassembly_insert(struct conn_ctx *ctx, uint32_t start, uint32_t end)
{
    assert(seq_lt(start, end));
    assert(seq_gt(start, ctx->rcv_nxt));
    struct order before = order_of(ctx);
    enum reassembly_outcome outcome = insert(ctx, start, end);
    if (outcome != REASSEMBLY_FULL) /* RFC 2018 4: reported first even if known */
        list_first(ctx, before, start);
    assert(reassembly_is_sane(ctx));
    return outcome;
}

void reassembly_advance(struct conn_ctx *ctx)
{
    struct order before = order_of(ctx);
    unsigned reached = 0;
    while (reached < before.count && seq_leq(ctx->ooo[2 * reached], ctx->rcv_nxt)) {
        ctx->rcv_nxt = seq_max(ctx->rcv_nxt, ctx->ooo[2 * reached + 1]);
        reached++;
    }
    if (reached == 0)
        return;
    remove_intervals(ctx, 0, reached, before.count);
    list_again(ctx, &before);
    assert(reassembly_is_sane(ctx));
}

/* Returns true if the order names each interval once, and no others. */
static bool order_is_sane(const struct conn_ctx *ctx)
{
    unsigned n = reassembly_count(ctx), seen = 0;
    for (unsigned i = 0; i < n; i++)
        seen |= 1u << reassembly_recent(ctx, i);
    return seen == (1u << n) - 1 &&
           (n == REASSEMBLY_INTERVALS || ctx->ooo_order >> n * ORDER_BITS == 0);
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
    return order_is_sane(ctx);
}
