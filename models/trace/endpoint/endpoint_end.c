/* Decides when a conversation has ended, and with which result. The rules are those of exact mode (replay_check.c), but
 * the stack reports the end of the transport. */
#include "models/trace/endpoint/endpoint_end.h"
#include "models/trace/endpoint/endpoint_conv.h"
#include "models/trace/endpoint/lwip_conn.h"

/* Returns true if the capture has no end for this conversation and all of it has been replayed. */
static bool is_open_end(const struct endpoint_conv *conv)
{
    const struct conversation *cap = conv->check.cap;
    return cap->partial != PARTIAL_NONE && conv->connected &&
           conv->step == cap->client_step_count && !lwip_conn_is_outstanding(&conv->tcp) &&
           conv->received >= cap->server_bytes && (conv->server_fin || !cap->server_fin);
}

static void note_end(struct endpoint_conv *conv, uint64_t now_ps)
{
    if (conv->check.result.ended)
        return;
    conv->check.result.ended = true;
    conv->check.result.ended_ps = now_ps;
}

void endpoint_end_check(struct endpoint_peer *peer, struct endpoint_conv *conv, uint64_t now_ps)
{
    conv->over = conv->over || is_open_end(conv);
    if (!conv->over)
        return;
    note_end(conv, now_ps);
    /* Until the stall limit the application may still take bytes. */
    if (conv_check_is_settled(&conv->check))
        endpoint_conv_close(peer, conv);
}

/* Returns the time of the next look for a stall. While the stack has something outstanding, it decides itself when to give
 * up. We look again later, because the stack does not report when nothing is outstanding any more. */
uint64_t endpoint_end_stall_ps(const struct endpoint_peer *peer, const struct endpoint_conv *conv,
                               uint64_t now_ps)
{
    bool outstanding = lwip_conn_is_outstanding(&conv->tcp);
    uint64_t since_ps = u64_max(conv->progress_ps, conv->looked_ps);
    return (outstanding ? now_ps : since_ps) + peer->params.stall_ps;
}

static const char *waiting_for(struct endpoint_conv *conv)
{
    const struct conversation *cap = conv->check.cap;
    if (!conv->connected)
        return "the SYN-ACK";
    if (conv->step == cap->client_step_count)
        return "the end";
    const struct app_step *step = endpoint_conv_step(conv);
    if (conv->received < step->rx_bytes)
        return "bytes of the server";
    if (step->peer_fin && !conv->server_fin)
        return "the server's FIN";
    return "the server's acknowledgment";
}

void endpoint_end_stalled(struct endpoint_peer *peer, struct endpoint_conv *conv, uint64_t now_ps)
{
    conv->looked_ps = now_ps;
    if (server_watch_tries(&peer->params.server, &conv->check.result.key))
        return; /* The server still retransmits, so we look again after the same time. */
    const struct conversation *cap = conv->check.cap;
    /* A lost reset is not sent again, so the end that the server's application reported must suffice. */
    bool reset_lost = cap->reset_by_server && conv->server_ended && !conv->over &&
                      conv_check_all_delivered(&conv->check);
    conv->over = conv->over || reset_lost;
    if (conv->over) {
        note_end(conv, now_ps);
        conv_check_missing(&conv->check);
    } else {
        conv_check_stall(&conv->check, "stalled: step %zu of %zu waits for %s", conv->step + 1,
                         cap->client_step_count, waiting_for(conv));
    }
    endpoint_conv_close(peer, conv);
}
