/* Is every byte right, and when has a conversation ended? */
#include "models/trace/replay_conv.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void replay_check_damage(struct replay_conv *conv, const char *format, ...)
{
    if (conv->damaged)
        return; /* the first finding explains the others */
    conv->damaged = true;
    va_list args;
    va_start(args, format);
    vsnprintf(conv->result.why, sizeof conv->result.why, format, args);
    va_end(args);
}

static uint64_t first_difference(const uint8_t *a, const uint8_t *b, uint64_t len)
{
    uint64_t i = 0;
    while (i < len && a[i] == b[i])
        i++;
    return i;
}

void replay_check_server_bytes(struct replay_conv *conv, uint64_t from, const uint8_t *bytes,
                               uint32_t len)
{
    const struct conversation *cap = conv->cap;
    int64_t offset = (int64_t)from - 1;
    if (offset < 0) {
        uint64_t before = (uint64_t)-offset;
        if (before >= len)
            return;
        bytes += before;
        len -= (uint32_t)before;
        offset = 0;
    }
    uint64_t at = (uint64_t)offset;
    if (at + len > cap->server_bytes) {
        replay_check_damage(conv,
                            "the server sent up to byte %" PRIu64 ", the capture has %" PRIu64,
                            at + len, cap->server_bytes);
        len = at < cap->server_bytes ? (uint32_t)(cap->server_bytes - at) : 0;
    }
    if (len == 0 || memcmp(bytes, cap->server_stream + at, len) == 0)
        return;
    uint64_t i = first_difference(bytes, cap->server_stream + at, len);
    replay_check_damage(conv, "byte %" PRIu64 " to the client is %02x, captured was %02x", at + i,
                        bytes[i], cap->server_stream[at + i]);
}

void replay_check_server_fin(struct replay_conv *conv, uint64_t at)
{
    const struct conversation *cap = conv->cap;
    if (!cap->server_fin)
        replay_check_damage(conv, "the server closed its side, in the capture it did not");
    else if (at != 1 + cap->server_bytes)
        replay_check_damage(conv, "the server closed after byte %" PRIu64 " of %" PRIu64, at - 1,
                            cap->server_bytes);
}

void replay_peer_on_server_bytes(struct replay_peer *peer, size_t conversation, uint64_t offset,
                                 const uint8_t *bytes, uint32_t len, uint64_t now_ps)
{
    assert(conversation < peer->conv_count);
    struct replay_conv *conv = &peer->convs[conversation];
    const struct conversation *cap = conv->cap;
    uint64_t expected = conv->result.bytes_to_server;
    if (offset != expected) {
        replay_check_damage(conv, "the application got byte %" PRIu64 " %s", offset,
                            offset < expected ? "twice" : "after a hole");
    } else if (offset + len > cap->client_bytes) {
        replay_check_damage(conv, "the application got %" PRIu64 " bytes, the capture has %" PRIu64,
                            offset + len, cap->client_bytes);
    } else {
        uint64_t i = first_difference(bytes, cap->client_stream + offset, len);
        if (i < len)
            replay_check_damage(conv, "byte %" PRIu64 " to the server is %02x, captured was %02x",
                                offset + i, bytes[i], cap->client_stream[offset + i]);
    }
    if (offset + len > expected) {
        peer->stats.bytes_to_server += offset + len - expected;
        conv->result.bytes_to_server = offset + len;
        conv->progress_ps = now_ps;
    }
    replay_peer_touch(peer, conv, now_ps);
}

void replay_peer_on_server_end(struct replay_peer *peer, size_t conversation, unsigned cause,
                               uint64_t now_ps)
{
    assert(conversation < peer->conv_count);
    struct replay_conv *conv = &peer->convs[conversation];
    if (cause != 0 && !conv->rst_sent && !conv->cap->reset_by_server && !conv->over)
        replay_check_damage(conv, "the connection was terminated prematurely (cause %u)", cause);
    conv->server_ended = true;
    replay_peer_touch(peer, conv, now_ps);
}

static void count_outcome(struct replay_peer *peer, enum conv_outcome outcome)
{
    peer->stats.intact += outcome == CONV_INTACT;
    peer->stats.damaged += outcome == CONV_DAMAGED || outcome == CONV_STALLED;
    peer->stats.stalled += outcome == CONV_STALLED;
}

void replay_check_close(struct replay_peer *peer, struct replay_conv *conv,
                        enum conv_outcome outcome)
{
    assert(!conv->done);
    conv->done = true;
    conv->rto_at_ps = TIME_NEVER;
    peer->segments_done += conv->cap->segment_count - conv->next;
    conv->next = conv->cap->segment_count;
    conv->result.outcome = outcome;
    peer->open_count--;
    if (conv->cap->replayable && conv->result.key.ip_version == 0) {
        peer->stats.partial[PARTIAL_TUPLE]++; /* no free tuple was left for it */
        snprintf(conv->result.why, sizeof conv->result.why, "no free tuple");
        if (conv->cap->partial != PARTIAL_NONE)
            peer->stats.partial[conv->cap->partial]--;
        else
            peer->stats.complete--;
        return;
    }
    count_outcome(peer, outcome);
}

/* Everything the capture shows as acknowledged was delivered, both ways. */
static bool all_delivered(const struct replay_conv *conv)
{
    return conv->result.bytes_to_server >= conv->cap->client_acked &&
           conv->result.bytes_to_client >= conv->cap->server_acked;
}

static void note_missing(struct replay_conv *conv)
{
    const struct conv_result *r = &conv->result;
    if (r->bytes_to_client < conv->cap->server_acked)
        replay_check_damage(conv, "%" PRIu64 " of %" PRIu64 " bytes reached the client",
                            r->bytes_to_client, conv->cap->server_acked);
    else if (r->bytes_to_server < conv->cap->client_acked)
        replay_check_damage(conv, "%" PRIu64 " of %" PRIu64 " bytes reached the application",
                            r->bytes_to_server, conv->cap->client_acked);
}

static bool is_orderly_end(const struct replay_conv *conv)
{
    return conv->fin_end && conv->snd_una >= conv->fin_end && conv->server_fin_at &&
           conv->ack_sent > conv->server_fin_at;
}

/* A capture without an end: everything it shows has happened. */
static bool is_open_end(const struct replay_conv *conv)
{
    const struct conversation *cap = conv->cap;
    return cap->partial != PARTIAL_NONE && conv->next == cap->segment_count && conv->synack &&
           conv->snd_una == conv->snd_max &&
           conv->rcv_nxt >= 1 + cap->server_bytes + cap->server_fin;
}

void replay_check_end(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    if (conv->done)
        return;
    if (!conv->over &&
        (is_orderly_end(conv) || conv->rst_sent || conv->rst_received || is_open_end(conv))) {
        conv->over = true;
        conv->result.ended = true;
        conv->result.ended_ps = now_ps;
    }
    if (!conv->over)
        return;
    /* Captured repetitions are still sent, but nothing is waited for. */
    if (!conv->rst_received && replay_due_block(conv) == REPLAY_FREE)
        return;
    if (conv->cap->partial != PARTIAL_NONE)
        replay_check_close(peer, conv, CONV_PARTIAL);
    else if (conv->damaged)
        replay_check_close(peer, conv, CONV_DAMAGED);
    else if (all_delivered(conv))
        replay_check_close(peer, conv, CONV_INTACT);
    /* else the application may still take bytes: until the stall limit */
}

static const char *waiting_for(const struct replay_conv *conv)
{
    switch (replay_due_block(conv)) {
    case REPLAY_NOT_ARRIVED:
        return "bytes of the server";
    case REPLAY_NO_WINDOW:
        return "the server's window";
    case REPLAY_NOT_DELIVERED:
        return "the server's acknowledgment";
    default:
        return "the end";
    }
}

void replay_check_stalled(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    bool damaged = conv->damaged;
    /* Nobody sends a lost reset again: what the server's application says must do. */
    bool reset_lost = conv->cap->reset_by_server && conv->server_ended && all_delivered(conv);
    if (reset_lost && !conv->over) {
        conv->over = true;
        conv->result.ended = true;
        conv->result.ended_ps = now_ps;
    }
    if (conv->over)
        note_missing(conv);
    else
        replay_check_damage(conv, "stalled: segment %zu of %zu waits for %s", conv->next + 1,
                            conv->cap->segment_count, waiting_for(conv));
    if (conv->cap->partial != PARTIAL_NONE)
        replay_check_close(peer, conv, CONV_PARTIAL);
    else if (reset_lost && !damaged)
        replay_check_close(peer, conv, CONV_INTACT);
    else
        replay_check_close(peer, conv, conv->over || damaged ? CONV_DAMAGED : CONV_STALLED);
}
