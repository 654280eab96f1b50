#include "models/trace/stream.h"

#include "models/trace/acceptance.h"
#include "models/trace/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

/* A part of the stream that nothing has carried so far, though something behind it was. */
struct hole {
    uint64_t from, to;
};

struct assembly {
    struct stream *out;
    const struct payload_store *store;
    struct hole *holes; /* in order */
    size_t hole_count, hole_room;
    int64_t acked;         /* of the segment now added, */
    uint64_t time_ps;      /* and when it was captured */
    int64_t acked_by_peer; /* so far */
    uint64_t top;          /* nothing was carried from here on */
};

/* References go on from one byte to the next; what was not captured has none. */
static bool goes_on(const struct stream_range *last, uint64_t from, uint64_t at)
{
    if (last->at == PAYLOAD_NONE || at == PAYLOAD_NONE)
        return last->at == at;
    return last->at + (from - last->from) == at;
}

static bool range_add(struct assembly *work, uint64_t from, uint64_t to, uint64_t at)
{
    struct stream_map *map = &work->out->map;
    struct stream_range *last = map->count ? &map->ranges[map->count - 1] : NULL;
    if (last && last->to == from && last->acked == work->acked && last->time_ps == work->time_ps &&
        goes_on(last, from, at)) {
        last->to = to;
        return true;
    }
    struct stream_range *grown =
        array_grow(map->ranges, map->count, &map->room, sizeof *map->ranges);
    if (!grown)
        return false;
    map->ranges = grown;
    map->ranges[map->count++] = (struct stream_range){from, to, work->acked, work->time_ps, at};
    return true;
}

/* The first hole that ends behind this offset. */
static size_t hole_behind(const struct assembly *work, uint64_t offset)
{
    size_t low = 0, high = work->hole_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (work->holes[middle].to <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool hole_insert(struct assembly *work, size_t i, uint64_t from, uint64_t to)
{
    struct hole *grown =
        array_grow(work->holes, work->hole_count, &work->hole_room, sizeof *work->holes);
    if (!grown)
        return false;
    work->holes = grown;
    memmove(&grown[i + 1], &grown[i], (work->hole_count - i) * sizeof *grown);
    grown[i] = (struct hole){from, to};
    work->hole_count++;
    return true;
}

/* Takes [from, to), which lies inside hole i, out of it. */
static bool hole_fill(struct assembly *work, size_t i, uint64_t from, uint64_t to)
{
    struct hole *hole = &work->holes[i];
    uint64_t end = hole->to;
    if (hole->from < from && to < end) {
        hole->to = from;
        return hole_insert(work, i + 1, to, end);
    }
    if (hole->from < from) {
        hole->to = from;
    } else if (to < end) {
        hole->from = to;
    } else {
        work->hole_count--;
        memmove(hole, hole + 1, (work->hole_count - i) * sizeof *hole);
    }
    return true;
}

/* Bytes that were carried before: compared with those, or put where those were not captured. What was
 * acknowledged before is old: its receiver does not look at it again. */
static bool meet_old(struct assembly *work, uint64_t from, uint64_t to, uint64_t at,
                     bool may_conflict)
{
    uint64_t old_until = (uint64_t)work->acked_by_peer;
    while (from < to && at != PAYLOAD_NONE) {
        uint64_t until;
        uint64_t old = stream_map_at(&work->out->map, from, &until);
        until = until < to ? until : to;
        if (old == PAYLOAD_NONE && !stream_map_patch(&work->out->map, from, until, at))
            return false;
        uint64_t skip = old_until <= from ? 0 : old_until < until ? old_until - from : until - from;
        if (old != PAYLOAD_NONE && may_conflict && !work->out->conflict && skip < until - from &&
            !payload_is_equal(work->store, old + skip, at + skip, until - from - skip))
            work->out->conflict = true;
        at += until - from;
        from = until;
    }
    return true;
}

/* Places bytes [from, to) of a segment, which are at this reference: new ones into the holes. */
static bool place_bytes(struct assembly *work, uint64_t from, uint64_t to, uint64_t at,
                        bool may_conflict)
{
    while (from < to && from < work->top) {
        size_t i = hole_behind(work, from);
        bool in_hole = i < work->hole_count && work->holes[i].from <= from;
        uint64_t until = in_hole                ? work->holes[i].to
                         : i < work->hole_count ? work->holes[i].from
                                                : work->top;
        until = until < to ? until : to;
        bool ok = in_hole ? hole_fill(work, i, from, until) && range_add(work, from, until, at)
                          : meet_old(work, from, until, at, may_conflict);
        if (!ok)
            return false;
        at += at == PAYLOAD_NONE ? 0 : until - from;
        from = until;
    }
    if (from >= to)
        return true;
    if (from > work->top && !hole_insert(work, work->hole_count, work->top, from))
        return false;
    work->top = to; /* the usual case: all of it is new */
    return range_add(work, from, to, at);
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
    return place_bytes(work, (uint64_t)from, (uint64_t)split,
                       seg->payload_at + (uint64_t)(from - at), may_conflict) &&
           place_bytes(work, (uint64_t)split, (uint64_t)to, PAYLOAD_NONE, false);
}

/* Moves an array into the arena. */
static bool keep(struct arena *arena, size_t bytes, void **array)
{
    void *kept = arena_alloc(arena, bytes);
    if (kept && bytes)
        memcpy(kept, *array, bytes);
    free(*array);
    *array = kept;
    return kept != NULL;
}

/* Orders the ranges. A byte was ready no later than any byte behind it, so a range that was first
 * captured as a retransmission takes the smaller claim and time of its successors: both then rise
 * along the stream, as they do by themselves where nothing was lost before the point of capture. */
static void settle_ranges(struct stream *out)
{
    struct stream_map *map = &out->map;
    if (map->count > 1)
        qsort(map->ranges, map->count, sizeof *map->ranges, range_compare);
    int64_t least = out->fin ? out->fin_acked : INT64_MAX;
    if (out->fin && least < 0)
        least = INT64_MAX; /* a FIN without ACK claims nothing */
    uint64_t earliest_ps = out->fin ? out->fin_ps : UINT64_MAX;
    for (size_t i = map->count; i > 0; i--) {
        struct stream_range *range = &map->ranges[i - 1];
        if (range->acked < 0)
            range->acked = 0;
        if (range->acked > least)
            range->acked = least;
        least = range->acked;
        if (range->time_ps > earliest_ps)
            range->time_ps = earliest_ps;
        earliest_ps = range->time_ps;
    }
    map->near = 0;
}

static bool assemble(const struct conv_view *view, uint8_t dir, struct assembly *work)
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
    return true;
}

bool stream_assemble(struct arena *arena, const struct payload_store *store, struct conv_view *view,
                     uint8_t dir, struct stream *out)
{
    *out = (struct stream){.fin_acked = -1};
    drop_contradicted_fins(view, dir);
    if (!measure(view, dir, out))
        return false;
    find_fin(view, dir, out);
    drop_behind_fin(view, dir, out);
    struct assembly work = {.out = out, .store = store};
    bool ok = assemble(view, dir, &work);
    free(work.holes);
    settle_ranges(out);
    struct stream_map *map = &out->map;
    return keep(arena, map->patch_count * sizeof *map->patches, (void **)&map->patches) && ok;
}
