/* Tests models/wire/flow_hash: the Toeplitz hash and the hashes of bonding (docs/timing.md, sections 3.6 and 3.7); and the
 * reversed tuple of models/hwif/flow_key.h. */
#include "models/wire/flow_hash.h"

#include "models/test/timing_case.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

static void address_set(uint8_t addr[16], const char *text)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, text, &v4) == 1)
        ip_addr_from_v4(addr, ntohl(v4.s_addr));
    else
        cr_assert_eq(inet_pton(AF_INET6, text, addr), 1, "%s", text);
}

static struct packet packet_of(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
    struct packet packet;
    memset(&packet, 0, sizeof packet);
    packet.kind = PACKET_TCP;
    packet.ip_version = strchr(src, ':') ? 6 : 4;
    packet.ether_type = packet.ip_version == 4 ? 0x0800 : 0x86dd;
    packet.src_mac[5] = 0x01;
    packet.dst_mac[5] = 0x02;
    address_set(packet.src, src);
    address_set(packet.dst, dst);
    packet.seg.sport = sport;
    packet.seg.dport = dport;
    return packet;
}

struct bonding_row {
    char src[24], dst[24];
    uint16_t sport, dport;
    uint32_t layer34, mod2, mod3, layer23;
};

static struct bonding_row bonding_rows[] = {
    {"10.0.0.1", "10.0.0.2", 1000, 2000, 0x69ea1e1f, 1, 1, 0x03030b08},
    {"10.0.0.1", "10.0.0.2", 1001, 2000, 0x69ea1e9f, 1, 0, 0x03030b08},
    {"10.0.0.1", "10.0.0.2", 1002, 2000, 0x69ea1f1e, 0, 1, 0x03030b08},
    {"192.168.1.10", "192.168.1.20", 49152, 80, 0x27272747, 1, 2, 0x1e1e1615},
    {"192.168.1.10", "192.168.1.20", 49153, 80, 0x272727c7, 1, 1, 0x1e1e1615},
    {"192.168.1.10", "192.168.1.20", 49154, 80, 0x27272646, 0, 0, 0x1e1e1615},
    {"66.9.149.187", "161.142.100.80", 2794, 1766, 0x06fd4bbf, 1, 0, 0xeb1a9575},
};

ParameterizedTestParameters(flow_hash, bonding_hashes_match_the_table)
{
    return cr_make_param_array(struct bonding_row, bonding_rows,
                               sizeof bonding_rows / sizeof *bonding_rows);
}

ParameterizedTest(struct bonding_row *row, flow_hash, bonding_hashes_match_the_table)
{
    struct packet packet = packet_of(row->src, row->sport, row->dst, row->dport);
    uint32_t hash = flow_hash(FLOW_HASH_LAYER3_4, &packet);
    timing_case("3.7 layer3+4", row->layer34, hash);
    timing_case("3.7 layer3+4, member of two", row->mod2, hash % 2);
    timing_case("3.7 layer3+4, member of three", row->mod3, hash % 3);
    timing_case("3.7 layer2+3", row->layer23, flow_hash(FLOW_HASH_LAYER2_3, &packet));
    timing_case("3.7 layer2", 0x803, flow_hash(FLOW_HASH_LAYER2, &packet));
    cr_assert_eq(hash, row->layer34, "%s %u: %08x", row->src, row->sport, hash);
    cr_assert_eq(hash % 2, row->mod2);
    cr_assert_eq(hash % 3, row->mod3);
    cr_assert_eq(flow_hash(FLOW_HASH_LAYER2_3, &packet), row->layer23);
    cr_assert_eq(flow_hash(FLOW_HASH_LAYER2, &packet), 0x803u);
}

ParameterizedTestParameters(flow_hash, both_directions_use_the_same_of_two_members)
{
    return cr_make_param_array(struct bonding_row, bonding_rows,
                               sizeof bonding_rows / sizeof *bonding_rows);
}

ParameterizedTest(struct bonding_row *row, flow_hash, both_directions_use_the_same_of_two_members)
{
    struct packet there = packet_of(row->src, row->sport, row->dst, row->dport);
    struct packet back = packet_of(row->dst, row->dport, row->src, row->sport);
    for (int policy = FLOW_HASH_LAYER2; policy <= FLOW_HASH_LAYER3_4; policy++)
        cr_assert_eq(flow_hash((enum flow_hash_policy)policy, &there) % 2,
                     flow_hash((enum flow_hash_policy)policy, &back) % 2);
}

Test(flow_hash, fragments_leave_ports_out_and_non_ip_uses_the_macs)
{
    struct packet packet = packet_of("10.0.0.1", 1000, "10.0.0.2", 2000);
    packet.kind = PACKET_FRAGMENT;
    uint32_t without = flow_hash(FLOW_HASH_LAYER3_4, &packet);
    packet.seg.sport = 7;
    cr_assert_eq(flow_hash(FLOW_HASH_LAYER3_4, &packet), without);
    /* On a little-endian host 10.0.0.1 ^ 10.0.0.2 is 03000000. It is folded to 03030303 and then shifted by one. */
    cr_assert_eq(without, 0x03030303u >> 1, "%08x", without);
    packet.kind = PACKET_OTHER;
    packet.ip_version = 0;
    packet.ether_type = 0x0806;
    cr_assert_eq(flow_hash(FLOW_HASH_LAYER3_4, &packet), 0x805u);
    cr_assert_eq(flow_hash(FLOW_HASH_LAYER2_3, &packet), 0x805u);
}

Test(flow_hash, ipv6_addresses_are_folded_word_by_word)
{
    struct packet packet = packet_of("2001:db8::1", 0, "2001:db8::2", 0);
    /* The addresses differ only in the last byte. 01 ^ 02 is 03, in the top byte of a little-endian word. */
    uint32_t hash = 0x03000000u ^ 0x0300u;
    hash ^= hash >> 8;
    cr_assert_eq(flow_hash(FLOW_HASH_LAYER3_4, &packet), hash >> 1);
}

static const uint8_t toeplitz_key[40] = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

struct toeplitz_row {
    char src[48], dst[48];
    uint16_t sport, dport;
    uint32_t addresses, with_ports;
};

static struct toeplitz_row toeplitz_rows[] = {
    {"66.9.149.187", "161.142.100.80", 2794, 1766, 0x323e8fc2, 0x51ccc178},
    {"199.92.111.2", "65.69.140.83", 14230, 4739, 0xd718262a, 0xc626b0ea},
    {"24.19.198.95", "12.22.207.184", 12898, 38024, 0xd2d0a5de, 0x5c2b394a},
    {"38.27.205.30", "209.142.163.6", 48228, 2217, 0x82989176, 0xafc7327f},
    {"153.39.163.191", "202.188.127.2", 44251, 1303, 0x5d1809c5, 0x10e828a2},
    {"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766, 0x2cc18cd5, 0x40207d3d},
    {"3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739, 0x0f0c461c, 0xdde51bbf},
    {"3ffe:1900:4545:3:200:f8ff:fe21:67cf", "fe80::200:f8ff:fe21:67cf", 44251, 38024, 0x4b61e985,
     0x02d1feef},
};

ParameterizedTestParameters(flow_hash, toeplitz_matches_the_published_vectors)
{
    return cr_make_param_array(struct toeplitz_row, toeplitz_rows,
                               sizeof toeplitz_rows / sizeof *toeplitz_rows);
}

ParameterizedTest(struct toeplitz_row *row, flow_hash, toeplitz_matches_the_published_vectors)
{
    struct packet packet = packet_of(row->src, row->sport, row->dst, row->dport);
    timing_case("3.6 Toeplitz", row->addresses, flow_hash_toeplitz(toeplitz_key, &packet, 0));
    timing_case("3.6 Toeplitz", row->with_ports, flow_hash_toeplitz(toeplitz_key, &packet, 1));
    cr_assert_eq(flow_hash_toeplitz(toeplitz_key, &packet, 0), row->addresses, "%s", row->src);
    cr_assert_eq(flow_hash_toeplitz(toeplitz_key, &packet, 1), row->with_ports, "%s", row->src);
}

Test(flow_hash, toeplitz_with_a_symmetric_key_is_symmetric)
{
    uint8_t key[40];
    for (int i = 0; i < 40; i++)
        key[i] = i % 2 ? 0x5a : 0x6d;
    struct packet there = packet_of("10.0.0.1", 1000, "10.0.0.2", 2000);
    struct packet back = packet_of("10.0.0.2", 2000, "10.0.0.1", 1000);
    timing_case("3.6 Toeplitz", 0x1abc1abc, flow_hash_toeplitz(key, &there, 1));
    timing_case("3.6 Toeplitz", 0x1abc1abc, flow_hash_toeplitz(key, &back, 1));
    cr_assert_eq(flow_hash_toeplitz(key, &there, 1), 0x1abc1abcu);
    cr_assert_eq(flow_hash_toeplitz(key, &back, 1), 0x1abc1abcu);
}

Test(flow_key, a_reversed_flow_key_is_that_of_the_other_end)
{
    const struct flow_key key = {.laddr = {[15] = 1},
                                 .raddr = {[15] = 2},
                                 .lport = 80,
                                 .rport = 40000,
                                 .vlan = VLAN_TAGGED | 7,
                                 .ip_version = 4};
    const struct flow_key other = flow_key_reversed(&key);
    cr_assert(other.laddr[15] == 2 && other.raddr[15] == 1);
    cr_assert(other.lport == 40000 && other.rport == 80);
    cr_assert(other.vlan == key.vlan && other.ip_version == 4);
    const struct flow_key back = flow_key_reversed(&other);
    cr_assert_eq(memcmp(&back, &key, sizeof key), 0);
}

Test(flow_hash, a_tuple_has_the_hash_of_its_frames)
{
    for (size_t i = 0; i < sizeof toeplitz_rows / sizeof toeplitz_rows[0]; i++) {
        const struct toeplitz_row *row = &toeplitz_rows[i];
        struct packet packet = packet_of(row->src, row->sport, row->dst, row->dport);
        struct flow_key key;
        packet_flow_key(&packet, &key);
        cr_assert_eq(flow_hash_of_packet(&packet), row->with_ports);
        cr_assert_eq(flow_hash_of_tuple(&key), row->with_ports);
    }
}
