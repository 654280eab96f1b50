/* Tests host-sw/stack/answer.c: the team answers ARP requests, neighbour solicitations and pings
 * on the port on which they arrived. */
#include "host-sw/test/team_bed.h"
#include "models/wire/arp.h"
#include "models/wire/icmp.h"

#include <criterion/criterion.h>
#include <string.h>

static struct bed bed;
static const uint8_t asker[6] = {2, 9, 9, 9, 9, 9};

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(answer, .init = setup, .fini = teardown);

static void give(unsigned nic, const uint8_t *frame, uint32_t len)
{
    fake_give_frame(bed.fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed.fake, 1);
}

static const uint8_t *sent(unsigned nic, struct packet *packet)
{
    const struct nic_cmd *tx = fake_expect(bed.fake, nic, NIC_CMD_TX_FRAME);
    const uint8_t *frame = fake_memory(bed.fake, tx->list);
    packet_parse(frame, tx->count, true, packet);
    cr_assert_eq(memcmp(packet->src_mac, bed.params.mac, 6), 0);
    return frame;
}

static struct packet_out to_team(uint8_t ip_version)
{
    struct packet_out out = {.ip_version = ip_version, .ttl = 255};
    memcpy(out.src_mac, asker, 6);
    memcpy(out.dst_mac, bed.params.mac, 6);
    memcpy(out.dst, ip_version == 4 ? bed.params.ipv4 : bed.params.ipv6, 16);
    memcpy(out.src, out.dst, 16);
    out.src[15] = 77;
    return out;
}

static uint32_t arp_request(uint8_t *frame, uint32_t target)
{
    static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct arp_message asked = {.op = ARP_REQUEST, .sender_ip = 0x0a00004d, .target_ip = target};
    memcpy(asked.sender_mac, asker, 6);
    return arp_build(frame, broadcast, VLAN_TAGGED | 3, &asked);
}

/* */
Test(answer, arp_is_answered_on_the_port_it_came_in)
{
    uint8_t frame[64];
    uint32_t ours = ip_addr_to_v4(bed.params.ipv4);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        struct packet packet;
        struct arp_message reply;
        give(nic, frame, arp_request(frame, ours));
        const uint8_t *answer = sent(nic, &packet);
        cr_assert(arp_parse(answer, 46, &packet, &reply));
        cr_assert_eq(packet.vlan_tci[0], 3);
        cr_assert_eq(memcmp(packet.dst_mac, asker, 6), 0);
        cr_assert_eq(reply.op, ARP_REPLY);
        cr_assert_eq(reply.sender_ip, ours);
        cr_assert_eq(memcmp(reply.sender_mac, bed.params.mac, 6), 0);
        cr_assert_null(fake_take(bed.fake, 1 - nic));
    }
    cr_assert_eq(bed_stats(&bed)->arp_answers, 2);
    cr_assert_eq(bed_probes(&bed, PROBE_FRAME_ANSWERED), 2);
    cr_assert_eq(bed_probes(&bed, PROBE_FRAME_DROPPED), 0);
}

Test(answer, arp_for_somebody_else_is_dropped_as_not_ours)
{
    uint8_t frame[64];
    give(0, frame, arp_request(frame, 0x0a0000fe));
    cr_assert_null(fake_take(bed.fake, 0));
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NOT_OURS], 1);
}

Test(answer, echo_is_answered_in_both_families)
{
    for (uint8_t version = 4; version <= 6; version += 2) {
        static uint8_t body[1400];
        static uint8_t frame[2000];
        memset(body, version, sizeof body);
        struct packet_out out = to_team(version);
        struct packet packet;
        struct icmp_message reply;
        give(1, frame,
             icmp_build(frame, &out, version == 4 ? 8 : 128, 0, 0xabcd0001, body, sizeof body));
        const uint8_t *answer = sent(1, &packet);
        cr_assert_eq(icmp_parse(answer, &packet, &reply), ICMP_GOOD);
        cr_assert_eq(reply.kind, ICMP_ECHO_REPLY);
        cr_assert_eq(reply.rest, 0xabcd0001);
        cr_assert_eq(reply.body_len, sizeof body);
        cr_assert_eq(memcmp(reply.body, body, sizeof body), 0);
        cr_assert_eq(memcmp(packet.src, out.dst, 16), 0);
        cr_assert_eq(memcmp(packet.dst, out.src, 16), 0);
    }
    cr_assert_eq(bed_stats(&bed)->echo_answers, 2);
}

Test(answer, a_neighbour_is_answered_to_the_address_it_names)
{
    uint8_t frame[128], body[24] = {[16] = 1, [17] = 1};
    struct packet packet;
    struct icmp_message reply;
    struct packet_out out = to_team(6);
    memcpy(body, bed.params.ipv6, 16);
    memcpy(body + 18, asker, 6);
    memset(out.dst, 0, 16);
    out.dst[0] = 0xff; /* the solicited-node multicast address */
    out.dst[1] = 2;
    give(1, frame, icmp_build(frame, &out, 135, 0, 0, body, sizeof body));
    const uint8_t *answer = sent(1, &packet);
    cr_assert_eq(icmp_parse(answer, &packet, &reply), ICMP_GOOD);
    cr_assert_eq(reply.kind, ICMP_NEIGHBOUR_ADVERTISEMENT);
    cr_assert_eq(reply.rest, 0x60000000, "solicited, override");
    cr_assert_eq(memcmp(reply.link, bed.params.mac, 6), 0);
    cr_assert_eq(memcmp(packet.src, bed.params.ipv6, 16), 0);
    cr_assert_eq(packet.ttl, 255);
    /* Duplicate address detection has no source address, so the answer goes to all nodes. */
    memset(out.src, 0, 16);
    give(0, frame, icmp_build(frame, &out, 135, 0, 0, body, 16));
    answer = sent(0, &packet);
    cr_assert_eq(icmp_parse(answer, &packet, &reply), ICMP_GOOD);
    cr_assert_eq(reply.rest, 0x20000000, "not solicited");
    cr_assert_eq(packet.dst[0], 0xff);
    cr_assert_eq(packet.dst_mac[0], 0x33);
    cr_assert_eq(bed_stats(&bed)->neighbour_answers, 2);
}

Test(answer, an_error_about_a_connection_is_counted_as_such)
{
    uint8_t segment[256], quoted[256], frame[512];
    bed_open(&bed);
    bed_segment(segment, 0, 1, 1, TCP_ACK, "");
    struct packet packet;
    packet_parse(segment, 54, false, &packet);
    struct packet_out tcp = {.ip_version = packet.ip_version, .sport = 80, .dport = 40000};
    memcpy(tcp.src, packet.dst, 16);
    memcpy(tcp.dst, packet.src, 16);
    uint32_t len = packet_build(quoted, &tcp, 0);
    struct packet_out out = to_team(packet.ip_version);
    give(0, frame, icmp_build(frame, &out, 3, 4, 1400, quoted + 14, len - 14));
    give(0, frame, icmp_build(frame, &out, 3, 1, 0, quoted + 14, 10));
    cr_assert_eq(bed_stats(&bed)->icmp_too_big, 1);
    cr_assert_eq(bed_stats(&bed)->icmp_unreachable, 1);
    cr_assert_eq(bed_stats(&bed)->icmp_errors_of_connections, 1);
    cr_assert_eq(bed_probes(&bed, PROBE_FRAME_ANSWERED), 2);
}

Test(answer, what_nobody_answers_is_dropped_with_its_reason)
{
    uint8_t frame[128] = {0};
    struct packet_out out = to_team(4);
    uint32_t len = icmp_build(frame, &out, 8, 0, 1, (const uint8_t *)"abcd", 4);
    frame[len - 1] ^= 1;
    give(0, frame, len);
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_BAD_CHECKSUM], 1);
    give(0, frame, packet_build_ip(frame, &out, ICMP_PROTOCOL_V4, 4));
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_MALFORMED], 1);
    give(0, frame, packet_build_ip(frame, &out, 17, 8));
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NOT_TCP], 1);
    out.dst[15] ^= 1;
    give(0, frame, icmp_build(frame, &out, 8, 0, 1, (const uint8_t *)"abcd", 4));
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NOT_OURS], 1);
    cr_assert_null(fake_take(bed.fake, 0));
}
