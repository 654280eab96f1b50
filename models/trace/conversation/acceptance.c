#include "models/trace/conversation/acceptance.h"

#include "models/trace/conversation/acceptance_side.h"
#include "models/trace/conversation/reset_queue.h"
#include "models/trace/conversation/segment/segment_options.h"
#include "models/trace/conversation/segment/syn_options.h"

enum {
    WINDOW_LEAST = 65535,
    SYNS_MAX = 4, /* bounds each look at later segments, for any input */
};
#define EDGE_UNKNOWN (INT64_C(1) << 30)
#define STREAM_END_MAX (INT64_C(1) << 44) /* larger than any captured stream */

struct judge {
    struct conv_view *view;
    struct acceptance *out;
    struct side side[2];
    struct paws paws;
    bool spoke[2]; /* from the opening SYN on */
    uint32_t spoke_seq[2];
    struct reset_queue resets; /* those that nothing has contradicted */
    bool failed;               /* memory is short, or the disk failed */
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

static bool is_reset(const struct judge *judge) { return !reset_queue_is_empty(&judge->resets); }

/* Records the window that a segment offers. The windows of a SYN and a SYN-ACK are not scaled (RFC 7323 2.2). */
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

/* Returns true if the segment repeats the SYN of a conversation that has not ended. After the end the same SYN would
 * begin a new conversation. */
static bool is_own_syn(const struct judge *judge, const struct raw_segment *seg)
{
    const struct opening *opening = &judge->out->opening;
    if (opening->syn == NOT_THERE || is_over(judge) || is_reset(judge))
        return false;
    return seg->dir == opening->client && seg->seq == view_get(judge->view, opening->syn)->seq;
}

/* Returns the index behind the last segment that a look at later segments may use. The segments of the next connection
 * tell nothing about this one. */
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

/* Returns true if the sender `dir` had sent everything up to `level`, which is beyond all captured bytes of this sender.
 * Its own later segments decide: a segment that continues where the captured bytes end contradicts it. */
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

/* Returns true if the other side later acknowledges bytes that lie beyond its window. In that case the ACKs that opened
 * the window are missing from the capture. An ACK far beyond all bytes sent until then belongs to another connection. */
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

/* Ignores the oldest resets. Between them there may be other segments, and resets that are ignored already. */
static void ignore_resets(struct judge *judge)
{
    const struct reset_run *run = &judge->resets.first;
    for (size_t i = run->first; i <= run->last; i++)
        if (view_get(judge->view, i)->flags & TCP_RST)
            acceptance_ignore(judge->view, i);
    judge->failed = !reset_queue_drop(&judge->resets) || judge->failed;
}

/* Ignores the resets after which new bytes were acknowledged, because their receiver still has the connection. */
static void contradict_resets(struct judge *judge, uint8_t dir, int64_t acked)
{
    while (!judge->failed && is_reset(judge) && judge->resets.first.sent[dir] < acked)
        ignore_resets(judge);
}

/* Ignores the resets that this segment answers as a challenge ACK. The receiver of a reset with an inexact sequence
 * number sends such an ACK, which acknowledges nothing new (RFC 5961 3.2). */
static void challenge_resets(struct judge *judge, const struct raw_segment *seg, int64_t acked)
{
    if (seg->payload_len || (seg->flags & TCP_FIN) || acked != judge->side[!seg->dir].acked)
        return;
    uint8_t dir = seg->dir;
    while (!judge->failed && is_reset(judge) && !judge->resets.first.exact &&
           judge->resets.first.dir != dir)
        ignore_resets(judge);
}

static void note_reset(struct judge *judge, size_t i, bool exact)
{
    struct reset_run reset = {.first = i,
                              .last = i,
                              .sent = {judge->side[0].sent, judge->side[1].sent},
                              .dir = view_get(judge->view, i)->dir,
                              .exact = exact};
    judge->failed = !reset_queue_add(&judge->resets, &reset) || judge->failed;
}

/* Judges a reset by the second check of RFC 9293 3.10.7.4 and by RFC 5961 3.2. The receiver's RCV.NXT is not known
 * exactly. It lies between the bytes that it has acknowledged and the bytes that were sent to it. */
static void judge_reset(struct judge *judge, size_t i)
{
    const struct raw_segment *seg = view_get(judge->view, i);
    struct side *side = &judge->side[seg->dir];
    const struct opening *opening = &judge->out->opening;
    if (opening->syn_ack == NOT_THERE)
        return;
    if (i < opening->syn_ack) { /* The reset refused a SYN, but a SYN-ACK follows. */
        acceptance_ignore(judge->view, i);
        return;
    }
    if (is_over(judge))
        return; /* A reset after an orderly end has no effect. */
    int64_t at = side_place(side, side->sent, seg->seq);
    bool in_window = at >= side->acked && (at <= side->edge || at <= side->sent);
    if (in_window)
        note_reset(judge, i, at <= side->sent);
    else
        acceptance_ignore(judge->view, i);
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

/* Applies the first check of RFC 9293 3.10.7.4: the segment must be in the window or continue the bytes sent before. A
 * segment before the first byte of the stream, and a FIN before bytes that were already acknowledged, are not from this
 * connection. */
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

/* Returns true if rule R1 of RFC 7323 5.3 dropped the segment because of its old timestamp. If the sender's clock was
 * set back, the segment was not dropped. We recognize this case because all later segments of the sender are as old, or
 * because the bytes of this segment are acknowledged. */
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

/* Returns the end of the highest byte that the segment acknowledges or SACKs. SACK blocks beyond the bytes that were
 * sent mark the segment with false_sack. */
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

/* Applies the fifth check of RFC 9293 3.10.7.4. A segment is ignored if its ACK is for bytes that were never sent, or
 * is older than any window (RFC 5961 5.2). */
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
    side_send(other, other->sent,
              acked); /* The bytes were sent, but are missing from the capture. */
    return true;
}

static void take_fin(struct side *side, const struct raw_segment *seg, int64_t end)
{
    if (seg->flags & TCP_FIN)
        side->fin = end;
    else if (side->fin != NO_FIN && seg->payload_len && end > side->fin)
        side->fin = NO_FIN; /* The sender continues, so it did not send that FIN. */
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

/* Returns true if the segment shows that its sender still has this connection. */
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

/* Returns true if the connection still exists after the SYN i. Such a SYN is answered by a challenge ACK (RFC 5961 4.2)
 * and begins no connection. */
static bool is_alive(const struct judge *judge, size_t i)
{
    size_t end = future_end(judge, i);
    for (size_t j = i + 1; j < end; j++)
        if (shows_life(judge, view_get(judge->view, j)))
            return true;
    return false;
}

/* Returns true if SYN i begins a new conversation although nobody has answered the SYN of this one. A SYN of the client
 * with another number is a new attempt. The first SYN of the other side is a simultaneous open, unless that side has
 * sent something else before. */
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

/* Returns true if the segment has the numbers of the last ACK of a handshake although data of this connection was
 * already sent. */
static bool starts_again(const struct judge *judge, const struct raw_segment *seg)
{
    const struct side *side = &judge->side[seg->dir], *other = &judge->side[!seg->dir];
    bool further = side->sent > 0 || other->sent > 0;
    return further && seg->seq == side->base && seg->ack == other->base;
}

/* Returns true if data from segment i on continues the stream of this connection. In that case no connection began or
 * ended at segment i. A new connection may have the same ports and numbers, but then its handshake comes first. */
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

/* Returns true if this SYN is the first segment of another conversation (RFC 9293 3.10.7.4, fourth check). */
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
        /* This is a repeated SYN, or the server's SYN of a simultaneous open (RFC 9293 3.5). */
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
    for (; out->count < view->count && !view_has_failed(view) && !judge.failed; out->count++) {
        size_t i = out->count;
        const struct raw_segment *seg = view_get(view, i);
        if (segment_is_syn(seg) && i > 0 && begins_another(&judge, i))
            break;
        note_speaker(&judge, i, seg);
        if (seg->flags & TCP_RST)
            judge_reset(&judge, i);
        else if (seg->flags & TCP_SYN)
            judge_syn(&judge, i);
        else
            judge_other(&judge, i);
    }
    if (is_reset(&judge))
        out->reset = judge.resets.first.first;
    view_note_resets(view, &judge.resets);
    reset_queue_free(&judge.resets);
    return !view_has_failed(view) && !judge.failed;
}
