#include "models/wire/packet.h"

#include "models/wire/bytes.h"
#include "models/wire/checksum.h"

#include <assert.h>

enum { ETH_BYTES = 14, VLAN_BYTES = 4, IPV4_BYTES = 20, IPV6_BYTES = 40, EXT_UNIT_BYTES = 8 };
enum {
    ETH_IPV4 = 0x0800,
    ETH_IPV6 = 0x86dd,
    ETH_VLAN = 0x8100,
    ETH_QINQ = 0x88a8,
    ETH_OLD_QINQ = 0x9100
};
enum { IPV4_DF = 0x4000, IPV4_MF_AND_OFFSET = 0x3fff, IPV6_MF_AND_OFFSET = 0xfff9 };
enum { OPTION_LOOSE_ROUTE = 131, OPTION_STRICT_ROUTE = 137 };
enum { V4_IN_V6 = 12, TCP_CHECKSUM_AT = 16, IPV4_CHECKSUM_AT = 10 };

/* IP protocol and IPv6 next header numbers. */
enum {
    NEXT_HOP_BY_HOP = 0,
    NEXT_TCP = 6,
    NEXT_ROUTING = 43,
    NEXT_FRAGMENT = 44,
    NEXT_DST_OPTIONS = 60
};

static const uint8_t v4_prefix[V4_IN_V6] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

void ip_addr_from_v4(uint8_t addr[16], uint32_t host_order_v4)
{
    memcpy(addr, v4_prefix, V4_IN_V6);
    be32_store(addr + V4_IN_V6, host_order_v4);
}

uint32_t ip_addr_to_v4(const uint8_t addr[16]) { return be32_load(addr + V4_IN_V6); }

bool ip_addr_is_host(const uint8_t addr[16], uint8_t ip_version)
{
    static const uint8_t none[16];
    if (ip_version == 4) {
        uint8_t first = addr[V4_IN_V6];
        bool is_multicast = first >= 224 && first < 240;
        return first != 0 && !is_multicast && ip_addr_to_v4(addr) != UINT32_MAX;
    }
    return addr[0] != 0xff && memcmp(addr, none, sizeof none) != 0;
}

static void malformed(struct packet *packet, const char *why)
{
    packet->kind = PACKET_MALFORMED;
    packet->why = why;
}

static bool is_tag(uint16_t type)
{
    return type == ETH_VLAN || type == ETH_QINQ || type == ETH_OLD_QINQ;
}

static void parse_tcp(const uint8_t *frame, bool verify, struct packet *packet)
{
    uint32_t tcp_bytes = packet->ip_bytes - (packet->tcp_offset - packet->ip_offset);
    const uint8_t *tcp = frame + packet->tcp_offset;
    if (!tcp_parse(tcp, tcp_bytes, &packet->seg)) {
        malformed(packet, "TCP header does not fit");
        return;
    }
    packet->seg.ecn = packet->tos & 3;
    packet->kind = PACKET_TCP;
    if (verify) {
        uint64_t sum = checksum_pseudo(packet->ip_version, packet->src, packet->dst, tcp_bytes);
        packet->tcp_checksum_ok = checksum_finish(checksum_add(sum, tcp, tcp_bytes)) == 0;
    }
}

/* Looks for a source route (RFC 791 3.1). Options that contradict their length end the search. */
static bool is_source_routed(const uint8_t *options, uint32_t len)
{
    for (uint32_t at = 0; at < len && options[at] != 0;) {
        if (options[at] == OPTION_LOOSE_ROUTE || options[at] == OPTION_STRICT_ROUTE)
            return true;
        if (options[at] != 1 && (at + 1 == len || options[at + 1] < 2))
            return false;
        at += options[at] == 1 ? 1u : options[at + 1];
    }
    return false;
}

static void parse_ipv4(const uint8_t *frame, uint32_t rest, bool verify, struct packet *packet)
{
    const uint8_t *ip = frame + packet->ip_offset;
    if (rest < IPV4_BYTES || ip[0] >> 4 != 4) {
        malformed(packet, "no IPv4 header behind type 0800");
        return;
    }
    uint32_t header_len = (ip[0] & 15u) * 4;
    uint32_t total = be16_load(ip + 2);
    if (total == 0)
        total = rest;
    if (header_len < IPV4_BYTES || header_len > total) {
        malformed(packet, "IPv4 header length below 20 or past the total length");
        return;
    }
    if (total > rest) {
        malformed(packet, "IPv4 total length past the end of the frame");
        return;
    }
    packet->ip_version = 4;
    packet->tos = ip[1];
    packet->ttl = ip[8];
    packet->ip_bytes = total;
    memcpy(packet->src, v4_prefix, V4_IN_V6);
    memcpy(packet->dst, v4_prefix, V4_IN_V6);
    memcpy(packet->src + V4_IN_V6, ip + 12, 4);
    memcpy(packet->dst + V4_IN_V6, ip + 16, 4);
    packet->source_routed = is_source_routed(ip + IPV4_BYTES, header_len - IPV4_BYTES);
    if (verify)
        packet->ip_checksum_ok = checksum_finish(checksum_add(0, ip, header_len)) == 0;
    if (be16_load(ip + 6) & IPV4_MF_AND_OFFSET) {
        packet->kind = PACKET_FRAGMENT;
        return;
    }
    packet->tcp_offset = packet->ip_offset + header_len;
    packet->ip_protocol = ip[9];
    if (ip[9] == NEXT_TCP)
        parse_tcp(frame, verify, packet);
}

/* Walks the extension headers (RFC 8200 4). Returns true if TCP follows at packet->tcp_offset. Each iteration advances by 8
 * bytes or more, so the packet length bounds the walk. */
static bool skip_extensions(const uint8_t *ip, struct packet *packet)
{
    uint32_t at = IPV6_BYTES;
    uint8_t next = ip[6];
    while (next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING || next == NEXT_DST_OPTIONS ||
           next == NEXT_FRAGMENT) {
        if (packet->ip_bytes - at < EXT_UNIT_BYTES) {
            malformed(packet, "IPv6 extension header cut off");
            return false;
        }
        uint32_t ext_len = EXT_UNIT_BYTES;
        if (next != NEXT_FRAGMENT)
            ext_len += ip[at + 1] * (uint32_t)EXT_UNIT_BYTES;
        if (ext_len > packet->ip_bytes - at) {
            malformed(packet, "IPv6 extension header past the payload");
            return false;
        }
        if (next == NEXT_FRAGMENT && (be16_load(ip + at + 2) & IPV6_MF_AND_OFFSET)) {
            packet->kind = PACKET_FRAGMENT;
            return false;
        }
        if (next == NEXT_ROUTING && ip[at + 3] != 0)
            return false; /* Segments are left, so dst is not the final address that the checksum covers. */
        next = ip[at];
        at += ext_len;
    }
    packet->tcp_offset = packet->ip_offset + at;
    packet->ip_protocol = next;
    return next == NEXT_TCP;
}

static void parse_ipv6(const uint8_t *frame, uint32_t rest, bool verify, struct packet *packet)
{
    const uint8_t *ip = frame + packet->ip_offset;
    if (rest < IPV6_BYTES || ip[0] >> 4 != 6) {
        malformed(packet, "no IPv6 header behind type 86dd");
        return;
    }
    packet->ip_bytes = IPV6_BYTES + (uint32_t)be16_load(ip + 4);
    if (packet->ip_bytes > rest) {
        malformed(packet, "IPv6 payload length past the end of the frame");
        return;
    }
    packet->ip_version = 6;
    packet->tos = (uint8_t)(be16_load(ip) >> 4);
    packet->ttl = ip[7];
    memcpy(packet->src, ip + 8, 16);
    memcpy(packet->dst, ip + 24, 16);
    if (skip_extensions(ip, packet))
        parse_tcp(frame, verify, packet);
}

void packet_parse(const uint8_t *frame, uint32_t len, bool verify_checksums, struct packet *packet)
{
    memset(packet, 0, sizeof *packet);
    packet->kind = PACKET_OTHER;
    packet->ip_checksum_ok = true;
    packet->tcp_checksum_ok = true;
    if (len < ETH_BYTES) {
        malformed(packet, "shorter than an Ethernet header");
        return;
    }
    memcpy(packet->dst_mac, frame, 6);
    memcpy(packet->src_mac, frame + 6, 6);
    uint32_t at = ETH_BYTES;
    packet->ether_type = be16_load(frame + 12);
    while (is_tag(packet->ether_type) && packet->vlan_count < 2) {
        if (len - at < VLAN_BYTES) {
            malformed(packet, "VLAN tag cut off");
            return;
        }
        packet->vlan_tci[packet->vlan_count++] = be16_load(frame + at);
        packet->ether_type = be16_load(frame + at + 2);
        at += VLAN_BYTES;
    }
    packet->ip_offset = at;
    if (packet->ether_type == ETH_IPV4)
        parse_ipv4(frame, len - at, verify_checksums, packet);
    else if (packet->ether_type == ETH_IPV6)
        parse_ipv6(frame, len - at, verify_checksums, packet);
}

void packet_flow_key(const struct packet *packet, struct flow_key *key)
{
    assert(packet->kind == PACKET_TCP);
    memcpy(key->laddr, packet->dst, 16);
    memcpy(key->raddr, packet->src, 16);
    key->lport = packet->seg.dport;
    key->rport = packet->seg.sport;
    key->vlan = VLAN_NONE;
    if (packet->vlan_count > 0)
        key->vlan = (uint16_t)(VLAN_TAGGED | (packet->vlan_tci[0] & VLAN_VID_MASK));
    key->ip_version = packet->ip_version;
    key->reserved = 0;
}

static uint32_t ip_offset_of(const struct packet_out *out)
{
    return ETH_BYTES + (out->vlan != VLAN_NONE ? VLAN_BYTES : 0u);
}

static uint32_t ip_header_bytes(const struct packet_out *out)
{
    assert(out->ip_version == 4 || out->ip_version == 6);
    return out->ip_version == 4 ? IPV4_BYTES : IPV6_BYTES;
}

uint32_t packet_header_bytes(const struct packet_out *out)
{
    return packet_ip_payload_offset(out) + TCP_HEADER_MIN + out->options_len;
}

static void build_ethernet(uint8_t *frame, const struct packet_out *out)
{
    memcpy(frame, out->dst_mac, 6);
    memcpy(frame + 6, out->src_mac, 6);
    if (out->vlan != VLAN_NONE) {
        be16_store(frame + 12, ETH_VLAN);
        be16_store(frame + 14, out->vlan & VLAN_VID_MASK);
    }
    be16_store(frame + ip_offset_of(out) - 2, out->ip_version == 4 ? ETH_IPV4 : ETH_IPV6);
}

static void build_ipv4(uint8_t *ip, const struct packet_out *out, uint8_t protocol, uint32_t bytes)
{
    ip[0] = 0x45;
    ip[1] = out->tos;
    be16_store(ip + 2, (uint16_t)(IPV4_BYTES + bytes));
    be16_store(ip + 4, out->ip_id);
    be16_store(ip + 6, IPV4_DF);
    ip[8] = out->ttl;
    ip[9] = protocol;
    be16_store(ip + IPV4_CHECKSUM_AT, 0);
    memcpy(ip + 12, out->src + V4_IN_V6, 4);
    memcpy(ip + 16, out->dst + V4_IN_V6, 4);
    be16_store(ip + IPV4_CHECKSUM_AT, checksum_finish(checksum_add(0, ip, IPV4_BYTES)));
}

static void build_ipv6(uint8_t *ip, const struct packet_out *out, uint8_t protocol, uint32_t bytes)
{
    be32_store(ip, 6u << 28 | (uint32_t)out->tos << 20);
    be16_store(ip + 4, (uint16_t)bytes);
    ip[6] = protocol;
    ip[7] = out->ttl;
    memcpy(ip + 8, out->src, 16);
    memcpy(ip + 24, out->dst, 16);
}

uint32_t packet_ip_payload_offset(const struct packet_out *out)
{
    return ip_offset_of(out) + ip_header_bytes(out);
}

uint32_t packet_build_ip(uint8_t *frame, const struct packet_out *out, uint8_t protocol,
                         uint32_t payload_len)
{
    uint8_t *ip = frame + ip_offset_of(out);
    assert(payload_len <= UINT16_MAX - IPV4_BYTES);
    build_ethernet(frame, out);
    if (out->ip_version == 4)
        build_ipv4(ip, out, protocol, payload_len);
    else
        build_ipv6(ip, out, protocol, payload_len);
    return packet_ip_payload_offset(out) + payload_len;
}

uint32_t packet_build(uint8_t *frame, const struct packet_out *out, uint32_t payload_len)
{
    uint8_t *tcp = frame + packet_ip_payload_offset(out);
    uint32_t tcp_bytes =
        payload_len + tcp_build(tcp, out->sport, out->dport, out->seq, out->ack, out->flags,
                                out->window, out->urgent, out->options, out->options_len);
    uint64_t sum = checksum_pseudo(out->ip_version, out->src, out->dst, tcp_bytes);
    be16_store(tcp + TCP_CHECKSUM_AT, checksum_finish(checksum_add(sum, tcp, tcp_bytes)));
    return packet_build_ip(frame, out, NEXT_TCP, tcp_bytes);
}

void packet_fix_checksums(uint8_t *frame, const struct packet *packet)
{
    assert(packet->kind == PACKET_TCP);
    uint8_t *ip = frame + packet->ip_offset;
    uint8_t *tcp = frame + packet->tcp_offset;
    uint32_t tcp_bytes = packet->ip_bytes - (packet->tcp_offset - packet->ip_offset);
    uint8_t src[16], dst[16];
    if (packet->ip_version == 4) {
        be16_store(ip + IPV4_CHECKSUM_AT, 0);
        be16_store(ip + IPV4_CHECKSUM_AT,
                   checksum_finish(checksum_add(0, ip, packet->tcp_offset - packet->ip_offset)));
        ip_addr_from_v4(src, be32_load(ip + 12));
        ip_addr_from_v4(dst, be32_load(ip + 16));
    } else {
        memcpy(src, ip + 8, 16);
        memcpy(dst, ip + 24, 16);
    }
    be16_store(tcp + TCP_CHECKSUM_AT, 0);
    uint64_t sum = checksum_pseudo(packet->ip_version, src, dst, tcp_bytes);
    be16_store(tcp + TCP_CHECKSUM_AT, checksum_finish(checksum_add(sum, tcp, tcp_bytes)));
}
