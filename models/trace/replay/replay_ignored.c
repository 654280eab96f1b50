/*
 * Segments of the client that the captured server did not accept. They are sent as captured at their times, as long as
 * the simulated server must ignore them as well. A segment is withheld if the simulated server could accept it. This
 * happens if its state differs from that of the captured server, or if the segment was lost after the point of capture.
 */
#include "models/trace/replay/replay_ignored.h"
#include "models/trace/replay/replay_due.h"
#include "models/trace/replay/replay_send.h"

/* The server's current window may be wider than the last one that it announced. */
enum { WINDOW_MARGIN = 2 };

static bool is_beyond_window(const struct replay_conv *conv, int64_t at)
{
    return at >= (int64_t)(conv->snd_max + WINDOW_MARGIN * conv->snd_window_max);
}

/* Returns true if the segment acknowledges more than the server will ever send. */
static bool acks_too_much(const struct replay_conv *conv, const struct client_segment *seg)
{
    const struct conversation *cap = conv->check.cap;
    int64_t last = 1 + (int64_t)cap->server_bytes + cap->server_fin;
    return (seg->flags & TCP_ACK) && replay_due_ack(conv, seg->ack) > last;
}

/* Returns true if the server must not change its state because of this segment. */
static bool is_harmless(const struct replay_conv *conv, const struct client_segment *seg)
{
    int64_t at = replay_due_seq(conv, seg);
    int64_t end = at + seg->payload_len + !!(seg->flags & TCP_FIN);
    bool open = conv->synack && !conv->over && !conv->rst_sent && !conv->rst_received;
    if (seg->flags & TCP_RST) /* RFC 5961 3.2: only a reset at RCV.NXT ends it */
        return at < (int64_t)conv->snd_una || at > (int64_t)conv->snd_max;
    if (!open)
        return false;         /* a listener or a closed port would answer */
    if (seg->flags & TCP_SYN) /* RFC 5961 4.2 */
        return true;
    if (!(seg->flags & TCP_ACK) || acks_too_much(conv, seg))
        return true;
    return end <= (int64_t)conv->snd_una || is_beyond_window(conv, at);
}

bool replay_ignored_send(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    const struct client_segment *seg = replay_next(conv);
    bool harmless = is_harmless(conv, seg);
    if (harmless && !replay_send_unchanged(peer, conv, seg, !acks_too_much(conv, seg), now_ps))
        return false;
    peer->stats.withheld_segments += !harmless;
    peer->segments_done++;
    conv->next++;
    return true;
}
