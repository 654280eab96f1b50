/* Builds the client's frames and puts them on the uplink. */
#include "models/trace/replay/replay_send.h"

#include "models/trace/capture/capture_access.h"
#include "models/trace/replay/replay_due.h"
#include "models/trace/replay/replay_ignored.h"
#include "models/trace/replay/replay_liveness.h"
#include "models/trace/replay/replay_options.h"
#include "models/wire/bytes.h"

#include <assert.h>
#include <string.h>

enum {
    TTL_DEFAULT = 64,
    POOL_RETRY_US = 10,
};

static void header_start(const struct replay_peer *peer, struct replay_conv *conv,
                         struct packet_out *out)
{
    const struct flow_key *key = &conv->check.result.key;
    *out = (struct packet_out){
        .vlan = key->vlan,
        .ip_version = key->ip_version,
        .ttl = TTL_DEFAULT,
        .ip_id = conv->ip_id++,
        .sport = key->rport,
        .dport = key->lport,
    };
    memcpy(out->dst_mac, peer->params.team_mac, 6);
    memcpy(out->src_mac, conv->client_mac, 6);
    memcpy(out->src, key->raddr, sizeof out->src);
    memcpy(out->dst, key->laddr, sizeof out->dst);
}

/* Sends one frame with the payload of `seg`, or without payload if `seg` is null. Returns false if no frame is free. */
static bool emit(struct replay_peer *peer, const struct replay_conv *conv,
                 const struct packet_out *out, const struct client_segment *seg, uint64_t now_ps)
{
    struct frame *frame = frame_alloc(peer->pool, now_ps);
    if (!frame) {
        peer->stats.pool_waits++;
        peer->uplink_free_ps = now_ps + POOL_RETRY_US * PS_PER_US;
        return false;
    }
    uint32_t header = packet_header_bytes(out), payload_len = seg ? seg->payload_len : 0;
    assert(header + payload_len <= FRAME_BYTES_MAX);
    if (payload_len)
        capture_payload(peer->capture, conv->check.cap, seg, frame->data + header);
    frame->len = packet_build(frame->data, out, payload_len);
    frame->conversation = conv->index;
    frame->flags = conv->port_flags;
    peer->uplink_free_ps = now_ps + replay_uplink_busy_ps(&peer->params, frame->len);
    peer->stats.frames_sent++;
    frame_sink_accept(&peer->uplink, frame, now_ps);
    return true;
}

/* Records the acknowledgment and window that a segment has told the server. */
static void on_ack_sent(struct replay_conv *conv, uint64_t ack, uint32_t window_bytes)
{
    conv->ack_sent_last = ack;
    conv->ack_sent = u64_max(conv->ack_sent, ack);
    conv->window_bytes = window_bytes;
    conv->ack_edge = u64_max(conv->ack_edge, ack + window_bytes);
    if (ack >= conv->rcv_nxt)
        conv->owed = false;
}

/* Fills the header of a captured segment except the addresses. The numbers are converted to those of the simulated
 * server. */
static void header_fill(const struct replay_conv *conv, const struct client_segment *seg,
                        bool newest, uint8_t options[REPLAY_OPTIONS_MAX], struct packet_out *out,
                        uint64_t *ack)
{
    out->ttl = seg->ttl ? seg->ttl : TTL_DEFAULT;
    out->seq = seg->seq;
    out->ack = seg->ack;
    out->flags = seg->flags;
    out->window = seg->window;
    out->urgent = seg->urgent;
    out->options = options;
    out->options_len = replay_options_make(conv, seg, newest, options);
    *ack = conv->ack_sent_last;
    if (!(seg->flags & TCP_ACK) || !conv->synack)
        return;
    int64_t captured = replay_due_ack(conv, seg->ack);
    if (newest || captured > (int64_t)conv->rcv_nxt)
        captured = (int64_t)conv->rcv_nxt;
    out->ack = conv->server_isn + (uint32_t)captured;
    *ack = captured < 0 ? 0 : (uint64_t)captured;
}

static uint32_t window_of(const struct replay_conv *conv, const struct client_segment *seg)
{
    return seg->flags & TCP_SYN ? seg->window : (uint32_t)seg->window << conv->client_ws;
}

static void note_sent(struct replay_conv *conv, const struct client_segment *seg, uint64_t ack,
                      uint64_t now_ps)
{
    uint32_t tsval;
    if (replay_options_tsval(seg, &tsval) &&
        ((seg->flags & TCP_SYN) || (int32_t)(tsval - conv->tsval_newest) > 0))
        conv->tsval_newest = tsval;
    if ((seg->flags & TCP_ACK) && !(seg->flags & TCP_RST))
        on_ack_sent(conv, ack, window_of(conv, seg));
    else if (seg->flags & TCP_SYN)
        conv->ack_edge = u64_max(conv->ack_edge, 1 + (uint64_t)seg->window);
    if (seg->flags & TCP_SYN)
        conv->window_bytes = seg->window;
    conv->sent_ps = now_ps;
}

/* Selects the NIC of the captured segment. Frames that are not in the capture go to the NIC of the captured segment before
 * them. */
static void take_port(const struct replay_peer *peer, struct replay_conv *conv,
                      const struct client_segment *seg)
{
    int nic = capture_interface_nic(peer->capture, seg->interface);
    conv->port_flags = nic < 0 ? 0 : nic == 0 ? FRAME_TO_NIC0 : FRAME_TO_NIC1;
}

bool replay_send_captured(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    const struct client_segment *seg = replay_next(conv);
    struct packet_out out;
    uint8_t options[REPLAY_OPTIONS_MAX];
    uint64_t ack;
    if (seg->ignored)
        return replay_ignored_send(peer, conv, now_ps);
    take_port(peer, conv, seg);
    header_start(peer, conv, &out);
    header_fill(conv, seg, false, options, &out, &ack);
    if (!emit(peer, conv, &out, seg, now_ps))
        return false;
    note_sent(conv, seg, ack, now_ps);
    int64_t at = replay_due_seq(conv, seg);
    int64_t end = at + seg->payload_len + !!(seg->flags & TCP_SYN) + !!(seg->flags & TCP_FIN);
    conv->next++;
    peer->segments_done++;
    conv->progress_ps = now_ps;
    if (conv->check.result.started_ps == 0)
        conv->check.result.started_ps = now_ps;
    if (seg->flags & TCP_RST) {
        conv->rst_sent = true;
        conv->rto_at_ps = TIME_NEVER;
        return true;
    }
    if ((seg->flags & TCP_FIN) && end > 0 && !conv->fin_end)
        conv->fin_end = (uint64_t)end;
    bool again = end <= (int64_t)conv->snd_max;
    if (end > (int64_t)conv->snd_max)
        conv->snd_max = (uint64_t)end;
    if (end > at)
        replay_liveness_on_sent(peer, conv, (uint64_t)(end < 0 ? 0 : end), again, now_ps);
    return true;
}

bool replay_send_unchanged(struct replay_peer *peer, struct replay_conv *conv,
                           const struct client_segment *seg, bool clip, uint64_t now_ps)
{
    take_port(peer, conv, seg);
    struct packet_out out;
    uint8_t options[REPLAY_OPTIONS_MAX];
    uint64_t ack;
    header_start(peer, conv, &out);
    header_fill(conv, seg, false, options, &out, &ack);
    if (!clip)
        out.ack = conv->server_isn + (uint32_t)replay_due_ack(conv, seg->ack);
    return emit(peer, conv, &out, seg, now_ps);
}

bool replay_send_again(struct replay_peer *peer, struct replay_conv *conv, size_t segment,
                       uint64_t now_ps)
{
    struct client_segment again;
    const struct client_segment *seg = &again;
    capture_segment(peer->capture, conv->check.cap, segment, &again);
    struct packet_out out;
    uint8_t options[REPLAY_OPTIONS_MAX];
    uint64_t ack;
    header_start(peer, conv, &out);
    header_fill(conv, seg, true, options, &out, &ack);
    uint32_t window = window_of(conv, seg);
    if (!(seg->flags & TCP_SYN)) { /* Use the current window, not the captured one. */
        window = conv->window_bytes;
        out.window = (uint16_t)u32_min(window >> conv->client_ws, UINT16_MAX);
    }
    if (!emit(peer, conv, &out, seg, now_ps))
        return false;
    if (seg->flags & TCP_ACK)
        on_ack_sent(conv, ack, window);
    conv->sent_ps = now_ps;
    peer->stats.retransmissions++;
    return true;
}

static uint32_t timestamp_option(const struct replay_conv *conv, uint8_t options[12])
{
    if (!conv->ts)
        return 0;
    options[0] = options[1] = 1;
    options[2] = 8;
    options[3] = 10;
    be32_store(options + 4, conv->tsval_newest);
    be32_store(options + 8, conv->ts_recent);
    return 12;
}

bool replay_send_ack(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    assert(conv->synack);
    struct packet_out out;
    uint8_t options[12];
    header_start(peer, conv, &out);
    out.seq = conv->check.cap->client_isn + (uint32_t)conv->snd_max;
    out.ack = conv->server_isn + (uint32_t)conv->rcv_nxt;
    out.flags = TCP_ACK;
    out.window = (uint16_t)u32_min(conv->window_bytes >> conv->client_ws, UINT16_MAX);
    out.options = options;
    out.options_len = timestamp_option(conv, options);
    if (!emit(peer, conv, &out, NULL, now_ps))
        return false;
    on_ack_sent(conv, conv->rcv_nxt, (uint32_t)out.window << conv->client_ws);
    conv->sent_ps = now_ps;
    peer->stats.synthetic_acks++;
    return true;
}

bool replay_send_reset(struct replay_peer *peer, struct replay_conv *conv, uint32_t seq,
                       uint64_t now_ps)
{
    struct packet_out out;
    header_start(peer, conv, &out);
    out.seq = seq;
    out.flags = TCP_RST;
    if (!emit(peer, conv, &out, NULL, now_ps))
        return false;
    peer->stats.challenge_resets++;
    return true;
}
