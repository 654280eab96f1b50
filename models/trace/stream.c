#include "models/trace/stream.h"

#include "models/trace/acceptance.h"
#include "models/trace/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum mark { MARK_NONE, MARK_PATTERN, MARK_REAL };

/* Payload of resets is a diagnostic text (RFC 9293 3.5.3), not data. */
static bool carries_data(const struct conv_view *view, size_t i, uint8_t dir)
{
    const struct raw_segment *seg = view->segments[i];
    return seg->dir == dir && !(seg->flags & TCP_RST) && view->at[i] != STREAM_NOWHERE;
}

static int range_compare(const void *a, const void *b)
{
    const struct stream_range *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* How far the payload reaches from offset 0 without a hole. False: out of memory. */
static bool measure(const struct conv_view *view, uint8_t dir, struct stream *out)
{
    struct stream_range *pieces = NULL;
    size_t count = 0, room = 0;
    bool sorted = true;
    for (size_t i = 0; i < view->count; i++) {
        int64_t end = view->at[i] + view->segments[i]->payload_len;
        if (!carries_data(view, i, dir) || !view->segments[i]->payload_len || end <= 0)
            continue;
        struct stream_range *grown = array_grow(pieces, count, &room, sizeof *pieces);
        if (!grown) {
            free(pieces);
            return false;
        }
        pieces = grown;
        uint64_t from = view->at[i] < 0 ? 0 : (uint64_t)view->at[i];
        pieces[count] = (struct stream_range){.from = from, .to = (uint64_t)end};
        sorted = sorted && (count == 0 || pieces[count - 1].from <= from);
        count++;
    }
    if (!sorted)
        qsort(pieces, count, sizeof *pieces, range_compare);
    for (size_t i = 0; i < count && !out->gap; i++) {
        out->gap = pieces[i].from > out->len;
        if (!out->gap && pieces[i].to > out->len)
            out->len = pieces[i].to;
    }
    free(pieces);
    return true;
}

static int64_t acked_most(const struct conv_view *view, uint8_t dir)
{
    int64_t most = 0;
    for (size_t i = 0; i < view->count; i++)
        if (view->segments[i]->dir != dir && view->acked[i] > most)
            most = view->acked[i];
    return most;
}

static int64_t fin_place(const struct conv_view *view, size_t i)
{
    return view->at[i] + view->segments[i]->payload_len;
}

/* A FIN is contradicted when bytes behind it were acknowledged: its receiver never had it. */
static void drop_contradicted_fins(struct conv_view *view, uint8_t dir)
{
    int64_t most = acked_most(view, dir);
    for (size_t i = 0; i < view->count; i++)
        if (carries_data(view, i, dir) && (view->segments[i]->flags & TCP_FIN) &&
            fin_place(view, i) + 1 < most)
            acceptance_ignore(view, i);
}

/* The first FIN counts; what lies behind it cannot be data (RFC 9293 3.10.7.4, eighth). */
static void find_fin(const struct conv_view *view, uint8_t dir, struct stream *out)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct raw_segment *seg = view->segments[i];
        if (!carries_data(view, i, dir) || !(seg->flags & TCP_FIN))
            continue;
        int64_t at = fin_place(view, i);
        if (at < 0)
            continue;
        out->fin_seen = true;
        if ((uint64_t)at > out->len)
            continue;
        out->fin = true;
        out->len = (uint64_t)at;
        out->gap = false;
        out->fin_acked = view->acked[i];
        out->fin_ps = seg->time_ps;
        return;
    }
}

/* Nobody sends behind its own FIN, nor a second one elsewhere. */
static void drop_behind_fin(struct conv_view *view, uint8_t dir, const struct stream *stream)
{
    for (size_t i = 0; stream->fin && i < view->count; i++) {
        if (!carries_data(view, i, dir))
            continue;
        const struct raw_segment *seg = view->segments[i];
        int64_t end = fin_place(view, i), fin = (int64_t)stream->len;
        if ((seg->payload_len && end > fin) || ((seg->flags & TCP_FIN) && end != fin))
            acceptance_ignore(view, i);
    }
}

struct assembly {
    struct stream *out;
    uint8_t *mark; /* enum mark per byte */
    struct stream_range *ranges;
    size_t count, room;
    int64_t acked;         /* of the segment now added, */
    uint64_t time_ps;      /* and when it was captured */
    int64_t acked_by_peer; /* so far */
    uint64_t top;          /* nothing was written from here on */
};

static bool range_add(struct assembly *work, uint64_t from, uint64_t to)
{
    struct stream_range *last = work->count ? &work->ranges[work->count - 1] : NULL;
    if (last && last->to == from && last->acked == work->acked && last->time_ps == work->time_ps) {
        last->to = to;
        return true;
    }
    struct stream_range *grown =
        array_grow(work->ranges, work->count, &work->room, sizeof *work->ranges);
    if (!grown)
        return false;
    work->ranges = grown;
    work->ranges[work->count++] = (struct stream_range){from, to, work->acked, work->time_ps};
    return true;
}

/* Writes bytes over less certain ones and records which of them are new. What was acknowledged before
 * is old: its receiver does not look at it again. */
static bool write_bytes(struct assembly *work, uint64_t from, const uint8_t *bytes, uint64_t len,
                        enum mark mark, bool may_conflict)
{
    uint64_t fresh_from = UINT64_MAX;
    uint64_t old_until = (uint64_t)work->acked_by_peer;
    if (from >= work->top && len) { /* the usual case: all of it is new */
        memcpy(work->out->bytes + from, bytes, len);
        memset(work->mark + from, mark, len);
        work->top = from + len;
        return range_add(work, from, from + len);
    }
    work->top = from + len > work->top ? from + len : work->top;
    for (uint64_t i = 0; i < len; i++) {
        uint64_t at = from + i;
        enum mark old = work->mark[at];
        if (old == MARK_REAL && mark == MARK_REAL && may_conflict && at >= old_until &&
            work->out->bytes[at] != bytes[i])
            work->out->conflict = true;
        if (old < mark) {
            work->out->bytes[at] = bytes[i];
            work->mark[at] = (uint8_t)mark;
        }
        if (old == MARK_NONE && fresh_from == UINT64_MAX)
            fresh_from = at;
        if (old != MARK_NONE && fresh_from != UINT64_MAX) {
            if (!range_add(work, fresh_from, at))
                return false;
            fresh_from = UINT64_MAX;
        }
    }
    return fresh_from == UINT64_MAX || range_add(work, fresh_from, from + len);
}

/* A keepalive probe repeats the last acknowledged byte with whatever value (RFC 9293 3.8.4). */
static bool is_keepalive(const struct assembly *work, const struct raw_segment *seg, int64_t at)
{
    return seg->payload_len == 1 && at == work->acked_by_peer - 1;
}

static bool add_segment(struct assembly *work, const struct raw_segment *seg, int64_t at)
{
    int64_t len = (int64_t)work->out->len;
    int64_t end = at + seg->payload_len;
    int64_t real_end = at + seg->payload_captured;
    if (at >= len || end <= 0)
        return true;
    int64_t from = at < 0 ? 0 : at;
    int64_t to = end > len ? len : end;
    int64_t split = real_end > to ? to : real_end < from ? from : real_end;
    bool may_conflict = !is_keepalive(work, seg, at);
    if (split < to)
        work->out->cut = true;
    return write_bytes(work, (uint64_t)from, seg->payload + (from - at), (uint64_t)(split - from),
                       MARK_REAL, may_conflict) &&
           write_bytes(work, (uint64_t)split, seg->payload + (split - at), (uint64_t)(to - split),
                       MARK_PATTERN, false);
}

/* What a cut segment lacks may be known from another one that overlaps it. */
static void patch_cut(const struct conv_view *view, uint8_t dir, const struct stream *out)
{
    for (size_t i = 0; i < view->count; i++) {
        struct raw_segment *seg = view->segments[i];
        if (!carries_data(view, i, dir))
            continue;
        for (uint32_t k = seg->payload_captured; k < seg->payload_len; k++) {
            int64_t at = view->at[i] + k;
            if (at >= 0 && (uint64_t)at < out->len)
                seg->payload[k] = out->bytes[at];
        }
    }
}

/* Orders the ranges. A byte was ready no later than any byte behind it, so a range that was first
 * captured as a retransmission takes the smaller claim and time of its successors: both then rise
 * along the stream, as they do by themselves where nothing was lost before the point of capture. */
static bool settle_ranges(struct arena *arena, struct assembly *work)
{
    struct stream *out = work->out;
    if (work->count > 1)
        qsort(work->ranges, work->count, sizeof *work->ranges, range_compare);
    int64_t least = out->fin ? out->fin_acked : INT64_MAX;
    if (out->fin && least < 0)
        least = INT64_MAX; /* a FIN without ACK claims nothing */
    uint64_t earliest_ps = out->fin ? out->fin_ps : UINT64_MAX;
    for (size_t i = work->count; i > 0; i--) {
        struct stream_range *range = &work->ranges[i - 1];
        if (range->acked < 0)
            range->acked = 0;
        if (range->acked > least)
            range->acked = least;
        least = range->acked;
        if (range->time_ps > earliest_ps)
            range->time_ps = earliest_ps;
        earliest_ps = range->time_ps;
    }
    out->ranges = arena_alloc(arena, work->count * sizeof *out->ranges);
    if (!out->ranges)
        return false;
    if (work->count)
        memcpy(out->ranges, work->ranges, work->count * sizeof *out->ranges);
    out->range_count = work->count;
    return true;
}

static bool assemble(struct arena *arena, const struct conv_view *view, uint8_t dir,
                     struct assembly *work)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct raw_segment *seg = view->segments[i];
        if (seg->dir != dir && view->acked[i] > work->acked_by_peer)
            work->acked_by_peer = view->acked[i];
        work->acked = view->acked[i];
        work->time_ps = seg->time_ps;
        if (carries_data(view, i, dir) && seg->payload_len && !add_segment(work, seg, view->at[i]))
            return false;
    }
    work->out->acked = (uint64_t)work->acked_by_peer;
    if (work->out->cut)
        patch_cut(view, dir, work->out);
    return settle_ranges(arena, work);
}

bool stream_assemble(struct arena *arena, struct conv_view *view, uint8_t dir, struct stream *out)
{
    *out = (struct stream){.fin_acked = -1};
    drop_contradicted_fins(view, dir);
    if (!measure(view, dir, out))
        return false;
    find_fin(view, dir, out);
    drop_behind_fin(view, dir, out);
    struct assembly work = {.out = out};
    out->bytes = arena_alloc(arena, out->len);
    work.mark = calloc(out->len ? out->len : 1, 1);
    bool ok = out->bytes && work.mark && assemble(arena, view, dir, &work);
    free(work.mark);
    free(work.ranges);
    return ok;
}
