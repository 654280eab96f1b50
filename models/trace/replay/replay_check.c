/* Decides when a conversation of a replay has ended, and with which result. */
#include "models/trace/replay/replay_check.h"
#include "models/trace/replay/replay_due.h"
#include "models/trace/replay/replay_peer_pvt.h"

#include <assert.h>

void replay_check_on_server_bytes(struct replay_peer *peer, size_t conversation, uint64_t offset,
                                  const uint8_t *bytes, uint32_t len, uint64_t now_ps)
{
    assert(conversation < peer->conv_count);
    struct replay_conv *conv = replay_peer_conv(peer, conversation);
    if (conv_check_app_bytes(&conv->check, &peer->stats, offset, bytes, len))
        conv->progress_ps = now_ps;
    replay_peer_touch(peer, conv, now_ps);
}

void replay_check_on_server_end(struct replay_peer *peer, size_t conversation, unsigned cause,
                                uint64_t now_ps)
{
    assert(conversation < peer->conv_count);
    struct replay_conv *conv = replay_peer_conv(peer, conversation);
    if (cause != 0 && !conv->rst_sent && !conv->check.cap->reset_by_server && !conv->over)
        conv_check_damage(&conv->check, "the connection was terminated prematurely (cause %u)",
                          cause);
    conv->server_ended = true;
    replay_peer_touch(peer, conv, now_ps);
}

/* Ends the transport of a conversation. The result remains in conv_check. */
static void close_transport(struct replay_peer *peer, struct replay_conv *conv)
{
    conv->rto_at_ps = TIME_NEVER;
    peer->segments_done += conv->check.cap->segment_count - conv->next;
    conv->next = conv->check.cap->segment_count;
    peer->open_count--;
}

void replay_check_close(struct replay_peer *peer, struct replay_conv *conv)
{
    close_transport(peer, conv);
    assert(!conv->check.done);
    conv->check.done = true;
}

void replay_check_refuse(struct replay_peer *peer, struct replay_conv *conv, enum outcome reason,
                         const char *why)
{
    close_transport(peer, conv);
    conv_check_refuse(&conv->check, reason, why);
}

static bool is_orderly_end(const struct replay_conv *conv)
{
    return conv->fin_end && conv->snd_una >= conv->fin_end && conv->server_fin_at &&
           conv->ack_sent > conv->server_fin_at;
}

/* Returns true if the capture has no end for this conversation and all of its segments have been replayed. */
static bool is_open_end(const struct replay_conv *conv)
{
    const struct conversation *cap = conv->check.cap;
    return cap->partial != PARTIAL_NONE && conv->next == cap->segment_count && conv->synack &&
           conv->snd_una == conv->snd_max &&
           conv->rcv_nxt >= 1 + cap->server_bytes + cap->server_fin;
}

void replay_check_end(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    if (conv->check.done)
        return;
    if (!conv->over &&
        (is_orderly_end(conv) || conv->rst_sent || conv->rst_received || is_open_end(conv))) {
        conv->over = true;
        conv->check.result.ended = true;
        conv->check.result.ended_ps = now_ps;
    }
    if (!conv->over)
        return;
    /* Captured retransmissions that are due are still sent, but the conversation does not wait for later ones. */
    if (!conv->rst_received && replay_due_block(conv) == REPLAY_FREE)
        return;
    /* Until the stall limit the application may still take bytes. */
    if (conv_check_is_settled(&conv->check))
        replay_check_close(peer, conv);
}

static const char *waiting_for(struct replay_conv *conv)
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
    conv->looked_ps = now_ps;
    if (server_watch_tries(&peer->params.server, &conv->check.result.key))
        return; /* The server still retransmits, so we look again after the same time. */
    /* A lost reset is not sent again, so the end that the server's application reported must suffice. */
    bool reset_lost = conv->check.cap->reset_by_server && conv->server_ended &&
                      conv_check_all_delivered(&conv->check);
    if (reset_lost && !conv->over) {
        conv->over = true;
        conv->check.result.ended = true;
        conv->check.result.ended_ps = now_ps;
    }
    if (conv->over)
        conv_check_missing(&conv->check);
    else
        conv_check_stall(&conv->check, "stalled: segment %zu of %zu waits for %s", conv->next + 1,
                         conv->check.cap->segment_count, waiting_for(conv));
    replay_check_close(peer, conv);
}
