#include "models/trace/conversation/acceptance.h"

#include "models/trace/conversation/acceptance_side.h"
#include "models/trace/conversation/segment_options.h"
#include "models/trace/conversation/syn_options.h"
#include "models/trace/store/array.h"

enum {
    WINDOW_LEAST = 65535,
    SYNS_MAX = 4, /* of one look into the future: it must end soon on any input */
};
#define EDGE_UNKNOWN (INT64_C(1) << 30)
#define STREAM_END_MAX (INT64_C(1) << 44) /* no capture has so much: such numbers were made up */

struct judge {
    struct conv_view *view;
    struct acceptance *out;
    struct side side[2];
    struct paws paws;
    bool spoke[2]; /* from the opening SYN on */
    uint32_t spoke_seq[2];
    size_t reset_first, reset_count; /* those of view->resets that nothing has contradicted */
};

void acceptance_ignore(struct conv_view *view, size_t i)
{
    struct raw_segment *segment = view_edit(view, i);
    segment->ignored = true;
    segment->at = STREAM_NOWHERE;
    segment->acked = -1;
}

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

static bool is_over(const struct judge *judge)
{
    return side_is_closed(&judge->side[0]) && side_is_closed(&judge->side[1]);
}

static bool is_reset(const struct judge *judge) { return judge->reset_first < judge->reset_count; }

/* The windows of a SYN and a SYN-ACK are not scaled (RFC 7323 2.2). */
static void offer(struct judge *judge, const struct raw_segment *seg, int64_t acked)
{
    struct side *other = &judge->side[!seg->dir];
    unsigned shift = seg->flags & TCP_SYN ? 0 : judge->side[seg->dir].shift;
    int64_t window = (int64_t)seg->window << shift;
    other->edge = acked + window > other->edge ? acked + window : other->edge;
    other->window_max = window > other->window_max ? window : other->window_max;
}

static void sides_init(struct judge *judge)
{
    const struct opening *opening = &judge->out->opening;
    uint8_t client = opening->client;
    for (int dir = 0; dir < 2; dir++)
        judge->side[dir] =
            (struct side){.fin = NO_FIN, .window_max = WINDOW_LEAST, .shift = TCP_WS_MAX};
    if (opening->syn == NOT_THERE)
        judge->side[0].edge = judge->side[1].edge = EDGE_UNKNOWN;
    else
        side_begin(&judge->side[client], view_get(judge->view, opening->syn)->seq + 1);
    if (opening->syn_ack == NOT_THERE)
        return;
    const struct raw_segment *syn_ack = view_get(judge->view, opening->syn_ack);
    const struct raw_segment *syn = view_get(judge->view, opening->syn);
    struct syn_options options[2];
    view_syn_options(judge->view, syn, &options[client]);
    view_syn_options(judge->view, syn_ack, &options[!client]);
    paws_begin(&judge->paws, syn, syn_ack);
    side_begin(&judge->side[!client], syn_ack->seq + 1);
    for (int dir = 0; dir < 2; dir++)
        judge->side[dir].shift = options[0].ws && options[1].ws ? options[dir].shift : 0;
}

/* The conversation's SYN again, as long as that makes no new one. */
static bool is_own_syn(const struct judge *judge, const struct raw_segment *seg)
{
    const struct opening *opening = &judge->out->opening;
    if (opening->syn == NOT_THERE || is_over(judge) || is_reset(judge))
        return false;
    return seg->dir == opening->client && seg->seq == view_get(judge->view, opening->syn)->seq;
}

/* The end of what a question about the future may look at: the next connection is another story. */
static size_t future_end(const struct judge *judge, size_t i)
{
    const struct conv_view *view = judge->view;
    size_t end = i + 1;
    unsigned syns = 0;
    for (; end < view->count && end - i <= HINDSIGHT_SEGMENTS; end++) {
        const struct raw_segment *seg = view_get(view, end);
        if (!segment_is_syn(seg) || is_own_syn(judge, seg))
            continue;
        if (++syns > SYNS_MAX || opening_answer(view, end) != NOT_THERE)
            break;
    }
    return end;
}

/* Did the sender of `dir` get as far as `level`, which is beyond all that was captured of it? Its own
 * later segments tell: one that goes on where the captured bytes end contradicts it. */
static bool has_got_there(const struct judge *judge, size_t i, uint8_t dir, int64_t level)
{
    const struct side *side = &judge->side[dir];
    size_t end = future_end(judge, i);
    bool seen_beyond = false;
    for (size_t j = i + 1; j < end; j++) {
        const struct raw_segment *seg = view_get(judge->view, j);
        if (seg->dir != dir || (seg->flags & (TCP_SYN | TCP_RST)) || !(seg->flags & TCP_ACK))
            continue;
        int64_t at = side_place(side, side->sent, seg->seq);
        int64_t to = at + seg->payload_len + !!(seg->flags & TCP_FIN);
        if (at == side->sent || (at < side->sent && to > side->sent))
            return false;
        seen_beyond = seen_beyond || at >= level;
    }
    return seen_beyond || level <= side->edge;
}

/* Bytes behind the window that the other side acknowledges later: its ACKs that widened the window
 * are not in the capture. An ACK far beyond all that is sent until then is of another connection. */
static bool is_acked_later(const struct judge *judge, size_t i, uint8_t dir, int64_t to)
{
    const struct side *side = &judge->side[dir];
    size_t end = future_end(judge, i);
    bool acked = false;
    int64_t sent = to;
    for (size_t j = i + 1; j < end; j++) {
        const struct raw_segment *seg = view_get(judge->view, j);
        if ((seg->flags & (TCP_SYN | TCP_RST)) || !(seg->flags & TCP_ACK))
            continue;
        int64_t at = side_place(side, side->sent, seg->dir == dir ? seg->seq : seg->ack);
        if (seg->dir == dir && at == side->sent)
            return false;
        if (seg->dir != dir && at >= to && at <= sent + side->window_max)
            acked = true;
        if (seg->dir == dir && at + seg->payload_len > sent && at <= sent + side->window_max)
            sent = at + seg->payload_len;
    }
    return acked;
}

/* A reset is contradicted when something sent after it is acknowledged: its receiver lives on. */
static void contradict_resets(struct judge *judge, uint8_t dir, int64_t acked)
{
    while (judge->reset_first < judge->reset_count &&
           judge->view->resets[judge->reset_first].sent[dir] < acked)
        acceptance_ignore(judge->view, judge->view->resets[judge->reset_first++].index);
}

/* A reset that is not exact calls for a challenge ACK, which says nothing new (RFC 5961 3.2). */
static void challenge_resets(struct judge *judge, const struct raw_segment *seg, int64_t acked)
{
    if (seg->payload_len || (seg->flags & TCP_FIN) || acked != judge->side[!seg->dir].acked)
        return;
    for (; judge->reset_first < judge->reset_count; judge->reset_first++) {
        const struct view_reset *reset = &judge->view->resets[judge->reset_first];
        if (reset->exact || reset->dir == seg->dir)
            return;
        acceptance_ignore(judge->view, reset->index);
    }
}

static bool note_reset(struct judge *judge, size_t i, bool exact)
{
    struct conv_view *view = judge->view;
    struct view_reset *grown =
        array_grow(view->resets, judge->reset_count, &view->reset_room, sizeof *view->resets);
    if (!grown)
        return false;
    view->resets = grown;
    view->resets[judge->reset_count++] =
        (struct view_reset){.index = i,
                            .sent = {judge->side[0].sent, judge->side[1].sent},
                            .dir = view_get(view, i)->dir,
                            .exact = exact};
    return true;
}

/* RFC 9293 3.10.7.4, second, and RFC 5961 3.2. Where the receiver stands exactly is not known: between
 * what it has acknowledged and what was sent to it. */
static bool judge_reset(struct judge *judge, size_t i)
{
    const struct raw_segment *seg = view_get(judge->view, i);
    struct side *side = &judge->side[seg->dir];
    const struct opening *opening = &judge->out->opening;
    if (opening->syn_ack == NOT_THERE)
        return true;
    if (i < opening->syn_ack) { /* a refused SYN; the SYN-ACK comes after all */
        acceptance_ignore(judge->view, i);
        return true;
    }
    if (is_over(judge))
        return true; /* noise behind an orderly end */
    int64_t at = side_place(side, side->sent, seg->seq);
    bool in_window = at >= side->acked && (at <= side->edge || at <= side->sent);
    if (in_window)
        return note_reset(judge, i, at <= side->sent);
    acceptance_ignore(judge->view, i);
    return true;
}

static bool judge_syn(struct judge *judge, size_t i)
{
    struct conv_view *view = judge->view;
    const struct raw_segment *seg = view_get(view, i);
    const struct opening *opening = &judge->out->opening;
    struct side *side = &judge->side[seg->dir];
    bool is_client = opening->syn != NOT_THERE && seg->dir == opening->client;
    bool expected =
        opening->syn_ack == NOT_THERE || is_client == segment_is_syn(seg) || judge->out->both_syn;
    int64_t acked = -1;
    if (segment_is_syn_ack(seg) && judge->side[!seg->dir].known)
        acked = side_place(&judge->side[!seg->dir], 0, seg->ack);
    if (!side->known)
        side_begin(side, seg->seq + 1);
    if (!expected || seg->seq + 1 != side->base || (segment_is_syn_ack(seg) && acked < 0) ||
        acked > judge->side[!seg->dir].sent) {
        acceptance_ignore(view, i);
        return true;
    }
    struct raw_segment *taken = view_edit(view, i);
    taken->at = 0;
    taken->acked = acked;
    side_send(side, 0, seg->payload_len);
    offer(judge, seg, acked < 0 ? 0 : acked);
    return true;
}

/* RFC 9293 3.10.7.4, first: in the window, or continuing what was sent before. What lies behind the
 * stream's first byte, and a FIN where bytes were acknowledged already, is nobody's. */
static bool is_in_window(const struct judge *judge, size_t i, int64_t at)
{
    const struct raw_segment *seg = view_get(judge->view, i);
    const struct side *side = &judge->side[seg->dir];
    int64_t end = at + seg->payload_len;
    if ((judge->out->opening.syn_ack != NOT_THERE && at < -1) || end > STREAM_END_MAX)
        return false;
    if ((seg->flags & TCP_FIN) && end < side->acked && end != side->fin)
        return false;
    if (at <= side->edge || at <= side->sent)
        return true;
    return is_acked_later(judge, i, seg->dir, end);
}

/* RFC 7323 5.3, R1: a segment with an old timestamp is dropped. A clock that was set back has old ones
 * too: then all its sender's next segments are as old, or what this one brings is acknowledged. */
static bool is_dropped_by_paws(const struct judge *judge, size_t i, int64_t to)
{
    const struct raw_segment *old = view_get(judge->view, i);
    const struct side *side = &judge->side[old->dir];
    if (!paws_is_old(&judge->paws, old))
        return false;
    int64_t sent = to;
    size_t end = future_end(judge, i);
    for (size_t j = i + 1; j < end; j++) {
        const struct raw_segment *seg = view_get(judge->view, j);
        if ((seg->flags & (TCP_SYN | TCP_RST)) || !(seg->flags & TCP_ACK))
            continue;
        if (seg->dir == old->dir && !paws_is_old(&judge->paws, seg))
            return true;
        int64_t acked = side_place(side, side->sent, seg->ack);
        if (seg->dir != old->dir && to > side->sent && acked >= to && acked <= sent)
            return false;
        if (seg->dir == old->dir)
            sent = later(sent, side_place(side, side->sent, seg->seq) + seg->payload_len);
    }
    return false;
}

/* How far the other side's bytes are received, holes before that or not: the highest SACK block of
 * bytes that were sent. */
static int64_t received_until(const struct judge *judge, struct raw_segment *seg, int64_t acked)
{
    const struct side *other = &judge->side[!seg->dir];
    const struct range_set *ahead = &other->ahead;
    int64_t sent = ahead->count ? (int64_t)ahead->ranges[ahead->count - 1].to : other->sent;
    for (unsigned k = 0; other->known && k < seg->reports.sack_count; k++) {
        int64_t edge = side_place(other, other->acked, seg->reports.sack_right[k]);
        acked = edge > acked && edge <= sent ? edge : acked;
        seg->false_sack = seg->false_sack || edge > sent;
    }
    return acked;
}

/* Fifth: an ACK of what was never sent, or of what lies further back than any window, is not
 * believed, and nothing else of its segment is (RFC 5961 5.2). */
static bool is_ack_acceptable(struct judge *judge, size_t i, int64_t acked)
{
    const struct raw_segment *seg = view_get(judge->view, i);
    struct side *other = &judge->side[!seg->dir];
    if (!other->known)
        return true;
    if (acked < other->acked - other->window_max || acked > STREAM_END_MAX)
        return false;
    if (acked <= other->sent)
        return true;
    if (!has_got_there(judge, i, !seg->dir, acked))
        return false;
    side_send(other, other->sent, acked); /* it was sent, and is not in the capture */
    return true;
}

static void take_fin(struct side *side, const struct raw_segment *seg, int64_t end)
{
    if (seg->flags & TCP_FIN)
        side->fin = end;
    else if (side->fin != NO_FIN && seg->payload_len && end > side->fin)
        side->fin = NO_FIN; /* the sender goes on: that FIN was not its own */
}

static void judge_other(struct judge *judge, size_t i)
{
    struct conv_view *view = judge->view;
    struct raw_segment judged = *view_get(view, i), *seg = &judged;
    struct side *side = &judge->side[seg->dir], *other = &judge->side[!seg->dir];
    if (!(seg->flags & TCP_ACK)) {
        acceptance_ignore(view, i);
        return;
    }
    if (!side->known)
        side_begin(side, seg->seq);
    int64_t at = side_place(side, side->sent, seg->seq);
    int64_t acked = other->known ? side_place(other, other->acked, seg->ack) : 0;
    if (is_dropped_by_paws(judge, i, at + seg->payload_len + !!(seg->flags & TCP_FIN)) ||
        !is_in_window(judge, i, at) || !is_ack_acceptable(judge, i, acked)) {
        acceptance_ignore(view, i);
        return;
    }
    int64_t end = at + seg->payload_len;
    challenge_resets(judge, seg, acked);
    contradict_resets(judge, !seg->dir, received_until(judge, view_edit(view, i), acked));
    other->acked = acked > other->acked ? acked : other->acked;
    if (at <= side->acked)
        paws_learn(&judge->paws, seg);
    struct raw_segment *taken = view_edit(view, i);
    taken->at = at;
    taken->acked = acked < 0 ? -1 : acked;
    offer(judge, seg, acked);
    take_fin(side, seg, end);
    side_send(side, at, end + !!(seg->flags & TCP_FIN));
}

/* True if a segment of the endpoint `dir` shows that it still has this connection. */
static bool shows_life(const struct judge *judge, const struct raw_segment *seg)
{
    const struct side *side = &judge->side[seg->dir], *other = &judge->side[!seg->dir];
    if ((seg->flags & (TCP_SYN | TCP_RST)) || !(seg->flags & TCP_ACK) || !side->known)
        return false;
    int64_t at = side_place(side, side->sent, seg->seq);
    int64_t acked = other->known ? side_place(other, other->acked, seg->ack) : 0;
    bool near = at >= side->acked - side->window_max && (at <= side->edge || at <= side->sent);
    return near && acked >= other->acked - other->window_max && acked <= other->sent;
}

/* A SYN within a living connection is answered by a challenge ACK (RFC 5961 4.2) and begins
 * nothing. */
static bool is_alive(const struct judge *judge, size_t i)
{
    size_t end = future_end(judge, i);
    for (size_t j = i + 1; j < end; j++)
        if (shows_life(judge, view_get(judge->view, j)))
            return true;
    return false;
}

/* Nobody has answered the conversation's own SYN: another number is another try; the other side's
 * SYN crosses it, unless that side has spoken before. */
static bool begins_beside_unanswered(struct judge *judge, size_t i)
{
    const struct opening *opening = &judge->out->opening;
    const struct raw_segment *seg = view_get(judge->view, i);
    if (seg->dir == opening->client)
        return seg->seq != view_get(judge->view, opening->syn)->seq;
    if (judge->spoke[seg->dir])
        return judge->spoke_seq[seg->dir] != seg->seq;
    judge->out->both_syn = true;
    return false;
}

/* A segment that stands where a handshake ends, although this connection has got further. */
static bool starts_again(const struct judge *judge, const struct raw_segment *seg)
{
    const struct side *side = &judge->side[seg->dir], *other = &judge->side[!seg->dir];
    bool further = side->sent > 0 || other->sent > 0;
    return further && seg->seq == side->base && seg->ack == other->base;
}

/* True if data behind segment i goes on where this connection stands: whatever seemed to begin or
 * end there did not. A port may be used again with the same numbers: then a handshake ends first. */
static bool goes_on(const struct judge *judge, size_t i)
{
    size_t left = judge->view->count - i;
    size_t end = i + (left < HINDSIGHT_SEGMENTS ? left : HINDSIGHT_SEGMENTS);
    for (size_t j = i; j < end; j++) {
        const struct raw_segment *seg = view_get(judge->view, j);
        const struct side *side = &judge->side[seg->dir];
        if (!shows_life(judge, seg))
            continue;
        if (starts_again(judge, seg))
            return false;
        int64_t at = side_place(side, side->sent, seg->seq);
        if (at <= side->sent && at + seg->payload_len > side->sent)
            return true;
    }
    return false;
}

/* RFC 9293 3.10.7.4, fourth: is this SYN, behind the conversation's own, the first of another? */
static bool begins_another(struct judge *judge, size_t i)
{
    const struct opening *opening = &judge->out->opening;
    const struct raw_segment *seg = view_get(judge->view, i);
    if (i <= opening->syn && opening->syn != NOT_THERE)
        return false;
    if (opening->syn != NOT_THERE && opening->syn_ack == NOT_THERE)
        return begins_beside_unanswered(judge, i);
    if (is_over(judge))
        return true;
    size_t answer = opening_answer(judge->view, i);
    if (is_reset(judge))
        return !goes_on(judge, answer == NOT_THERE ? i : answer);
    const struct side *side = &judge->side[seg->dir];
    if (opening->syn != NOT_THERE && side->known && seg->seq + 1 == side->base) {
        /* the same SYN again; or the server's own, when both open at once (RFC 9293 3.5) */
        judge->out->both_syn = judge->out->both_syn || seg->dir != opening->client;
        return false;
    }
    return answer == NOT_THERE ? !is_alive(judge, i) : !goes_on(judge, answer);
}

static void note_speaker(struct judge *judge, size_t i, const struct raw_segment *seg)
{
    if (i < judge->out->opening.syn || judge->spoke[seg->dir])
        return;
    judge->spoke[seg->dir] = true;
    judge->spoke_seq[seg->dir] = seg->seq;
}

bool acceptance_judge(struct conv_view *view, struct acceptance *out)
{
    struct judge judge = {.view = view, .out = out};
    *out = (struct acceptance){.reset = NOT_THERE};
    opening_find(view, &out->opening);
    sides_init(&judge);
    for (; out->count < view->count && !view_has_failed(view); out->count++) {
        size_t i = out->count;
        const struct raw_segment *seg = view_get(view, i);
        if (segment_is_syn(seg) && i > 0 && begins_another(&judge, i))
            break;
        note_speaker(&judge, i, seg);
        if (seg->flags & TCP_RST) {
            if (!judge_reset(&judge, i))
                return false;
        } else if (seg->flags & TCP_SYN) {
            judge_syn(&judge, i);
        } else {
            judge_other(&judge, i);
        }
    }
    if (judge.reset_first < judge.reset_count)
        out->reset = view->resets[judge.reset_first].index;
    return !view_has_failed(view);
}
