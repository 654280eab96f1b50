#include "models/trace/conversation/opening.h"

enum { CANDIDATES_MAX = 16 };

bool segment_is_syn(const struct raw_segment *seg)
{
    return (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

bool segment_is_syn_ack(const struct raw_segment *seg)
{
    return (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK);
}

/* Returns true if `seg` is a SYN-ACK for this SYN. It may also acknowledge any part of the SYN's data (RFC 7413). */
static bool answers(const struct raw_segment *seg, const struct raw_segment *syn)
{
    return seg->dir != syn->dir && segment_is_syn_ack(seg) &&
           seg->ack - (syn->seq + 1) <= syn->payload_len;
}

static size_t horizon(const struct conv_view *view, size_t from)
{
    size_t left = view->count - from;
    return from + (left < HINDSIGHT_SEGMENTS ? left : HINDSIGHT_SEGMENTS);
}

/* Returns true if a later segment shows that the client accepted this SYN-ACK: the client acknowledges it, or the server
 * sends the next sequence number. */
static bool is_taken(const struct conv_view *view, size_t syn_ack, bool by_reset)
{
    const struct raw_segment *candidate = view_get(view, syn_ack);
    uint32_t first = candidate->seq + 1;
    for (size_t i = syn_ack + 1; i < horizon(view, syn_ack); i++) {
        const struct raw_segment *seg = view_get(view, i);
        if ((seg->flags & TCP_SYN) || ((seg->flags & TCP_RST) && !by_reset))
            continue;
        if (seg->dir == candidate->dir ? seg->seq == first
                                       : (seg->flags & TCP_ACK) && seg->ack == first)
            return true;
    }
    return false;
}

size_t opening_answer(const struct conv_view *view, size_t syn)
{
    const struct raw_segment *opener = view_get(view, syn);
    for (size_t i = syn + 1; i < horizon(view, syn); i++) {
        const struct raw_segment *seg = view_get(view, i);
        if (answers(seg, opener) && is_taken(view, i, true))
            return i;
        if (seg->dir == opener->dir && segment_is_syn(seg))
            return NOT_THERE;
    }
    return NOT_THERE;
}

/* Returns the SYN-ACK that the client accepted, or else the first that answers the SYN. The search is limited, because a
 * later connection of the same port may have the same numbers. */
static size_t find_syn_ack(const struct conv_view *view, size_t syn)
{
    size_t first = NOT_THERE;
    unsigned candidates = 0;
    size_t end = horizon(view, syn);
    for (size_t i = 0; i < end && candidates < CANDIDATES_MAX; i++) {
        if (!answers(view_get(view, i), view_get(view, syn)))
            continue;
        if (is_taken(view, i, false))
            return i;
        if (first == NOT_THERE)
            first = i;
        candidates++;
    }
    return first;
}

void opening_find(const struct conv_view *view, struct opening *out)
{
    bool seen[2] = {false, false};
    *out = (struct opening){.syn = NOT_THERE, .syn_ack = NOT_THERE};
    for (size_t i = 0; i < view->count && !(seen[0] && seen[1]); i++) {
        const struct raw_segment *seg = view_get(view, i);
        if (segment_is_syn(seg) && !seen[seg->dir]) {
            out->syn = i;
            out->client = seg->dir;
            out->syn_ack = find_syn_ack(view, i);
            return;
        }
        seen[seg->dir] = true;
    }
}
