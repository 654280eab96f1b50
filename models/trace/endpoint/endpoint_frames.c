/* Adds Ethernet headers to the stack's packets and models the one cable that all clients share. */
#include "models/trace/endpoint/endpoint_frames.h"

#include "models/trace/endpoint/endpoint_conv.h"
#include "models/trace/endpoint/endpoint_peer_pvt.h"
#include "models/wire/bytes.h"
#include "models/wire/packet.h"

#include <string.h>

enum {
    MAC_BYTES = 12,
    ETHERNET_HEADER = 14,
    TAG_BYTES = 4,
    TYPE_VLAN = 0x8100,
    TYPE_IPV4 = 0x0800,
    TYPE_IPV6 = 0x86dd,
};

/* Counts a retransmission if all sequence numbers of the segment were sent before. */
static void count_segment(struct endpoint_peer *peer, struct endpoint_conv *conv,
                          const struct tcp_segment *seg)
{
    uint32_t len = seg->payload_len + ((seg->flags & TCP_SYN) != 0) + ((seg->flags & TCP_FIN) != 0);
    uint32_t end = seg->seq + len;
    if (seg->flags & TCP_RST) {
        peer->stats.challenge_resets += conv->rst_sent;
        return;
    }
    if (len == 0)
        return;
    bool again = conv->any_sent && (int32_t)(end - conv->snd_max) <= 0;
    peer->stats.retransmissions += again;
    if (!again)
        conv->snd_max = end;
    conv->any_sent = true;
}

static void ethernet_header(const struct endpoint_peer *peer, const struct endpoint_conv *conv,
                            struct frame *frame)
{
    memcpy(frame->data, peer->params.team_mac, 6);
    memcpy(frame->data + 6, conv->client_mac, 6);
    uint16_t vlan = conv->check.result.key.vlan;
    if (!(vlan & VLAN_TAGGED))
        return;
    memmove(frame->data + MAC_BYTES + TAG_BYTES, frame->data + MAC_BYTES, frame->len - MAC_BYTES);
    be16_store(frame->data + MAC_BYTES, TYPE_VLAN);
    be16_store(frame->data + MAC_BYTES + 2, vlan & VLAN_VID_MASK);
    frame->len += TAG_BYTES;
}

static void enqueue(struct endpoint_peer *peer, struct frame *frame)
{
    frame->next = NULL;
    if (peer->last)
        peer->last->next = frame;
    else
        peer->first = frame;
    peer->last = frame;
}

/* Sends a packet of the stack. The VLAN tag comes from the conversation, because the stack does not know it. */
bool endpoint_frames_output(void *self, const uint8_t *packet, uint32_t len, uint64_t now_ps)
{
    struct endpoint_peer *peer = self;
    if (len == 0 || len + ETHERNET_HEADER + TAG_BYTES > FRAME_BYTES_MAX)
        return true; /* This cannot happen, because no packet is longer than the MTU. */
    struct frame *frame = frame_alloc(peer->pool, now_ps);
    if (!frame) {
        peer->stats.pool_waits++;
        return false;
    }
    memset(frame->data, 0, MAC_BYTES);
    be16_store(frame->data + MAC_BYTES, packet[0] >> 4 == 4 ? TYPE_IPV4 : TYPE_IPV6);
    memcpy(frame->data + ETHERNET_HEADER, packet, len);
    frame->len = ETHERNET_HEADER + len;
    struct packet parsed;
    struct flow_key key;
    packet_parse(frame->data, frame->len, false, &parsed);
    size_t index = SIZE_MAX;
    if (parsed.kind == PACKET_TCP) {
        packet_flow_key(&parsed, &key);
        index = tuple_table_find_across(&peer->tuples, &key);
    }
    if (index ==
        SIZE_MAX) { /* The packet answers a frame of no conversation, so no host sends it. */
        frame_free(peer->pool, frame);
        return true;
    }
    struct endpoint_conv *conv = endpoint_peer_conv(peer, index);
    count_segment(peer, conv, &parsed.seg);
    ethernet_header(peer, conv, frame);
    frame->conversation = conv->index;
    enqueue(peer, frame);
    if (conv->check.done)
        endpoint_conv_touch(peer, conv); /* Its state is not needed any more. */
    return true;
}

uint64_t endpoint_frames_next_ps(const struct endpoint_peer *peer)
{
    return peer->first ? u64_max(peer->uplink_free_ps, peer->first->born_ps) : TIME_NEVER;
}

void endpoint_frames_run(struct endpoint_peer *peer, uint64_t now_ps)
{
    while (endpoint_frames_next_ps(peer) <= now_ps) {
        struct frame *frame = peer->first;
        peer->first = frame->next;
        if (!peer->first)
            peer->last = NULL;
        frame->next = NULL;
        peer->uplink_free_ps = now_ps + replay_uplink_busy_ps(&peer->params, frame->len);
        peer->stats.frames_sent++;
        frame_sink_accept(&peer->uplink, frame, now_ps);
    }
}

void endpoint_frames_drop(struct endpoint_peer *peer)
{
    while (peer->first) {
        struct frame *frame = peer->first;
        peer->first = frame->next;
        frame_free(peer->pool, frame);
    }
}

/* Gives a received frame to the stack. The stack checks checksums and numbers itself, but a frame with a bad FCS is
 * dropped here, as an adapter would do. */
void endpoint_frames_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct endpoint_peer *peer = self;
    struct packet packet;
    size_t index = SIZE_MAX;
    peer->stats.frames_received++;
    packet_parse(frame->data, frame->len, true, &packet);
    bool tcp = packet.kind == PACKET_TCP;
    peer->stats.bad_frames += (frame->flags & FRAME_BAD_FCS) || packet.kind == PACKET_MALFORMED ||
                              (tcp && !(packet.ip_checksum_ok && packet.tcp_checksum_ok));
    if (tcp && !(frame->flags & FRAME_BAD_FCS)) {
        struct flow_key seen;
        packet_flow_key(&packet, &seen);
        index = tuple_table_find_reverse(&peer->tuples, &seen);
        peer->stats.stray_frames += index == SIZE_MAX;
    }
    if (index != SIZE_MAX) {
        struct endpoint_conv *conv = endpoint_peer_conv(peer, index);
        lwip_stack_input(peer->stack, &conv->tcp, frame->data + packet.ip_offset, packet.ip_bytes,
                         now_ps);
        endpoint_conv_touch(peer, conv);
        endpoint_peer_settle(peer, now_ps);
    }
    frame_free(peer->pool, frame);
}
