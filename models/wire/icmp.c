#include "models/wire/icmp.h"

#include "models/wire/bytes.h"
#include "models/wire/checksum.h"

#include <assert.h>

/* RFC 792 and RFC 1191. */
enum {
    V4_ECHO_REPLY = 0,
    V4_UNREACHABLE = 3,
    V4_ECHO_REQUEST = 8,
    V4_TIME_EXCEEDED = 11,
    V4_PARAMETER_PROBLEM = 12,
    V4_CODE_FRAGMENTATION_NEEDED = 4
};

/* RFC 4443 and RFC 4861. */
enum {
    V6_UNREACHABLE = 1,
    V6_TOO_BIG = 2,
    V6_TIME_EXCEEDED = 3,
    V6_PARAMETER_PROBLEM = 4,
    V6_ECHO_REQUEST = 128,
    V6_ECHO_REPLY = 129,
    V6_SOLICITATION = 135,
    V6_ADVERTISEMENT = 136
};

enum { ADDRESS_BYTES = 16, OPTION_UNIT_BYTES = 8, OPTION_SOURCE_LINK = 1, OPTION_TARGET_LINK = 2 };
enum { ND_HOP_LIMIT = 255, NA_SOLICITED = 1 << 30, NA_OVERRIDE = 1 << 29 };
enum { CHECKSUM_AT = 2, REST_AT = 4, PORTS_BYTES = 4, PROTOCOL_TCP = 6 };

static enum icmp_kind kind_of_v4(struct icmp_message *message)
{
    switch (message->type) {
    case V4_ECHO_REPLY:
        return ICMP_ECHO_REPLY;
    case V4_ECHO_REQUEST:
        return ICMP_ECHO_REQUEST;
    case V4_TIME_EXCEEDED:
        return ICMP_TIME_EXCEEDED;
    case V4_PARAMETER_PROBLEM:
        return ICMP_PARAMETER_PROBLEM;
    case V4_UNREACHABLE:
        if (message->code != V4_CODE_FRAGMENTATION_NEEDED)
            return ICMP_UNREACHABLE;
        message->mtu = message->rest & 0xffff;
        return ICMP_TOO_BIG;
    default:
        return ICMP_OTHER;
    }
}

static enum icmp_kind kind_of_v6(struct icmp_message *message)
{
    switch (message->type) {
    case V6_UNREACHABLE:
        return ICMP_UNREACHABLE;
    case V6_TOO_BIG:
        message->mtu = message->rest;
        return ICMP_TOO_BIG;
    case V6_TIME_EXCEEDED:
        return ICMP_TIME_EXCEEDED;
    case V6_PARAMETER_PROBLEM:
        return ICMP_PARAMETER_PROBLEM;
    case V6_ECHO_REQUEST:
        return ICMP_ECHO_REQUEST;
    case V6_ECHO_REPLY:
        return ICMP_ECHO_REPLY;
    case V6_SOLICITATION:
        return ICMP_NEIGHBOUR_SOLICITATION;
    case V6_ADVERTISEMENT:
        return ICMP_NEIGHBOUR_ADVERTISEMENT;
    default:
        return ICMP_OTHER;
    }
}

/* Checks the validity rules of RFC 4861 7.1.1 that concern the message itself. Each option has 8 bytes or more. */
static bool parse_neighbour(const struct packet *packet, struct icmp_message *message)
{
    if (packet->ttl != ND_HOP_LIMIT || message->code != 0 || message->body_len < ADDRESS_BYTES)
        return false;
    memcpy(message->target, message->body, ADDRESS_BYTES);
    if (message->target[0] == 0xff)
        return false;
    uint8_t wanted =
        message->kind == ICMP_NEIGHBOUR_SOLICITATION ? OPTION_SOURCE_LINK : OPTION_TARGET_LINK;
    for (uint32_t at = ADDRESS_BYTES; at < message->body_len;) {
        const uint8_t *option = message->body + at;
        uint32_t rest = message->body_len - at;
        if (rest < OPTION_UNIT_BYTES || option[1] == 0 ||
            option[1] * (uint32_t)OPTION_UNIT_BYTES > rest)
            return false;
        if (option[0] == wanted) {
            message->has_link = true;
            memcpy(message->link, option + 2, sizeof message->link);
        }
        at += option[1] * (uint32_t)OPTION_UNIT_BYTES;
    }
    return true;
}

/* checksum_pseudo() makes the pseudo header of TCP, so the protocol number must be corrected. */
static uint64_t pseudo_sum(uint8_t ip_version, const uint8_t src[16], const uint8_t dst[16],
                           uint32_t bytes)
{
    if (ip_version == 4)
        return 0;
    return checksum_pseudo(6, src, dst, bytes) + ICMP_PROTOCOL_V6 - PROTOCOL_TCP;
}

enum icmp_verdict icmp_parse(const uint8_t *frame, const struct packet *packet,
                             struct icmp_message *message)
{
    bool v4 = packet->ip_version == 4 && packet->ip_protocol == ICMP_PROTOCOL_V4;
    bool v6 = packet->ip_version == 6 && packet->ip_protocol == ICMP_PROTOCOL_V6;
    if (packet->kind != PACKET_OTHER || (!v4 && !v6))
        return ICMP_NONE;
    uint32_t before = packet->tcp_offset - packet->ip_offset;
    assert(before <= packet->ip_bytes);
    uint32_t len = packet->ip_bytes - before;
    const uint8_t *icmp = frame + packet->tcp_offset;
    if (len < ICMP_HEADER_BYTES)
        return ICMP_MALFORMED;
    uint64_t sum = pseudo_sum(packet->ip_version, packet->src, packet->dst, len);
    if (checksum_finish(checksum_add(sum, icmp, len)) != 0)
        return ICMP_BAD_CHECKSUM;
    *message = (struct icmp_message){.type = icmp[0],
                                     .code = icmp[1],
                                     .rest = be32_load(icmp + REST_AT),
                                     .body = icmp + ICMP_HEADER_BYTES,
                                     .body_len = len - ICMP_HEADER_BYTES};
    message->kind = v4 ? kind_of_v4(message) : kind_of_v6(message);
    bool neighbour = message->kind == ICMP_NEIGHBOUR_SOLICITATION ||
                     message->kind == ICMP_NEIGHBOUR_ADVERTISEMENT;
    return !neighbour || parse_neighbour(packet, message) ? ICMP_GOOD : ICMP_MALFORMED;
}

/* The quoted packet may be truncated, and packet_parse() would call it malformed, so it is parsed here. */
/* Returns the length of the quoted IP header, or 0 if fewer than `bytes` bytes of a TCP header follow it. */
static uint32_t quoted_header(const struct icmp_message *message, uint8_t ip_version,
                              uint32_t bytes)
{
    const uint8_t *ip = message->body;
    uint32_t len = message->body_len;
    uint32_t header = ip_version == 4 ? 20 : 40;
    if (len < header || ip[0] >> 4 != ip_version)
        return 0;
    if (ip_version == 4)
        header = (ip[0] & 15u) * 4;
    uint8_t protocol = ip_version == 4 ? ip[9] : ip[6];
    return header < 20 || len < header + bytes || protocol != PROTOCOL_TCP ? 0 : header;
}

bool icmp_quoted_seq(const struct icmp_message *message, uint8_t ip_version, uint32_t *seq)
{
    uint32_t header = quoted_header(message, ip_version, PORTS_BYTES + 4);
    if (header > 0)
        *seq = be32_load(message->body + header + PORTS_BYTES);
    return header > 0;
}

bool icmp_quoted_key(const struct icmp_message *message, uint8_t ip_version, struct flow_key *key)
{
    const uint8_t *ip = message->body;
    uint32_t header = quoted_header(message, ip_version, PORTS_BYTES);
    if (header == 0)
        return false;
    *key = (struct flow_key){.ip_version = ip_version,
                             .lport = be16_load(ip + header),
                             .rport = be16_load(ip + header + 2)};
    if (ip_version == 4) {
        ip_addr_from_v4(key->laddr, be32_load(ip + 12));
        ip_addr_from_v4(key->raddr, be32_load(ip + 16));
    } else {
        memcpy(key->laddr, ip + 8, ADDRESS_BYTES);
        memcpy(key->raddr, ip + 24, ADDRESS_BYTES);
    }
    return true;
}

uint32_t icmp_build(uint8_t *frame, const struct packet_out *out, uint8_t type, uint8_t code,
                    uint32_t rest, const uint8_t *body, uint32_t body_len)
{
    uint8_t *icmp = frame + packet_ip_payload_offset(out);
    uint32_t len = ICMP_HEADER_BYTES + body_len;
    icmp[0] = type;
    icmp[1] = code;
    be16_store(icmp + CHECKSUM_AT, 0);
    be32_store(icmp + REST_AT, rest);
    memcpy(icmp + ICMP_HEADER_BYTES, body, body_len);
    uint64_t sum = pseudo_sum(out->ip_version, out->src, out->dst, len);
    be16_store(icmp + CHECKSUM_AT, checksum_finish(checksum_add(sum, icmp, len)));
    return packet_build_ip(frame, out, out->ip_version == 4 ? ICMP_PROTOCOL_V4 : ICMP_PROTOCOL_V6,
                           len);
}

uint32_t icmp_build_echo_reply(uint8_t *frame, const struct packet_out *out,
                               const struct icmp_message *request)
{
    assert(request->kind == ICMP_ECHO_REQUEST);
    uint8_t type = out->ip_version == 4 ? V4_ECHO_REPLY : V6_ECHO_REPLY;
    return icmp_build(frame, out, type, 0, request->rest, request->body, request->body_len);
}

uint32_t icmp_build_advertisement(uint8_t *frame, const struct packet_out *out,
                                  const uint8_t target[16], const uint8_t link[6], bool solicited)
{
    assert(out->ip_version == 6 && out->ttl == ND_HOP_LIMIT);
    uint8_t body[ADDRESS_BYTES + OPTION_UNIT_BYTES] = {0};
    memcpy(body, target, ADDRESS_BYTES);
    body[ADDRESS_BYTES] = OPTION_TARGET_LINK;
    body[ADDRESS_BYTES + 1] = 1;
    memcpy(body + ADDRESS_BYTES + 2, link, 6);
    uint32_t flags = NA_OVERRIDE | (solicited ? (uint32_t)NA_SOLICITED : 0u);
    return icmp_build(frame, out, V6_ADVERTISEMENT, 0, flags, body, sizeof body);
}

uint32_t icmp_build_solicitation(uint8_t *frame, struct packet_out *out, const uint8_t target[16],
                                 const uint8_t link[6])
{
    static const uint8_t group[ADDRESS_BYTES] = {0xff, 0x02, [11] = 1, [12] = 0xff};
    static const uint8_t group_mac[6] = {0x33, 0x33, 0xff};
    uint8_t body[ADDRESS_BYTES + OPTION_UNIT_BYTES] = {0};
    assert(out->ip_version == 6 && out->ttl == ND_HOP_LIMIT);
    memcpy(out->dst, group, ADDRESS_BYTES);
    memcpy(out->dst + 13, target + 13, 3);
    memcpy(out->dst_mac, group_mac, sizeof out->dst_mac);
    memcpy(out->dst_mac + 3, target + 13, 3);
    memcpy(body, target, ADDRESS_BYTES);
    body[ADDRESS_BYTES] = OPTION_SOURCE_LINK;
    body[ADDRESS_BYTES + 1] = 1;
    memcpy(body + ADDRESS_BYTES + 2, link, 6);
    return icmp_build(frame, out, V6_SOLICITATION, 0, 0, body, sizeof body);
}
