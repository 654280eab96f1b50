#include "models/script/pkt_segment.h"

#include "models/wire/bytes.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { WIN_DEFAULT = 60000, TTL = 64, OPTION_BYTES_MAX = 64 };
enum { KIND_END = 0, KIND_MSS = 2, KIND_WS = 3, KIND_SACKOK = 4, KIND_SACK = 5, KIND_TS = 8 };

uint8_t pkt_peer_byte(uint32_t offset) { return (uint8_t)(offset * 13 + (offset >> 8) * 5); }

uint8_t pkt_server_byte(uint32_t offset) { return (uint8_t)(offset * 31 + (offset >> 8) * 7); }

static size_t append(char *text, size_t at, const char *name, uint32_t value)
{
    int n = snprintf(text + at, PKT_TEXT_MAX - at, " %s %u", name, value);
    return at + (size_t)n < PKT_TEXT_MAX ? at + (size_t)n : PKT_TEXT_MAX - 1;
}

void pkt_segment_text(const struct pkt_segment *seg, char text[PKT_TEXT_MAX])
{
    static const char letters[] = "FSRP.UEW";
    size_t at = 0;
    for (int bit = 0; bit < 8; bit++)
        if (seg->flags & 1 << bit)
            text[at++] = letters[bit];
    if (at == 0)
        text[at++] = '-';
    at += (size_t)snprintf(text + at, PKT_TEXT_MAX - at, " %u:%u(%u)", seg->seq,
                           seg->seq + seg->len, seg->len);
    if (seg->has & PKT_HAS_ACK)
        at = append(text, at, "ack", seg->ack);
    if (seg->has & PKT_HAS_MSS)
        at = append(text, at, "mss", seg->mss);
    if (seg->has & PKT_HAS_WS)
        at = append(text, at, "ws", seg->ws);
    if (seg->has & PKT_HAS_SACKOK)
        at += (size_t)snprintf(text + at, PKT_TEXT_MAX - at, " sackok");
    if (seg->has & PKT_HAS_TS)
        at += (size_t)snprintf(text + at, PKT_TEXT_MAX - at, " ts");
    if (seg->sack_count > 0)
        at += (size_t)snprintf(text + at, PKT_TEXT_MAX - at, " sack");
    for (unsigned i = 0; i < seg->sack_count; i++)
        at += (size_t)snprintf(text + at, PKT_TEXT_MAX - at, " %u:%u", seg->sack[i][0],
                               seg->sack[i][1]);
    if (seg->flags & TCP_URG)
        at = append(text, at, "urg", seg->urg);
    if (seg->ecn)
        (void)append(text, at, "ecn", seg->ecn);
}

/* --- the peer's frames --- */

static uint32_t put_options(const struct pkt_wire *wire, const struct pkt_segment *seg, uint8_t *at)
{
    uint32_t n = 0;
    memset(at, 1, OPTION_BYTES_MAX);
    if (seg->has & PKT_HAS_EOL) {
        at[n] = KIND_END;
        n += 4;
    }
    if (seg->has & PKT_HAS_MSS) {
        memcpy(at + n, (uint8_t[]){KIND_MSS, 4, (uint8_t)(seg->mss >> 8), (uint8_t)seg->mss}, 4);
        n += 4;
    }
    if (seg->has & PKT_HAS_WS) {
        memcpy(at + n + 1, (uint8_t[]){KIND_WS, 3, (uint8_t)seg->ws}, 3);
        n += 4;
    }
    if (seg->has & PKT_HAS_SACKOK) {
        memcpy(at + n + 2, (uint8_t[]){KIND_SACKOK, 2}, 2);
        n += 4;
    }
    if (seg->has & PKT_HAS_TS) {
        memcpy(at + n + 2, (uint8_t[]){KIND_TS, 10}, 2);
        be32_store(at + n + 4, seg->tsval);
        be32_store(at + n + 8, seg->tsecr_newest ? wire->tsval_newest : seg->tsecr);
        n += 12;
    }
    if (seg->sack_count > 0) {
        memcpy(at + n + 2, (uint8_t[]){KIND_SACK, (uint8_t)(2 + 8 * seg->sack_count)}, 2);
        for (unsigned i = 0; i < seg->sack_count; i++) {
            be32_store(at + n + 4 + 8 * i, wire->server_isn + seg->sack[i][0]);
            be32_store(at + n + 8 + 8 * i, wire->server_isn + seg->sack[i][1]);
        }
        n += 4 + 8 * seg->sack_count;
    }
    return n;
}

static struct packet_out out_of(const struct pkt_ends *ends, bool of_peer)
{
    struct packet_out out = {.vlan = ends->vlan,
                             .ip_version = ends->ip_version,
                             .ttl = TTL,
                             .sport = of_peer ? ends->peer_port : ends->server_port,
                             .dport = of_peer ? ends->server_port : ends->peer_port};
    memcpy(out.dst_mac, of_peer ? ends->server_mac : ends->peer_mac, sizeof out.dst_mac);
    memcpy(out.src_mac, of_peer ? ends->peer_mac : ends->server_mac, sizeof out.src_mac);
    memcpy(out.dst, of_peer ? ends->server_addr : ends->peer_addr, sizeof out.dst);
    memcpy(out.src, of_peer ? ends->peer_addr : ends->server_addr, sizeof out.src);
    return out;
}

uint32_t pkt_segment_build(struct pkt_wire *wire, const struct pkt_segment *seg, uint8_t *frame)
{
    uint8_t options[OPTION_BYTES_MAX];
    struct packet_out out = out_of(&wire->ends, true);
    assert(seg->len <= PKT_PAYLOAD_MAX);
    out.tos = (uint8_t)seg->ecn;
    out.ip_id = wire->ip_id++;
    out.seq = wire->peer_isn + seg->seq;
    out.ack = (seg->flags & TCP_ACK) ? wire->server_isn + seg->ack : 0;
    out.flags = seg->flags;
    out.urgent = (uint16_t)seg->urg;
    out.window = (uint16_t)((seg->has & PKT_HAS_WIN) ? seg->win : WIN_DEFAULT);
    out.options = options;
    out.options_len = put_options(wire, seg, options);
    uint8_t *payload = frame + packet_header_bytes(&out);
    for (uint32_t i = 0; i < seg->len; i++)
        payload[i] = pkt_peer_byte(seg->seq + i);
    return packet_build(frame, &out, seg->len);
}

/* --- the server's frames --- */

static void take_option(const uint8_t *option, struct pkt_wire *wire, struct pkt_segment *seg)
{
    if (option[0] == KIND_MSS) {
        seg->has |= PKT_HAS_MSS;
        seg->mss = be16_load(option + 2);
    } else if (option[0] == KIND_WS) {
        seg->has |= PKT_HAS_WS;
        seg->ws = option[2];
    } else if (option[0] == KIND_SACKOK) {
        seg->has |= PKT_HAS_SACKOK;
    } else if (option[0] == KIND_TS) {
        seg->has |= PKT_HAS_TS;
        seg->tsval = wire->tsval_newest = be32_load(option + 2);
        seg->tsecr = be32_load(option + 6);
    } else if (option[0] == KIND_SACK) {
        seg->sack_count = (option[1] - 2u) / 8;
        for (unsigned i = 0; i < seg->sack_count && i < PKT_SACK_MAX; i++) {
            seg->sack[i][0] = be32_load(option + 2 + 8 * i) - wire->peer_isn;
            seg->sack[i][1] = be32_load(option + 6 + 8 * i) - wire->peer_isn;
        }
    }
}

/* A reset for a segment without ACK has the sequence number 0 instead of one that counts from
 * the server's initial number (RFC 9293 3.10.7.1). */
static bool is_numberless(const struct tcp_segment *seg)
{
    return (seg->flags & TCP_RST) && (seg->flags & TCP_ACK) && seg->seq == 0;
}

bool pkt_segment_read(struct pkt_wire *wire, const uint8_t *frame, uint32_t len,
                      struct pkt_segment *seg, struct packet *packet)
{
    packet_parse(frame, len, true, packet);
    if (packet->kind != PACKET_TCP || !packet->ip_checksum_ok || !packet->tcp_checksum_ok ||
        packet->seg.dport != wire->ends.peer_port || packet->seg.sport != wire->ends.server_port)
        return false;
    const struct tcp_segment *tcp = &packet->seg;
    if (tcp->flags & TCP_SYN) {
        wire->server_isn = tcp->seq;
        wire->server_isn_known = true;
    }
    *seg = (struct pkt_segment){.flags = tcp->flags,
                                .seq = is_numberless(tcp) ? 0 : tcp->seq - wire->server_isn,
                                .len = tcp->payload_len,
                                .win = tcp->window,
                                .ecn = packet->tos & 3u,
                                .dscp = packet->tos >> 2,
                                .ttl = packet->ttl};
    if (seg->flags & TCP_ACK) {
        seg->has |= PKT_HAS_ACK;
        seg->ack = tcp->ack - wire->peer_isn;
    }
    if (seg->flags & TCP_URG)
        seg->urg = tcp->urgent;
    const uint8_t *end = frame + packet->tcp_offset + tcp->header_len;
    const uint8_t *o = frame + packet->tcp_offset + TCP_HEADER_MIN;
    for (; o<end && * o != KIND_END; o += *o> 1 ? o[1] : 1)
        if (*o > 1)
            take_option(o, wire, seg);
    while (o < end && *o == 0)
        o++;
    return o >= end;
}
