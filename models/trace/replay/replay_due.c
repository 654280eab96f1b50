/*
 * Computes when a captured segment is due (docs/replay.md). It is due when its time on the timeline has come, the segment
 * before it was sent, all bytes that it acknowledges or SACKs have arrived, and its payload fits the server's window.
 */
#include "models/trace/replay/replay_due.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/replay/replay_options.h"

#include <assert.h>

/* We send no ACK of our own if a captured segment will carry it within this time. */
enum { PATIENCE_MS = 40 };

const struct client_segment *replay_next(struct replay_conv *conv)
{
    if (conv->ahead_index != conv->next + 1)
        capture_segment(conv->check.capture, conv->check.cap, conv->next, &conv->ahead);
    conv->ahead_index = conv->next + 1;
    return &conv->ahead;
}

int64_t replay_due_seq(const struct replay_conv *conv, const struct client_segment *seg)
{
    return (int64_t)replay_near(conv->snd_max, conv->check.cap->client_isn, seg->seq);
}

int64_t replay_due_ack(const struct replay_conv *conv, uint32_t ack)
{
    return (int64_t)replay_near(conv->rcv_nxt, conv->check.cap->server_isn, ack);
}

/* Returns the position up to which a segment may wait for bytes of the server. The server will not send bytes that the
 * capture does not hold, and must not send bytes beyond the window that the client has offered. */
static int64_t arrival_limit(const struct replay_conv *conv)
{
    uint64_t last = 1 + conv->check.cap->server_bytes + conv->check.cap->server_fin;
    return (int64_t)u64_min(last, u64_max(conv->ack_edge, 1));
}

static bool has_arrived(const struct replay_conv *conv, int64_t left, int64_t right)
{
    if (right <= (int64_t)conv->rcv_nxt)
        return true;
    for (unsigned i = 0; i < conv->ooo.count; i++)
        if ((int64_t)conv->ooo.ranges[i].from <= left && right <= (int64_t)conv->ooo.ranges[i].to)
            return true;
    return false;
}

static bool sack_has_arrived(const void *self, uint32_t left, uint32_t right)
{
    const struct replay_conv *conv = self;
    int64_t limit = arrival_limit(conv);
    int64_t from = replay_due_ack(conv, left), to = replay_due_ack(conv, right);
    if (to > limit)
        to = limit;
    if (from < (int64_t)conv->rcv_nxt)
        from = (int64_t)conv->rcv_nxt;
    return to <= from || has_arrived(conv, from, to);
}

static bool acknowledged_has_arrived(const struct replay_conv *conv,
                                     const struct client_segment *seg)
{
    if (!(seg->flags & TCP_ACK))
        return true;
    if (!conv->synack)
        return false;
    int64_t ack = replay_due_ack(conv, seg->ack);
    int64_t limit = arrival_limit(conv);
    if (ack > limit)
        ack = limit;
    return ack <= (int64_t)conv->rcv_nxt && replay_options_each_sack(seg, sack_has_arrived, conv);
}

static bool fits_window(const struct replay_conv *conv, const struct client_segment *seg)
{
    int64_t at = replay_due_seq(conv, seg);
    int64_t end = at + seg->payload_len;
    int64_t edge = (int64_t)conv->snd_edge;
    if (seg->payload_len == 0 || (seg->flags & TCP_RST))
        return true;
    if (end <= edge || end <= (int64_t)conv->snd_max)
        return true;
    if (seg->payload_len == 1 && at <= edge)
        return true; /* a captured window probe or keepalive */
    /* The bytes before the hole come later in the capture, if at all, so waiting would not open the window. */
    return seg->ahead;
}

/* Returns false for a reset until the server has acknowledged as many bytes as it had when the client sent the captured
 * reset. */
static bool is_delivered(const struct replay_conv *conv, const struct client_segment *seg)
{
    return !(seg->flags & TCP_RST) || conv->rst_sent || seg->acked_bytes == 0 ||
           conv->snd_una >= 1 + seg->acked_bytes;
}

enum replay_block replay_due_block(struct replay_conv *conv)
{
    if (conv->next == conv->check.cap->segment_count)
        return REPLAY_NO_MORE;
    const struct client_segment *seg = replay_next(conv);
    if (seg->ignored)
        return REPLAY_FREE;
    if (!acknowledged_has_arrived(conv, seg))
        return REPLAY_NOT_ARRIVED;
    if (!fits_window(conv, seg))
        return REPLAY_NO_WINDOW;
    if (!is_delivered(conv, seg))
        return REPLAY_NOT_DELIVERED;
    return REPLAY_FREE;
}

uint64_t replay_due_segment_ps(const struct replay_peer *peer, struct replay_conv *conv)
{
    if (conv->check.done || replay_due_block(conv) != REPLAY_FREE)
        return TIME_NEVER;
    uint64_t at = peer->params.start_ps + replay_next(conv)->time_ps;
    return u64_max(at, conv->touched_ps);
}

/* Starts the timer of the pure ACK unless a captured segment will carry the ACK soon. */
void replay_due_arm_ack(const struct replay_peer *peer, struct replay_conv *conv)
{
    conv->live_at_ps = TIME_NEVER;
    if (!conv->owed || conv->rst_sent || conv->rst_received)
        return;
    uint64_t since = u64_max(conv->owed_since_ps, conv->sent_ps);
    uint64_t segment = replay_due_segment_ps(peer, conv);
    if (segment == TIME_NEVER || segment > since + PATIENCE_MS * PS_PER_MS)
        conv->live_at_ps = since + peer->params.liveness_ps;
}

/* Returns when the next segment is sent as a window probe (RFC 9293 3.8.6.1). If the window stays too small for the RTO,
 * the segment that opened it may have been lost. */
uint64_t replay_due_probe_ps(struct replay_conv *conv)
{
    if (conv->check.done || conv->snd_una < conv->snd_max ||
        replay_due_block(conv) != REPLAY_NO_WINDOW)
        return TIME_NEVER;
    return u64_max(conv->progress_ps, conv->sent_ps) + conv->rto.rto_ps;
}

uint64_t replay_due_stall_ps(const struct replay_peer *peer, struct replay_conv *conv)
{
    if (conv->rto_at_ps != TIME_NEVER || replay_due_probe_ps(conv) != TIME_NEVER ||
        replay_due_segment_ps(peer, conv) != TIME_NEVER)
        return TIME_NEVER;
    return u64_max(conv->progress_ps, conv->looked_ps) + peer->params.stall_ps;
}

uint64_t replay_due_ps(const struct replay_peer *peer, struct replay_conv *conv)
{
    uint64_t due = conv->live_at_ps;
    if (conv->check.done)
        return due;
    uint64_t segment = replay_due_segment_ps(peer, conv);
    due = u64_min(due, segment);
    due = u64_min(due, conv->rto_at_ps);
    due = u64_min(due, replay_due_probe_ps(conv));
    return u64_min(due, replay_due_stall_ps(peer, conv));
}
