#include "host-sw/stack/answer.h"

#include "models/wire/arp.h"
#include "models/wire/icmp_error.h"

#include <assert.h>
#include <string.h>

enum { ECHO_TTL = 64, ND_HOP_LIMIT = 255, ANSWER_FRAME_MAX = NIC_BUFFER_BYTES };

static const uint8_t all_nodes[16] = {0xff, 0x02, [15] = 1};
static const uint8_t all_nodes_mac[6] = {0x33, 0x33, 0, 0, 0, 1};

static uint16_t vlan_of(const struct packet *packet)
{
    if (packet->vlan_count == 0)
        return VLAN_NONE;
    return (uint16_t)(VLAN_TAGGED | (packet->vlan_tci[0] & VLAN_VID_MASK));
}

static bool is_zero(const uint8_t address[16])
{
    static const uint8_t unspecified[16];
    return memcmp(address, unspecified, 16) == 0;
}

static bool send(struct host_stack *stack, const struct answer_request *request,
                 const uint8_t *frame, uint32_t len)
{
    assert(len <= ANSWER_FRAME_MAX);
    return host_stack_send_frame(stack, request->port, frame, len);
}

static struct packet_out answer_out(struct host_stack *stack, const struct packet *packet,
                                    uint8_t ttl)
{
    struct packet_out out = {.vlan = vlan_of(packet), .ip_version = packet->ip_version, .ttl = ttl};
    memcpy(out.dst_mac, packet->src_mac, sizeof out.dst_mac);
    memcpy(out.src_mac, stack->mac, sizeof out.src_mac);
    memcpy(out.src, packet->dst, sizeof out.src);
    memcpy(out.dst, packet->src, sizeof out.dst);
    if (packet->ip_version == 4)
        out.ip_id = stack->ip_id++;
    return out;
}

static void note_neighbour(const uint8_t addr[16], uint8_t ip_version, uint16_t vlan,
                           const uint8_t mac[6], struct answer_result *result)
{
    result->has_neighbour = true;
    result->neighbour = (struct neighbour_key){.vlan = vlan, .ip_version = ip_version};
    memcpy(result->neighbour.addr, addr, sizeof result->neighbour.addr);
    memcpy(result->neighbour_mac, mac, sizeof result->neighbour_mac);
}

static enum drop_reason answer_arp(struct host_stack *stack, const struct answer_request *request,
                                   const struct packet *packet, const struct arp_message *asked,
                                   struct answer_result *result)
{
    uint32_t ours = ip_addr_to_v4(request->ipv4);
    if (asked->target_ip != ours)
        return DROP_NOT_OURS;
    uint8_t sender[16];
    ip_addr_from_v4(sender, asked->sender_ip);
    if (asked->sender_ip != 0) /* an ARP probe has no sender address (RFC 5227) */
        note_neighbour(sender, 4, vlan_of(packet), asked->sender_mac, result);
    if (asked->op != ARP_REQUEST) {
        result->kind = ANSWER_LEARNED;
        return asked->op == ARP_REPLY ? DROP_NONE : DROP_NOT_TCP;
    }
    struct arp_message reply = {.op = ARP_REPLY, .sender_ip = ours, .target_ip = asked->sender_ip};
    memcpy(reply.sender_mac, stack->mac, sizeof reply.sender_mac);
    memcpy(reply.target_mac, asked->sender_mac, sizeof reply.target_mac);
    uint8_t frame[14 + 4 + ARP_BYTES];
    uint32_t len = arp_build(frame, asked->sender_mac, vlan_of(packet), &reply);
    return send(stack, request, frame, len) ? DROP_NONE : DROP_NO_RESOURCE;
}

/* Answers a neighbour solicitation (RFC 4861 7.2.4). The advertisement goes to the sender, or to all nodes if the
 * sender has no address yet (duplicate address detection). */
static enum drop_reason answer_neighbour(struct host_stack *stack,
                                         const struct answer_request *request,
                                         const struct packet *packet,
                                         const struct icmp_message *asked)
{
    if (memcmp(asked->target, request->ipv6, 16) != 0)
        return DROP_NOT_OURS;
    bool nameless = is_zero(packet->src);
    if (nameless && asked->has_link)
        return DROP_MALFORMED; /* RFC 4861 7.1.1 */
    struct packet_out out = answer_out(stack, packet, ND_HOP_LIMIT);
    memcpy(out.src, request->ipv6,
           sizeof out.src); /* the solicitation was sent to a multicast address */
    if (nameless) {
        memcpy(out.dst, all_nodes, sizeof out.dst);
        memcpy(out.dst_mac, all_nodes_mac, sizeof out.dst_mac);
    } else if (asked->has_link) {
        memcpy(out.dst_mac, asked->link, sizeof out.dst_mac);
    }
    uint8_t frame[14 + 4 + 40 + 32];
    uint32_t len = icmp_build_advertisement(frame, &out, request->ipv6, stack->mac, !nameless);
    return send(stack, request, frame, len) ? DROP_NONE : DROP_NO_RESOURCE;
}

static enum drop_reason answer_echo(struct host_stack *stack, const struct answer_request *request,
                                    const struct packet *packet, const struct icmp_message *asked)
{
    struct packet_out out = answer_out(stack, packet, ECHO_TTL);
    out.tos = packet->tos;
    uint8_t frame[ANSWER_FRAME_MAX];
    if (packet_ip_payload_offset(&out) + ICMP_HEADER_BYTES + asked->body_len > sizeof frame)
        return DROP_NO_RESOURCE;
    uint32_t len = icmp_build_echo_reply(frame, &out, asked);
    return send(stack, request, frame, len) ? DROP_NONE : DROP_NO_RESOURCE;
}

static void note_error(const struct packet *packet, const struct icmp_message *message,
                       struct answer_result *result)
{
    result->kind = ANSWER_ERROR;
    result->error = message->kind;
    result->mtu = message->mtu;
    result->has_seq = icmp_quoted_seq(message, packet->ip_version, &result->seq);
    result->notice = (uint8_t)icmp_notice(message, packet->ip_version, &result->is_hard);
    result->has_key = icmp_quoted_key(message, packet->ip_version, &result->key);
    result->key.vlan = vlan_of(packet);
}

static void on_icmp(struct host_stack *stack, const struct answer_request *request,
                    const struct packet *packet, const struct icmp_message *message,
                    struct answer_result *result)
{
    if (message->kind == ICMP_NEIGHBOUR_SOLICITATION) {
        result->kind = ANSWER_NEIGHBOUR;
        result->reason = answer_neighbour(stack, request, packet, message);
        if (result->reason == DROP_NONE && message->has_link)
            note_neighbour(packet->src, 6, vlan_of(packet), message->link, result);
        return;
    }
    if (message->kind == ICMP_NEIGHBOUR_ADVERTISEMENT) {
        result->kind = ANSWER_LEARNED;
        result->reason = message->has_link ? DROP_NONE : DROP_NOT_TCP;
        if (message->has_link)
            note_neighbour(message->target, 6, vlan_of(packet), message->link, result);
        return;
    }
    const uint8_t *ours = packet->ip_version == 4 ? request->ipv4 : request->ipv6;
    bool to_us = memcmp(packet->dst, ours, 16) == 0;
    switch (message->kind) {
    case ICMP_ECHO_REQUEST:
        result->kind = ANSWER_ECHO;
        result->reason = to_us ? answer_echo(stack, request, packet, message) : DROP_NOT_OURS;
        break;
    case ICMP_ECHO_REPLY:
        result->kind = ANSWER_ECHO_REPLY;
        result->reason = to_us ? DROP_NONE : DROP_NOT_OURS;
        break;
    case ICMP_UNREACHABLE:
    case ICMP_TOO_BIG:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER_PROBLEM:
        note_error(packet, message, result);
        result->reason = to_us ? DROP_NONE : DROP_NOT_OURS;
        break;
    case ICMP_NEIGHBOUR_SOLICITATION:
    case ICMP_NEIGHBOUR_ADVERTISEMENT:
    case ICMP_OTHER:
        result->reason = DROP_NOT_TCP;
        break;
    }
}

void answer_frame(struct host_stack *stack, const struct answer_request *request,
                  struct answer_result *result)
{
    struct packet packet;
    struct arp_message arp;
    struct icmp_message icmp;
    *result = (struct answer_result){.kind = ANSWER_NONE};
    packet_parse(request->frame, request->bytes, true, &packet);
    assert(packet.kind == PACKET_OTHER);
    if (arp_parse(request->frame, request->bytes, &packet, &arp)) {
        result->kind = ANSWER_ARP;
        result->reason = answer_arp(stack, request, &packet, &arp, result);
    } else {
        switch (packet.ip_checksum_ok ? icmp_parse(request->frame, &packet, &icmp)
                                      : ICMP_BAD_CHECKSUM) {
        case ICMP_GOOD:
            on_icmp(stack, request, &packet, &icmp, result);
            break;
        case ICMP_NONE:
            result->reason = DROP_NOT_TCP;
            break;
        case ICMP_BAD_CHECKSUM:
            result->reason = DROP_BAD_CHECKSUM;
            break;
        case ICMP_MALFORMED:
            result->reason = DROP_MALFORMED;
            break;
        }
    }
    if (result->reason != DROP_NONE)
        result->kind = ANSWER_NONE;
    assert((result->kind == ANSWER_NONE) == (result->reason != DROP_NONE));
}

static uint32_t ask_by_arp(struct host_stack *stack, const struct answer_request *from,
                           const struct neighbour_key *key, uint8_t *frame)
{
    static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct arp_message ask = {.op = ARP_REQUEST,
                              .sender_ip = ip_addr_to_v4(from->ipv4),
                              .target_ip = ip_addr_to_v4(key->addr)};
    memcpy(ask.sender_mac, stack->mac, sizeof ask.sender_mac);
    return arp_build(frame, everybody, key->vlan, &ask);
}

bool answer_ask(struct host_stack *stack, const struct answer_request *from,
                const struct neighbour_key *key)
{
    uint8_t frame[14 + 4 + 40 + 32];
    struct packet_out out = {.vlan = key->vlan, .ip_version = 6, .ttl = ND_HOP_LIMIT};
    memcpy(out.src_mac, stack->mac, sizeof out.src_mac);
    memcpy(out.src, from->ipv6, sizeof out.src);
    uint32_t len = key->ip_version == 4
                       ? ask_by_arp(stack, from, key, frame)
                       : icmp_build_solicitation(frame, &out, key->addr, stack->mac);
    return send(stack, from, frame, len);
}
