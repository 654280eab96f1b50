#include "models/trace/conversation/stream/stream.h"

#include "models/trace/conversation/acceptance.h"
#include "models/trace/store/hole_set.h"
#include "models/trace/store/range_runs.h"

#include <stdlib.h>
#include <string.h>

/* Payload of resets is a diagnostic text (RFC 9293 3.5.3), not data. */
static bool carries_data(const struct raw_segment *seg, uint8_t dir)
{
    return seg->dir == dir && !(seg->flags & TCP_RST) && seg->at != STREAM_NOWHERE;
}

/* Measures how far the payload reaches from offset 0 without a hole. Returns false if memory is short. */
static bool measure(struct conv_view *view, uint8_t dir, struct stream *out)
{
    struct hole_set carried = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < view->count; i++) {
        const struct raw_segment *seg = view_get(view, i);
        int64_t end = seg->at + seg->payload_len;
        if (carries_data(seg, dir) && seg->payload_len && end > 0)
            ok = hole_set_add(&carried, seg->at < 0 ? 0 : (uint64_t)seg->at, (uint64_t)end);
    }
    ok = ok && hole_set_reach(&carried, &out->len);
    out->gap = carried.holes.count > 0;
    view_note_pieces(view, &carried.holes);
    hole_set_free(&carried);
    view_pass(view);
    return ok;
}

static int64_t acked_most(struct conv_view *view, uint8_t dir)
{
    int64_t most = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct raw_segment *seg = view_get(view, i);
        if (seg->dir != dir && seg->acked > most)
            most = seg->acked;
    }
    view_pass(view);
    return most;
}

static int64_t fin_place(const struct raw_segment *seg) { return seg->at + seg->payload_len; }

/* Removes the FINs behind which bytes were acknowledged, because the receiver cannot have accepted these FINs. */
static void drop_contradicted_fins(struct conv_view *view, uint8_t dir)
{
    int64_t most = acked_most(view, dir);
    for (size_t i = 0; i < view->count; i++) {
        const struct raw_segment *seg = view_get(view, i);
        if (carries_data(seg, dir) && (seg->flags & TCP_FIN) && fin_place(seg) + 1 < most)
            acceptance_ignore(view, i);
    }
    view_pass(view);
}

/* Finds the first FIN. Bytes behind it cannot be data (RFC 9293 3.10.7.4, eighth check). */
static void find_fin(struct conv_view *view, uint8_t dir, struct stream *out)
{
    for (size_t i = 0; i < view->count && !out->fin; i++) {
        const struct raw_segment *seg = view_get(view, i);
        if (!carries_data(seg, dir) || !(seg->flags & TCP_FIN) || fin_place(seg) < 0)
            continue;
        uint64_t at = (uint64_t)fin_place(seg);
        out->fin_seen = true;
        if (at > out->len)
            continue;
        out->fin = true;
        out->len = at;
        out->gap = false;
        out->fin_acked = seg->acked;
        out->fin_ps = seg->time_ps;
    }
    view_pass(view);
}

/* Ignores segments behind the FIN, and other FINs, because no TCP sends them. */
static void drop_behind_fin(struct conv_view *view, uint8_t dir, const struct stream *stream)
{
    for (size_t i = 0; stream->fin && i < view->count; i++) {
        const struct raw_segment *seg = view_get(view, i);
        if (!carries_data(seg, dir))
            continue;
        int64_t end = fin_place(seg), fin = (int64_t)stream->len;
        if ((seg->payload_len && end > fin) || ((seg->flags & TCP_FIN) && end != fin))
            acceptance_ignore(view, i);
    }
    view_pass(view);
}

struct assembly {
    struct stream *out;
    struct range_runs *runs;
    struct hole_set carried;
    bool timed;            /* the times are kept */
    int64_t acked;         /* acknowledged by the segment that is being added */
    uint64_t time_ps;      /* when that segment was captured */
    int64_t acked_by_peer; /* so far */
};

static bool range_add(struct assembly *work, uint64_t from, uint64_t to, uint64_t at)
{
    struct stream_range range = {from, to, work->acked, work->time_ps, at};
    return range_runs_add(work->runs, &range);
}

/* Handles bytes that an earlier segment already carried. They are compared with the earlier bytes, or stored if the snap
 * length cut those. Bytes that were already acknowledged are not compared, because the receiver drops them unread.
 * Returns false if memory is short or the disk failed. */
static bool meet_old(struct assembly *work, uint64_t from, uint64_t to, uint64_t at,
                     bool may_conflict)
{
    struct stream_map *map = &work->out->map;
    uint64_t old_until = (uint64_t)work->acked_by_peer;
    while (from < to && at != PAYLOAD_NONE) {
        struct stream_range range;
        uint64_t until;
        if (!range_runs_find(work->runs, from, &range))
            return false;
        uint64_t old = stream_map_in(map, &range, from, &until);
        until = until < to ? until : to;
        if (old == PAYLOAD_NONE && !stream_map_patch(map, from, until, at))
            return false;
        uint64_t skip = old_until <= from ? 0 : old_until < until ? old_until - from : until - from;
        if (old != PAYLOAD_NONE && may_conflict && !work->out->conflict && skip < until - from &&
            !payload_is_equal(map->store, old + skip, at + skip, until - from - skip))
            work->out->conflict = true;
        at += until - from;
        from = until;
    }
    return true;
}

/* Adds bytes [from, to) of a segment, which are at the reference `at`. New bytes fill the holes. */
static bool place_bytes(struct assembly *work, uint64_t from, uint64_t to, uint64_t at,
                        bool may_conflict)
{
    struct hole_set *carried = &work->carried;
    while (from < to && from < carried->top) {
        struct piece hole;
        if (!hole_set_find(carried, from, &hole))
            return false;
        bool in_hole = hole.from <= from;
        uint64_t until = in_hole ? hole.to : hole.from < carried->top ? hole.from : carried->top;
        until = until < to ? until : to;
        bool ok = in_hole ? hole_set_fill(carried, from, until) && range_add(work, from, until, at)
                          : meet_old(work, from, until, at, may_conflict);
        if (!ok)
            return false;
        at += at == PAYLOAD_NONE ? 0 : until - from;
        from = until;
    }
    return from >= to || (hole_set_raise(carried, from, to) && range_add(work, from, to, at));
}

/* Returns true for a keepalive probe. It repeats the last acknowledged byte with an arbitrary value (RFC 9293 3.8.4). */
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

/* State of the walk over the ranges, which goes from the last to the first. */
struct settling {
    struct row_writer writer;
    int64_t least;
    uint64_t earliest_ps;
};

/* Limits the acknowledgment and the time of a range to those of the ranges behind it. An application wrote each byte no
 * later than the bytes behind it, but a range may have been captured only when it was retransmitted. Afterwards both
 * values rise along the stream, as they do if no segment is lost before the point of capture. */
static bool settle_range(void *self, const struct stream_range *found)
{
    struct settling *settling = self;
    struct stream_range range = *found;
    range.acked = range.acked < 0 ? 0 : range.acked;
    if (range.acked > settling->least)
        range.acked = settling->least;
    settling->least = range.acked;
    if (range.time_ps > settling->earliest_ps)
        range.time_ps = settling->earliest_ps;
    settling->earliest_ps = range.time_ps;
    struct row row;
    stream_range_pack(&range, &row);
    return row_writer_add(&settling->writer, &row);
}

static bool settle_ranges(struct stream *out, struct range_runs *runs)
{
    struct settling settling = {.least = INT64_MAX, .earliest_ps = UINT64_MAX};
    if (out->fin) {
        settling.least = out->fin_acked < 0 ? INT64_MAX : out->fin_acked; /* no ACK, no limit */
        settling.earliest_ps = out->fin_ps;
    }
    stream_map_begin(&out->map, &settling.writer);
    bool ok = range_runs_backward(runs, settle_range, &settling);
    return row_writer_end(&settling.writer, &out->map.list) && ok;
}

static bool assemble(struct conv_view *view, uint8_t dir, struct assembly *work)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct raw_segment *seg = view_get(view, i);
        if (seg->dir != dir && seg->acked > work->acked_by_peer)
            work->acked_by_peer = seg->acked;
        work->acked = seg->acked;
        work->time_ps = work->timed ? seg->time_ps : 0;
        if (carries_data(seg, dir) && seg->payload_len && !add_segment(work, seg, seg->at))
            return false;
    }
    work->out->acked = (uint64_t)work->acked_by_peer;
    view_pass(view);
    return !view_has_failed(view);
}

bool stream_assemble(const struct payload_store *store, struct conv_view *view, uint8_t dir,
                     bool timed, struct stream *out)
{
    *out = (struct stream){.map.store = store, .fin_acked = -1};
    drop_contradicted_fins(view, dir);
    if (!measure(view, dir, out))
        return false;
    find_fin(view, dir, out);
    drop_behind_fin(view, dir, out);
    struct piece_list patches = {0};
    struct assembly work = {.out = out, .runs = range_runs_create(0), .timed = timed};
    out->fin_ps = timed ? out->fin_ps : 0;
    out->map.patching = &patches;
    bool ok = work.runs && assemble(view, dir, &work) && settle_ranges(out, work.runs) &&
              stream_map_keep_patches(&out->map);
    out->map.patching = NULL;
    view_note_pieces(view, &work.carried.holes);
    view_note_pieces(view, &patches);
    if (work.runs)
        view_note_spill(view, range_runs_spill(work.runs));
    hole_set_free(&work.carried);
    piece_list_free(&patches);
    range_runs_destroy(work.runs);
    return ok;
}
