/* Keeps a replayed conversation going when the simulated exchange differs from the captured one. It retransmits on
 * timeout (RFC 6298) and, together with replay_due.c, sends pure ACKs. */
#include "models/trace/replay/replay_liveness.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/replay/replay_send.h"

#include <assert.h>

enum { RTO_INITIAL_MS = 1000, RTO_MAX_MS = 60000, BACKOFF_MAX = 8, GRANULARITY_US = 1 };
/* Retransmissions in a row before the client gives up (RFC 9293 3.8.3, R2), of a SYN and of the rest. */
enum { SYN_TRIES_MAX = 7, TRIES_MAX = 15 };

void replay_rto_init(struct replay_rto *rto)
{
    *rto = (struct replay_rto){.rto_ps = RTO_INITIAL_MS * PS_PER_MS};
}

/* RFC 6298 2.2 and 2.3. */
static void rto_sample(struct replay_rto *rto, uint64_t rtt_ps, uint64_t rto_min_ps)
{
    if (rto->srtt_ps == 0) {
        rto->srtt_ps = rtt_ps;
        rto->rttvar_ps = rtt_ps / 2;
    } else {
        uint64_t off = rto->srtt_ps > rtt_ps ? rto->srtt_ps - rtt_ps : rtt_ps - rto->srtt_ps;
        rto->rttvar_ps = (3 * rto->rttvar_ps + off) / 4;
        rto->srtt_ps = (7 * rto->srtt_ps + rtt_ps) / 8;
    }
    uint64_t wait = rto->srtt_ps + u64_max(GRANULARITY_US * PS_PER_US, 4 * rto->rttvar_ps);
    rto->rto_ps = u64_min(u64_max(wait, rto_min_ps), RTO_MAX_MS * PS_PER_MS);
}

static uint64_t rto_wait_ps(const struct replay_rto *rto)
{
    return u64_min(rto->rto_ps << rto->backoff, RTO_MAX_MS * PS_PER_MS);
}

void replay_liveness_on_sent(struct replay_peer *peer, struct replay_conv *conv, uint64_t end,
                             bool again, uint64_t now_ps)
{
    (void)peer;
    if (again)
        conv->rto.timing = false; /* Karn: the ACK may be for either copy */
    else if (!conv->rto.timing) {
        conv->rto.timing = true;
        conv->rto.timed_end = end;
        conv->rto.timed_since_ps = now_ps;
    }
    if (conv->rto_at_ps == TIME_NEVER && conv->snd_una < conv->snd_max)
        conv->rto_at_ps = now_ps + rto_wait_ps(&conv->rto);
}

void replay_liveness_on_acked(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    struct replay_rto *rto = &conv->rto;
    if (rto->timing && conv->snd_una >= rto->timed_end) {
        rto_sample(rto, now_ps - rto->timed_since_ps, peer->params.rto_min_ps);
        rto->timing = false;
    }
    rto->backoff = rto->tries = 0;
    conv->rto_at_ps = TIME_NEVER;
    if (conv->snd_una >= conv->snd_max)
        return;
    /* Segments that were lost together are retransmitted one per round trip instead of one per timeout. */
    bool more_lost = conv->snd_una < conv->recover;
    conv->rto_at_ps = more_lost ? now_ps : now_ps + rto_wait_ps(rto);
}

/* Returns the index of the captured segment, already sent, that holds the oldest unacknowledged position. Returns
 * SIZE_MAX if the capture does not hold these bytes. */
static size_t oldest_unacked(struct replay_conv *conv)
{
    if (conv->snd_una == 0)
        return conv->syn_index;
    bool all_old = true;
    for (size_t i = conv->una_index; i < conv->next; i++) {
        struct client_segment there;
        const struct client_segment *seg = &there;
        capture_segment(conv->check.capture, conv->check.cap, i, &there);
        int64_t at = (int64_t)replay_near(conv->snd_una, conv->check.cap->client_isn, seg->seq);
        int64_t end = at + seg->payload_len + !!(seg->flags & TCP_FIN) + !!(seg->flags & TCP_SYN);
        bool old =
            end <= (int64_t)conv->snd_una || (seg->flags & (TCP_RST | TCP_SYN)) || seg->ignored;
        if (!old && at <= (int64_t)conv->snd_una)
            return i;
        all_old = all_old && old;
        if (all_old)
            conv->una_index = i + 1;
    }
    return SIZE_MAX;
}

bool replay_liveness_on_timeout(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    assert(conv->snd_una < conv->snd_max);
    bool asked_for = conv->snd_una < conv->recover && conv->rto.backoff == 0;
    size_t segment = oldest_unacked(conv);
    bool gives_up = conv->rto.tries == (conv->snd_una == 0 ? SYN_TRIES_MAX : TRIES_MAX);
    if (segment == SIZE_MAX || gives_up) {
        conv->rto_at_ps = TIME_NEVER;
        return true;
    }
    if (!replay_send_again(peer, conv, segment, now_ps))
        return false;
    conv->rto.timing = false;
    conv->rto.tries++;
    if (!asked_for) {
        conv->recover = conv->snd_max;
        if (conv->rto.backoff < BACKOFF_MAX)
            conv->rto.backoff++;
    }
    conv->rto_at_ps = now_ps + rto_wait_ps(&conv->rto);
    return true;
}
