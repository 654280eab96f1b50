/* Tests models/wire: how it reads and builds ARP and ICMP frames. */
#include "models/wire/arp.h"
#include "models/wire/icmp.h"
#include "models/wire/icmp_error.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

static const uint8_t mac_a[6] = {2, 0, 0, 0, 0, 0xa}, mac_b[6] = {2, 0, 0, 0, 0, 0xb};

static struct packet_out addresses(uint8_t ip_version, uint16_t vlan)
{
    struct packet_out out = {.ip_version = ip_version, .vlan = vlan, .ttl = 255};
    memcpy(out.src_mac, mac_a, 6);
    memcpy(out.dst_mac, mac_b, 6);
    if (ip_version == 4) {
        ip_addr_from_v4(out.src, 0x0a000002);
        ip_addr_from_v4(out.dst, 0x0a000001);
    } else {
        out.src[0] = out.dst[0] = 0xfd;
        out.src[15] = 2;
        out.dst[15] = 1;
    }
    return out;
}

Test(arp, a_request_is_read_and_its_reply_built_with_the_same_tag)
{
    uint8_t frame[64] = {0};
    struct arp_message sent = {.op = ARP_REPLY, .sender_ip = 0x0a000001, .target_ip = 0x0a000002};
    memcpy(sent.sender_mac, mac_a, 6);
    memcpy(sent.target_mac, mac_b, 6);
    for (unsigned tagged = 0; tagged < 2; tagged++) {
        uint16_t vlan = tagged ? VLAN_TAGGED | 7 : VLAN_NONE;
        uint32_t len = arp_build(frame, mac_b, vlan, &sent);
        cr_assert_eq(len, 42 + 4 * tagged);
        struct packet packet;
        packet_parse(frame, len, true, &packet);
        cr_assert_eq(packet.vlan_count, tagged);
        struct arp_message got;
        cr_assert(arp_parse(frame, len, &packet, &got));
        cr_assert_eq(memcmp(&got, &sent, sizeof got), 0);
        cr_assert_not(arp_parse(frame, len - 1, &packet, &got), "cut off");
        frame[14 + 4 * tagged] = 9;
        cr_assert_not(arp_parse(frame, len, &packet, &got), "not Ethernet");
    }
}

/* The bytes and checksums of this frame were written by hand (RFC 791, RFC 792). */
Test(icmp, an_echo_request_is_read_from_its_bytes)
{
    static const uint8_t frame[] = {0x02, 0x54, 0x4f, 0x45, 0,    1,    2,    0, 0,    0, 0,
                                    0xa,  8,    0, /* Ethernet */
                                    0x45, 0,    0,    0x20, 0x12, 0x34, 0x40, 0, 0x40, 1, 0x14,
                                    0xa7, 10,   0,    0,    2,    10,   0,    0, 1,    8, 0,
                                    0xe4, 0xcb, 0x0f, 0x2d, 0,    1,    1,    2, 3,    4};
    struct packet packet;
    struct icmp_message message;
    packet_parse(frame, sizeof frame, true, &packet);
    cr_assert_eq(packet.kind, PACKET_OTHER);
    cr_assert(packet.ip_checksum_ok);
    cr_assert_eq(icmp_parse(frame, &packet, &message), ICMP_GOOD);
    cr_assert_eq(message.kind, ICMP_ECHO_REQUEST);
    cr_assert_eq(message.rest, 0x0f2d0001);
    cr_assert_eq(message.body_len, 4);
}

Test(icmp, an_echo_reply_returns_the_body_in_both_families)
{
    for (uint8_t version = 4; version <= 6; version += 2) {
        static const uint8_t body[] = "twenty-one odd bytes";
        uint8_t frame[256], reply[256];
        struct packet_out out = addresses(version, VLAN_TAGGED | 5);
        uint32_t len =
            icmp_build(frame, &out, version == 4 ? 8 : 128, 0, 0x12345678, body, sizeof body);
        struct packet packet;
        struct icmp_message message;
        packet_parse(frame, len, true, &packet);
        cr_assert_eq(icmp_parse(frame, &packet, &message), ICMP_GOOD);
        cr_assert_eq(message.kind, ICMP_ECHO_REQUEST);
        len = icmp_build_echo_reply(reply, &out, &message);
        packet_parse(reply, len, true, &packet);
        cr_assert(packet.ip_checksum_ok);
        cr_assert_eq(icmp_parse(reply, &packet, &message), ICMP_GOOD);
        cr_assert_eq(message.kind, ICMP_ECHO_REPLY);
        cr_assert_eq(message.rest, 0x12345678);
        cr_assert_eq(message.body_len, sizeof body);
        cr_assert_eq(memcmp(message.body, body, sizeof body), 0);
        reply[len - 1] ^= 1;
        cr_assert_eq(icmp_parse(reply, &packet, &message), ICMP_BAD_CHECKSUM);
    }
}

struct error_row {
    char name[48];
    uint8_t ip_version, type, code;
    uint32_t rest, mtu;
    enum icmp_kind kind;
    enum nic_notice notice;
    bool is_hard;
};
ParameterizedTestParameters(icmp, errors_name_their_connection)
{
    static struct error_row rows[] = {
        {"port unreachable", 4, 3, 3, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PORT_UNREACHABLE, true},
        {"protocol unreachable", 4, 3, 2, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PROTOCOL_UNREACHABLE,
         true},
        {"host unreachable", 4, 3, 1, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_HOST_UNREACHABLE, false},
        {"source route failed", 4, 3, 5, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_HOST_UNREACHABLE,
         false},
        {"prohibited", 4, 3, 13, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PROHIBITED, true},
        {"network prohibited", 4, 3, 9, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PROHIBITED, true},
        {"host prohibited", 4, 3, 10, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PROHIBITED, true},
        {"unknown code", 4, 3, 99, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_HOST_UNREACHABLE, false},
        {"parameter problem", 4, 12, 0, 0, 0, ICMP_PARAMETER_PROBLEM, NIC_NOTICE_PARAMETER_PROBLEM,
         false},
        {"source quench", 4, 4, 0, 0, 0, ICMP_OTHER, NIC_NOTICE_NONE, false},
        {"prohibited v6", 6, 1, 1, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PROHIBITED, true},
        {"policy v6", 6, 1, 5, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PROHIBITED, true},
        {"reject route v6", 6, 1, 6, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PROHIBITED, true},
        {"parameter problem v6", 6, 4, 1, 0, 0, ICMP_PARAMETER_PROBLEM,
         NIC_NOTICE_PARAMETER_PROBLEM, false},
        {"fragmentation needed", 4, 3, 4, 1400, 1400, ICMP_TOO_BIG, NIC_NOTICE_PATH_MTU, false},
        {"fragmentation needed, old router", 4, 3, 4, 0, 0, ICMP_TOO_BIG, NIC_NOTICE_PATH_MTU,
         false},
        {"time exceeded", 4, 11, 0, 0, 0, ICMP_TIME_EXCEEDED, NIC_NOTICE_TIME_EXCEEDED, false},
        {"port unreachable v6", 6, 1, 4, 0, 0, ICMP_UNREACHABLE, NIC_NOTICE_PORT_UNREACHABLE, true},
        {"too big v6", 6, 2, 0, 1280, 1280, ICMP_TOO_BIG, NIC_NOTICE_PATH_MTU, false},
        {"time exceeded v6", 6, 3, 0, 0, 0, ICMP_TIME_EXCEEDED, NIC_NOTICE_TIME_EXCEEDED, false},
    };
    return cr_make_param_array(struct error_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct error_row *row, icmp, errors_name_their_connection)
{
    uint8_t quoted[128], frame[256];
    struct packet_out tcp = addresses(row->ip_version, VLAN_NONE);
    tcp.sport = 80;
    tcp.dport = 40000;
    tcp.seq = 0xfedcba98;
    packet_build(quoted, &tcp, 0);
    struct packet_out out = addresses(row->ip_version, VLAN_NONE);
    uint32_t header = row->ip_version == 4 ? 20 : 40;
    uint32_t len =
        icmp_build(frame, &out, row->type, row->code, row->rest, quoted + 14, header + 8);
    struct packet packet;
    struct icmp_message message;
    packet_parse(frame, len, true, &packet);
    cr_assert_eq(icmp_parse(frame, &packet, &message), ICMP_GOOD, "%s", row->name);
    cr_assert_eq(message.kind, row->kind, "%s", row->name);
    cr_assert_eq(message.mtu, row->mtu, "%s", row->name);
    bool is_hard = !row->is_hard;
    cr_assert_eq(icmp_notice(&message, row->ip_version, &is_hard), row->notice, "%s", row->name);
    cr_assert_eq(is_hard, row->is_hard, "%s", row->name);
    uint32_t seq;
    cr_assert(icmp_quoted_seq(&message, row->ip_version, &seq), "%s", row->name);
    cr_assert_eq(seq, tcp.seq);
    message.body_len--;
    cr_assert_not(icmp_quoted_seq(&message, row->ip_version, &seq), "its last byte is cut off");
    struct flow_key key;
    cr_assert(icmp_quoted_key(&message, row->ip_version, &key), "%s", row->name);
    cr_assert_eq(key.lport, 80);
    cr_assert_eq(key.rport, 40000);
    cr_assert_eq(memcmp(key.laddr, tcp.src, 16), 0);
    cr_assert_eq(memcmp(key.raddr, tcp.dst, 16), 0);
    message.body_len = header + 3;
    cr_assert_not(icmp_quoted_key(&message, row->ip_version, &key), "ports cut off");
}

Test(icmp, a_solicitation_is_valid_only_as_rfc_4861_says)
{
    uint8_t body[24] = {0xfd, [15] = 1, [16] = 1, [17] = 1, [18] = 2, [23] = 9};
    uint8_t frame[256];
    struct packet packet;
    struct icmp_message message;
    struct packet_out out = addresses(6, VLAN_NONE);
    uint32_t len = icmp_build(frame, &out, 135, 0, 0, body, sizeof body);
    packet_parse(frame, len, true, &packet);
    cr_assert_eq(icmp_parse(frame, &packet, &message), ICMP_GOOD);
    cr_assert_eq(message.kind, ICMP_NEIGHBOUR_SOLICITATION);
    cr_assert(message.has_link);
    cr_assert_eq(message.link[5], 9);
    cr_assert_eq(message.target[15], 1);
    out.ttl = 64; /* the hop limit shows that a router forwarded it */
    len = icmp_build(frame, &out, 135, 0, 0, body, sizeof body);
    packet_parse(frame, len, true, &packet);
    cr_assert_eq(icmp_parse(frame, &packet, &message), ICMP_MALFORMED);
    out.ttl = 255;
    body[17] = 0; /* a parser could read an option of length 0 for ever */
    len = icmp_build(frame, &out, 135, 0, 0, body, sizeof body);
    packet_parse(frame, len, true, &packet);
    cr_assert_eq(icmp_parse(frame, &packet, &message), ICMP_MALFORMED);
}

Test(icmp, an_advertisement_carries_target_and_address)
{
    uint8_t frame[256];
    struct packet packet;
    struct icmp_message message;
    struct packet_out out = addresses(6, VLAN_NONE);
    uint32_t len = icmp_build_advertisement(frame, &out, out.src, mac_a, true);
    packet_parse(frame, len, true, &packet);
    cr_assert_eq(icmp_parse(frame, &packet, &message), ICMP_GOOD);
    cr_assert_eq(message.kind, ICMP_NEIGHBOUR_ADVERTISEMENT);
    cr_assert_eq(message.rest, 0x60000000);
    cr_assert_eq(memcmp(message.target, out.src, 16), 0);
    cr_assert_eq(memcmp(message.link, mac_a, 6), 0);
}
