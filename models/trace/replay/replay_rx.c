/* The receive side of the client's TCP, which processes the segments of the server. */
#include "models/trace/replay/replay_rx.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/replay/replay_liveness.h"
#include "models/trace/replay/replay_options.h"
#include "models/trace/replay/replay_send.h"

#include <assert.h>
#include <inttypes.h>

static void on_syn_ack(struct replay_peer *peer, struct replay_conv *conv,
                       const struct tcp_segment *seg, uint64_t now_ps)
{
    struct client_segment of_syn;
    const struct client_segment *syn = &of_syn;
    capture_segment(peer->capture, conv->check.cap, conv->syn_index, &of_syn);
    uint32_t tsval;
    int shift = replay_options_shift(syn);
    conv->synack = true;
    conv->server_isn = seg->seq;
    conv->rcv_nxt = 1;
    if (shift >= 0 && (seg->options & TCP_HAS_WS)) {
        conv->client_ws = (uint8_t)shift;
        conv->server_ws = seg->ws;
    }
    conv->ts = (seg->options & TCP_HAS_TS) && replay_options_tsval(syn, &tsval);
    conv->ts_recent = seg->tsval;
    conv->snd_edge = 1 + (uint64_t)seg->window;
    conv->snd_window_max = seg->window;
    conv->snd_wl1 = 0;
    conv->snd_wl2 = 1;
    conv->progress_ps = now_ps;
}

static void on_ack(struct replay_peer *peer, struct replay_conv *conv,
                   const struct tcp_segment *seg, uint64_t seq, uint64_t now_ps)
{
    uint64_t ack = replay_near(conv->snd_una, conv->check.cap->client_isn, seg->ack);
    if ((int64_t)ack > (int64_t)conv->snd_max) {
        conv_check_damage(&conv->check,
                          "the server acknowledged position %" PRIu64 ", sent is %" PRIu64, ack,
                          conv->snd_max);
        return;
    }
    if ((int64_t)ack < 0)
        return;
    if (ack > conv->snd_una) {
        conv->snd_una = ack;
        conv->progress_ps = now_ps;
        replay_liveness_on_acked(peer, conv, now_ps);
    }
    /* RFC 9293 3.10.7.4: an old segment must not set the window. */
    bool newer =
        (int64_t)seq > (int64_t)conv->snd_wl1 || (seq == conv->snd_wl1 && ack >= conv->snd_wl2);
    if (!newer)
        return;
    unsigned shift = seg->flags & TCP_SYN ? 0 : conv->server_ws;
    conv->snd_edge = ack + ((uint64_t)seg->window << shift);
    conv->snd_window_max = u64_max(conv->snd_window_max, (uint64_t)seg->window << shift);
    conv->snd_wl1 = seq;
    conv->snd_wl2 = ack;
}

static void on_data(struct replay_peer *peer, struct replay_conv *conv,
                    const struct tcp_segment *seg, uint64_t seq, uint64_t now_ps)
{
    uint64_t end = seq + seg->payload_len;
    uint64_t before = conv->rcv_nxt;
    bool keepalive = seg->payload_len <= 1 && seq == conv->rcv_nxt - 1;
    if (seg->payload_len && !keepalive)
        conv_check_server_bytes(&conv->check, (int64_t)seq - 1, seg->payload, seg->payload_len);
    if (seg->payload_len && (int64_t)end > (int64_t)conv->rcv_nxt) {
        if ((int64_t)seq <= (int64_t)conv->rcv_nxt)
            conv->rcv_nxt = end;
        else if (!range_set_add(&conv->ooo, seq, end))
            return; /* There is no room for it, so the segment counts as lost. */
        conv->rcv_nxt = range_set_join(&conv->ooo, conv->rcv_nxt);
    }
    if ((seg->flags & TCP_FIN) && !conv->server_fin_at) {
        conv_check_server_fin(&conv->check, end - 1);
        conv->server_fin_at = end;
    }
    if (conv->server_fin_at && conv->rcv_nxt == conv->server_fin_at)
        conv->rcv_nxt++;
    if (conv->rcv_nxt != before)
        conv->progress_ps = now_ps;
    conv_check_arrived(&conv->check, &peer->stats, conv->rcv_nxt - 1);
    bool old = (int64_t)seq < (int64_t)before; /* a duplicate or a keepalive needs an ACK, too */
    if ((seg->payload_len || (seg->flags & (TCP_FIN | TCP_SYN)) || old) && !conv->owed) {
        conv->owed = true;
        conv->owed_since_ps = now_ps;
    }
}

static void on_reset(struct replay_conv *conv)
{
    bool expected = conv->check.cap->reset_by_server || conv->rst_sent || conv->over;
    conv->rst_received = true;
    conv->rto_at_ps = TIME_NEVER;
    if (!expected)
        conv_check_damage(&conv->check,
                          "the server reset the connection, in the capture it did not");
}

/* Updates TS.Recent from a segment that spans the last acknowledgment (RFC 7323 4.3, rule 2). */
static void on_timestamp(struct replay_conv *conv, const struct tcp_segment *seg, uint64_t seq)
{
    if (conv->ts && (seg->options & TCP_HAS_TS) && (int32_t)(seg->tsval - conv->ts_recent) >= 0 &&
        (int64_t)seq <= (int64_t)conv->ack_sent_last)
        conv->ts_recent = seg->tsval;
}

void replay_rx_segment(struct replay_peer *peer, struct replay_conv *conv,
                       const struct tcp_segment *seg, uint64_t now_ps)
{
    if (seg->flags & TCP_RST) {
        on_reset(conv);
        return;
    }
    if (!(seg->flags & TCP_ACK))
        return;
    if (conv->rst_sent) {
        /* The reset did not match exactly (RFC 5961 3.2), or crossed this segment. */
        replay_send_reset(peer, conv, seg->ack, now_ps);
        return;
    }
    if ((seg->flags & TCP_SYN) && !conv->synack)
        on_syn_ack(peer, conv, seg, now_ps);
    if (!conv->synack)
        return;
    uint64_t seq = replay_near(conv->rcv_nxt, conv->server_isn, seg->seq);
    on_ack(peer, conv, seg, seq, now_ps);
    on_timestamp(conv, seg, seq);
    if (seg->flags & TCP_SYN)
        seq++;
    on_data(peer, conv, seg, seq, now_ps);
}
