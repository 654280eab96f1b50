#include "models/tcp/sack.h"

#include "models/base/units.h"
#include "models/tcp/seq.h"

#include <assert.h>
#include <string.h>

unsigned sack_count(const struct conn_ctx *ctx)
{
    unsigned n = 0;
    while (n < SACK_INTERVALS && ctx->sacked[2 * n] != ctx->sacked[2 * n + 1])
        n++;
    return n;
}

static uint32_t start_of(const struct conn_ctx *ctx, unsigned i)
{
    assert(i < SACK_INTERVALS);
    return ctx->sacked[2 * i];
}

static uint32_t end_of(const struct conn_ctx *ctx, unsigned i)
{
    assert(i < SACK_INTERVALS);
    return ctx->sacked[2 * i + 1];
}

/* The four intervals and the new one, before the smallest is dropped. */
struct board {
    unsigned count;
    struct sack_range range[SACK_INTERVALS + 1];
};

static void forget_smallest(struct board *board)
{
    unsigned victim = 0;
    for (unsigned i = 1; i < board->count; i++)
        if (board->range[i].end - board->range[i].start <=
            board->range[victim].end - board->range[victim].start)
            victim = i;
    board->count--;
    memmove(&board->range[victim], &board->range[victim + 1],
            (board->count - victim) * sizeof board->range[0]);
}

static void store(struct conn_ctx *ctx, const struct board *board)
{
    assert(board->count <= SACK_INTERVALS);
    memset(ctx->sacked, 0, sizeof ctx->sacked);
    for (unsigned i = 0; i < board->count; i++) {
        ctx->sacked[2 * i] = board->range[i].start;
        ctx->sacked[2 * i + 1] = board->range[i].end;
    }
}

/* Joins [start, end) with the intervals that it touches. Returns true if some of it is new. */
static bool insert(struct conn_ctx *ctx, uint32_t start, uint32_t end)
{
    struct board board = {0};
    struct sack_range fresh = {start, end};
    bool placed = false;
    unsigned n = sack_count(ctx);
    for (unsigned i = 0; i < n; i++) {
        struct sack_range old = {start_of(ctx, i), end_of(ctx, i)};
        if (seq_leq(old.start, start) && seq_geq(old.end, end))
            return false;
        if (seq_lt(old.end, fresh.start)) {
            board.range[board.count++] = old;
        } else if (seq_gt(old.start, fresh.end)) {
            if (!placed)
                board.range[board.count++] = fresh;
            placed = true;
            board.range[board.count++] = old;
        } else {
            fresh.start = seq_min(fresh.start, old.start);
            fresh.end = seq_max(fresh.end, old.end);
        }
    }
    if (!placed)
        board.range[board.count++] = fresh;
    if (board.count > SACK_INTERVALS)
        forget_smallest(&board);
    store(ctx, &board);
    return true;
}

bool sack_take(struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    bool is_news = false;
    if (!(seg->options & TCP_HAS_SACK))
        return false;
    uint32_t una = seq_max(ctx->snd_una, seg->ack);
    for (unsigned i = 0; i < seg->sack_count; i++) {
        uint32_t start = seg->sack[i][0];
        uint32_t end = seg->sack[i][1];
        /* The block is outside the data in flight, or reversed: a D-SACK, an old report or an invalid one. */
        if (seq_leq(start, una) || seq_gt(end, ctx->snd_max) || seq_geq(start, end))
            continue;
        is_news |= insert(ctx, start, end);
    }
    return is_news;
}

void sack_advance(struct conn_ctx *ctx)
{
    struct board board = {0};
    unsigned n = sack_count(ctx);
    if (n == 0)
        return;
    for (unsigned i = 0; i < n; i++) {
        /* An interval that begins at snd_una contradicts the ACK: the peer has reneged. */
        if (seq_gt(start_of(ctx, i), ctx->snd_una))
            board.range[board.count++] = (struct sack_range){start_of(ctx, i), end_of(ctx, i)};
    }
    store(ctx, &board);
}

void sack_clear(struct conn_ctx *ctx) { memset(ctx->sacked, 0, sizeof ctx->sacked); }

/* Returns true if the hole below interval i is lost (RFC 6675 4): DupThresh reported sequences lie above
 * it, or more than (DupThresh - 1) * SMSS reported bytes. */
static bool is_lost_below(const struct conn_ctx *ctx, unsigned i, uint32_t smss, unsigned threshold)
{
    unsigned n = sack_count(ctx);
    uint32_t bytes = 0;
    for (unsigned k = i; k < n; k++)
        bytes += end_of(ctx, k) - start_of(ctx, k);
    return n - i >= threshold || bytes > (threshold - 1) * smss;
}

bool sack_first_is_lost(const struct conn_ctx *ctx, uint32_t smss, unsigned threshold)
{
    return !sack_is_empty(ctx) && is_lost_below(ctx, 0, smss, threshold);
}

/* RFC 6675 5 step (3.1): HighRxt counts only during recovery. */
static uint32_t high_rxt(const struct conn_ctx *ctx)
{
    return ctx->recovery == CTX_RECOVERY_FAST ? seq_max(ctx->high_rxt, ctx->snd_una) : ctx->snd_una;
}

static uint32_t bytes_below(uint32_t start, uint32_t end, uint32_t limit)
{
    return seq_gt(limit, start) ? seq_min(limit, end) - start : 0;
}

uint32_t sack_pipe(const struct conn_ctx *ctx, uint32_t smss, unsigned threshold)
{
    unsigned n = sack_count(ctx);
    uint32_t rxt = high_rxt(ctx);
    uint32_t from = ctx->snd_una;
    uint32_t pipe = 0;
    for (unsigned i = 0; i < n; i++) {
        pipe += bytes_below(from, start_of(ctx, i), rxt);
        if (!is_lost_below(ctx, i, smss, threshold))
            pipe += start_of(ctx, i) - from;
        from = end_of(ctx, i);
    }
    return pipe + bytes_below(from, ctx->snd_max, rxt) + (ctx->snd_max - from);
}

uint32_t sack_bytes_below(const struct conn_ctx *ctx, uint32_t seq)
{
    uint32_t bytes = 0;
    for (unsigned i = 0; i < sack_count(ctx); i++)
        bytes += bytes_below(start_of(ctx, i), end_of(ctx, i), seq);
    return bytes;
}

bool sack_next_hole(const struct conn_ctx *ctx, uint32_t from, bool must_be_lost, uint32_t smss,
                    unsigned threshold, struct sack_range *hole)
{
    uint32_t start = ctx->snd_una;
    for (unsigned i = 0; i < sack_count(ctx); i++) {
        uint32_t at = seq_max(start, from);
        if (seq_lt(at, start_of(ctx, i)) &&
            (!must_be_lost || is_lost_below(ctx, i, smss, threshold))) {
            *hole = (struct sack_range){at, start_of(ctx, i)};
            return true;
        }
        start = end_of(ctx, i);
    }
    return false;
}

struct sack_range sack_gap_from(const struct conn_ctx *ctx, uint32_t from)
{
    struct sack_range gap = {from, ctx->snd_max};
    for (unsigned i = 0; i < sack_count(ctx); i++) {
        if (seq_gt(start_of(ctx, i), gap.start)) {
            gap.end = start_of(ctx, i);
            break;
        }
        gap.start = seq_max(gap.start, end_of(ctx, i));
    }
    return gap;
}

struct sack_range sack_last_gap(const struct conn_ctx *ctx)
{
    struct sack_range gap = {ctx->snd_una, ctx->snd_max};
    for (unsigned i = sack_count(ctx); i-- > 0;) {
        if (end_of(ctx, i) != gap.end) {
            gap.start = end_of(ctx, i);
            break;
        }
        gap.end = start_of(ctx, i);
    }
    return gap;
}

bool sack_is_sane(const struct conn_ctx *ctx)
{
    unsigned n = sack_count(ctx);
    uint32_t before = ctx->snd_una;
    for (unsigned i = 0; i < n; i++) {
        if (!seq_gt(start_of(ctx, i), before) || !seq_gt(end_of(ctx, i), start_of(ctx, i)))
            return false;
        before = end_of(ctx, i);
    }
    for (unsigned i = n; i < SACK_INTERVALS; i++)
        if (start_of(ctx, i) != end_of(ctx, i))
            return false;
    return seq_leq(before, ctx->snd_max);
}
