/* Tests models/wire/packet and tcp_hdr: frames that we build and parse, and malformed and hostile frames. */
#include "models/wire/packet.h"

#include "models/base/rng.h"
#include "models/wire/bytes.h"
#include "models/wire/checksum.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_BYTES = 10000 };

static const uint8_t ts_option[12] = {1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 3, 4};

static struct packet_out out_of(uint8_t ip_version, uint16_t vlan)
{
    struct packet_out out = {
        .dst_mac = {2, 0, 0, 0, 0, 1},
        .src_mac = {2, 0, 0, 0, 0, 2},
        .vlan = vlan,
        .ip_version = ip_version,
        .ttl = 64,
        .tos = 0x2e,
        .ip_id = 77,
        .sport = 40000,
        .dport = 80,
        .seq = 0xfffffff0u,
        .ack = 0x12345678,
        .flags = TCP_ACK | TCP_PSH,
        .window = 501,
        .options = ts_option,
        .options_len = sizeof ts_option,
    };
    if (ip_version == 4) {
        ip_addr_from_v4(out.src, 0x0a000001);
        ip_addr_from_v4(out.dst, 0x0a000002);
    } else {
        memcpy(out.src, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
        memcpy(out.dst, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
    }
    return out;
}

static uint32_t build(uint8_t *frame, const struct packet_out *out, uint32_t payload_len)
{
    uint32_t at = packet_header_bytes(out);
    for (uint32_t i = 0; i < payload_len; i++)
        frame[at + i] = (uint8_t)(i * 31 + 7);
    return packet_build(frame, out, payload_len);
}

/* Parses a copy of exactly `len` bytes, so that a sanitizer finds any read past the end. */
static enum packet_kind parse_exact(const uint8_t *frame, uint32_t len, struct packet *packet)
{
    uint8_t *copy = malloc(len ? len : 1);
    cr_assert_not_null(copy);
    if (len)
        memcpy(copy, frame, len);
    packet_parse(copy, len, true, packet);
    free(copy);
    return packet->kind;
}

static void expect_equal(const struct packet_out *out, const struct packet *packet,
                         uint32_t payload_len)
{
    cr_assert_eq(packet->kind, PACKET_TCP, "%s", packet->why ? packet->why : "");
    cr_assert(packet->ip_checksum_ok);
    cr_assert(packet->tcp_checksum_ok);
    cr_assert_arr_eq(packet->dst_mac, out->dst_mac, 6);
    cr_assert_arr_eq(packet->src_mac, out->src_mac, 6);
    cr_assert_eq(packet->vlan_count, out->vlan != VLAN_NONE);
    if (out->vlan != VLAN_NONE)
        cr_assert_eq(packet->vlan_tci[0], out->vlan & VLAN_VID_MASK);
    cr_assert_eq(packet->ip_version, out->ip_version);
    cr_assert_eq(packet->ttl, out->ttl);
    cr_assert_eq(packet->tos, out->tos);
    cr_assert_arr_eq(packet->src, out->src, 16);
    cr_assert_arr_eq(packet->dst, out->dst, 16);
    cr_assert_eq(packet->seg.sport, out->sport);
    cr_assert_eq(packet->seg.dport, out->dport);
    cr_assert_eq(packet->seg.seq, out->seq);
    cr_assert_eq(packet->seg.ack, out->ack);
    cr_assert_eq(packet->seg.flags, out->flags);
    cr_assert_eq(packet->seg.window, out->window);
    cr_assert_eq(packet->seg.urgent, out->urgent);
    cr_assert_eq(packet->seg.header_len, TCP_HEADER_MIN + out->options_len);
    cr_assert_eq(packet->seg.payload_len, payload_len);
}

Test(packet, whatever_is_built_parses_back_equal)
{
    static uint8_t frame[BUFFER_BYTES];
    struct rng rng;
    rng_init(&rng, 7, "packet");
    for (int turn = 0; turn < 4000; turn++) {
        uint8_t version = rng_below(&rng, 2) ? 4 : 6;
        uint16_t vlan = rng_below(&rng, 2) ? (uint16_t)(VLAN_TAGGED | rng_below(&rng, 4096)) : 0;
        struct packet_out out = out_of(version, vlan);
        uint8_t options[40];
        memset(options, 1, sizeof options);
        out.options = options;
        out.options_len = (uint32_t)rng_below(&rng, 11) * 4;
        out.seq = (uint32_t)rng_u64(&rng);
        out.ack = (uint32_t)rng_u64(&rng);
        out.sport = (uint16_t)rng_u64(&rng);
        out.dport = (uint16_t)rng_u64(&rng);
        out.flags = (uint16_t)rng_below(&rng, 256);
        out.window = (uint16_t)rng_u64(&rng);
        out.urgent = (uint16_t)rng_u64(&rng);
        out.ttl = (uint8_t)rng_u64(&rng);
        out.tos = (uint8_t)rng_u64(&rng);
        out.ip_id = (uint16_t)rng_u64(&rng);
        for (uint32_t i = version == 4 ? 12 : 0; i < 16; i++) {
            out.src[i] = (uint8_t)rng_u64(&rng);
            out.dst[i] = (uint8_t)rng_u64(&rng);
        }
        uint32_t payload_len = (uint32_t)rng_below(&rng, rng_below(&rng, 8) ? 200 : 8900);
        uint32_t len = build(frame, &out, payload_len);
        cr_assert_eq(len, packet_header_bytes(&out) + payload_len);
        uint32_t padding = (uint32_t)rng_below(&rng, 3) * 5;
        memset(frame + len, 0xee, padding);
        struct packet packet;
        packet_parse(frame, len + padding, true, &packet);
        expect_equal(&out, &packet, payload_len);
        cr_assert_eq(packet.seg.payload, frame + packet_header_bytes(&out));
    }
}

struct shape_row {
    char name[48];
    uint8_t ip_version;
    uint16_t vlan;
    uint32_t payload_len;
};

static struct shape_row shape_rows[] = {
    {"IPv4", 4, VLAN_NONE, 33},
    {"IPv4 tagged", 4, VLAN_TAGGED | 5, 0},
    {"IPv6", 6, VLAN_NONE, 1},
    {"IPv6 tagged", 6, VLAN_TAGGED | 4095, 40},
};

ParameterizedTestParameters(packet, each_truncation_is_refused)
{
    return cr_make_param_array(struct shape_row, shape_rows, 4);
}

ParameterizedTest(struct shape_row *row, packet, each_truncation_is_refused)
{
    uint8_t frame[256];
    struct packet packet;
    struct packet_out out = out_of(row->ip_version, row->vlan);
    uint32_t len = build(frame, &out, row->payload_len);
    cr_assert_eq(parse_exact(frame, len, &packet), PACKET_TCP, "%s", row->name);
    for (uint32_t cut = 0; cut < len; cut++) {
        cr_assert_eq(parse_exact(frame, cut, &packet), PACKET_MALFORMED, "%s at %u", row->name,
                     cut);
        cr_assert_not_null(packet.why);
    }
}

ParameterizedTestParameters(packet, each_damaged_bit_under_a_checksum_shows)
{
    return cr_make_param_array(struct shape_row, shape_rows, 4);
}

/* If one bit of the bytes under a checksum flips, the parser must find another kind of packet or a wrong checksum. */
ParameterizedTest(struct shape_row *row, packet, each_damaged_bit_under_a_checksum_shows)
{
    uint8_t frame[256];
    struct packet packet;
    struct packet_out out = out_of(row->ip_version, row->vlan);
    uint32_t len = build(frame, &out, row->payload_len);
    uint32_t ip = row->vlan ? 18 : 14;
    /* No checksum covers version, traffic class, flow label and hop limit of IPv6, so the first 8 bytes are skipped. */
    for (uint32_t bit = (row->ip_version == 4 ? ip : ip + 8) * 8; bit < len * 8; bit++) {
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum packet_kind kind = parse_exact(frame, len, &packet);
        cr_assert(kind != PACKET_TCP || !packet.ip_checksum_ok || !packet.tcp_checksum_ok,
                  "%s: bit %u of byte %u", row->name, bit % 8, bit / 8);
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

Test(packet, random_bytes_never_lead_the_parser_outside)
{
    uint8_t frame[200];
    struct packet packet;
    struct rng rng;
    rng_init(&rng, 9, "hostile");
    for (int turn = 0; turn < 20000; turn++) {
        struct packet_out out = out_of(turn % 2 ? 4 : 6, turn % 3 ? VLAN_NONE : VLAN_TAGGED | 1);
        uint32_t len = build(frame, &out, 20);
        for (uint64_t hits = rng_below(&rng, 6); hits-- > 0;)
            frame[12 + rng_below(&rng, len - 12)] = (uint8_t)rng_u64(&rng);
        if (parse_exact(frame, (uint32_t)rng_below(&rng, len + 1), &packet) == PACKET_TCP)
            cr_assert_leq(packet.tcp_offset + packet.seg.header_len + packet.seg.payload_len, len);
    }
}

Test(packet, reads_two_tags_and_keys_on_the_outer_one)
{
    uint8_t frame[256], tagged[260];
    struct packet packet;
    struct flow_key key;
    static const uint16_t types[] = {0x8100, 0x88a8, 0x9100};
    struct packet_out out = out_of(4, VLAN_TAGGED | 7);
    uint32_t len = build(frame, &out, 5);
    for (int i = 0; i < 3; i++) {
        memcpy(tagged, frame, 12);
        be16_store(tagged + 12, types[i]);
        be16_store(tagged + 14, 0xa123);
        memcpy(tagged + 16, frame + 12, len - 12);
        packet_parse(tagged, len + 4, true, &packet);
        cr_assert_eq(packet.kind, PACKET_TCP);
        cr_assert_eq(packet.vlan_count, 2);
        cr_assert_eq(packet.vlan_tci[0], 0xa123);
        cr_assert_eq(packet.vlan_tci[1], 7);
        packet_flow_key(&packet, &key);
        cr_assert_eq(key.vlan, VLAN_TAGGED | 0x123);
    }
}

Test(packet, a_third_tag_is_not_ip)
{
    uint8_t frame[64] = {0};
    struct packet packet;
    for (int at = 12; at < 24; at += 4)
        be16_store(frame + at, 0x8100);
    be16_store(frame + 24, 0x0800);
    packet_parse(frame, sizeof frame, true, &packet);
    cr_assert_eq(packet.kind, PACKET_OTHER);
    cr_assert_eq(packet.ip_version, 0);
}

Test(packet, flow_key_takes_the_receivers_view)
{
    uint8_t frame[256];
    struct packet packet;
    struct flow_key key;
    struct packet_out out = out_of(4, VLAN_NONE);
    packet_parse(frame, build(frame, &out, 0), true, &packet);
    memset(&key, 0xff, sizeof key);
    packet_flow_key(&packet, &key);
    cr_assert_arr_eq(key.laddr, out.dst, 16);
    cr_assert_arr_eq(key.raddr, out.src, 16);
    cr_assert_eq(key.lport, 80);
    cr_assert_eq(key.rport, 40000);
    cr_assert_eq(key.vlan, VLAN_NONE);
    cr_assert_eq(key.ip_version, 4);
    cr_assert_eq(key.reserved, 0);
    cr_assert_eq(ip_addr_to_v4(key.laddr), 0x0a000002);
}

Test(packet, total_length_zero_means_the_rest_of_the_frame)
{
    uint8_t frame[256];
    struct packet packet;
    struct packet_out out = out_of(4, VLAN_NONE);
    uint32_t len = build(frame, &out, 100);
    be16_store(frame + 16, 0);
    cr_assert_eq(parse_exact(frame, len, &packet), PACKET_TCP);
    cr_assert_eq(packet.seg.payload_len, 100);
    cr_assert_eq(packet.ip_bytes, len - 14);
    cr_assert(packet.tcp_checksum_ok);
    cr_assert_not(packet.ip_checksum_ok, "the header checksum still covers the old length");
}

Test(packet, ip_options_are_skipped)
{
    uint8_t frame[256], with_options[264];
    struct packet packet;
    struct packet_out out = out_of(4, VLAN_NONE);
    uint32_t len = build(frame, &out, 9);
    memcpy(with_options, frame, 34);
    memset(with_options + 34, 1, 8);
    memcpy(with_options + 42, frame + 34, len - 34);
    with_options[14] = 0x47;
    be16_store(with_options + 16, (uint16_t)(len - 14 + 8));
    cr_assert_eq(parse_exact(with_options, len + 8, &packet), PACKET_TCP);
    cr_assert_eq(packet.tcp_offset, 42);
    cr_assert_eq(packet.seg.payload_len, 9);
    cr_assert(packet.tcp_checksum_ok);
    packet_fix_checksums(with_options, &packet);
    parse_exact(with_options, len + 8, &packet);
    cr_assert(packet.ip_checksum_ok);
}

struct option_row {
    char name[48];
    uint8_t options[8];
    bool routed;
};

/* RFC 791 3.1 defines the source route options, and RFC 7126 4.3 and 4.4 tell why packets with them are dropped. */
Test(packet, a_source_route_is_seen)
{
    static const struct option_row rows[] = {
        {"nothing", {0}, false},
        {"loose", {131, 7, 4, 10, 0, 0, 1, 0}, true},
        {"strict behind padding", {1, 137, 7, 4, 10, 0, 0, 1}, true},
        {"router alert", {148, 4, 0, 0, 0}, false},
        {"behind the end", {0, 131, 3, 4}, false},
        {"inside another option", {148, 8, 131, 3, 4}, false},
        {"length 0", {148, 0, 131, 3}, false},
        {"length missing", {1, 1, 1, 1, 1, 1, 1, 148}, false},
        {"length past the end", {148, 200, 131, 3}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t frame[256], with_options[264];
        struct packet packet;
        struct packet_out out = out_of(4, VLAN_NONE);
        uint32_t len = build(frame, &out, 9);
        memcpy(with_options, frame, 34);
        memcpy(with_options + 34, rows[i].options, 8);
        memcpy(with_options + 42, frame + 34, len - 34);
        with_options[14] = 0x47;
        be16_store(with_options + 16, (uint16_t)(len - 14 + 8));
        cr_assert_eq(parse_exact(with_options, len + 8, &packet), PACKET_TCP);
        cr_assert_eq(packet.source_routed, rows[i].routed, "%s", rows[i].name);
    }
}

/* An address that no single host can have must not be taken for a host (RFC 9293 MUST-63, RFC 1122 3.2.1.3). */
Test(packet, some_addresses_are_no_hosts)
{
    static const struct {
        uint32_t v4;
        bool is_host;
    } rows[] = {{0x0a000001, true},  {0x7f000001, true},  {0, false},         {0x00000001, false},
                {0xe0000001, false}, {0xefffffff, false}, {0xf0000001, true}, {0xffffffff, false}};
    uint8_t addr[16];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ip_addr_from_v4(addr, rows[i].v4);
        cr_assert_eq(ip_addr_is_host(addr, 4), rows[i].is_host, "%08x", rows[i].v4);
    }
    memset(addr, 0, sizeof addr);
    cr_assert_not(ip_addr_is_host(addr, 6));
    addr[15] = 1;
    cr_assert(ip_addr_is_host(addr, 6));
    addr[0] = 0xff;
    cr_assert_not(ip_addr_is_host(addr, 6));
}

struct field_row {
    char name[48];
    uint8_t ip_version;
    uint32_t at; /* offset in the frame of a field of 16 bits */
    uint16_t value;
    enum packet_kind kind;
};

static struct field_row field_rows[] = {
    {"ARP", 4, 12, 0x0806, PACKET_OTHER},
    {"an 802.3 length", 4, 12, 0x0040, PACKET_OTHER},
    {"IPv6 behind the IPv4 type", 4, 14, 0x6000, PACKET_MALFORMED},
    {"header length 16", 4, 14, 0x4400, PACKET_MALFORMED},
    {"header length past the total length", 4, 14, 0x4f00, PACKET_MALFORMED},
    {"total length below the header", 4, 16, 19, PACKET_MALFORMED},
    {"total length ends in the TCP header", 4, 16, 39, PACKET_MALFORMED},
    {"total length past the frame", 4, 16, 1500, PACKET_MALFORMED},
    {"first fragment", 4, 20, 0x2000, PACKET_FRAGMENT},
    {"last fragment", 4, 20, 0x0003, PACKET_FRAGMENT},
    {"UDP", 4, 22, 0x4011, PACKET_OTHER},
    {"TCP data offset 16", 4, 46, 0x4010, PACKET_MALFORMED},
    {"TCP data offset past the packet", 4, 46, 0xf010, PACKET_MALFORMED},
    {"IPv4 behind the IPv6 type", 6, 14, 0x4500, PACKET_MALFORMED},
    {"payload length past the frame", 6, 18, 1500, PACKET_MALFORMED},
    {"payload length ends in the TCP header", 6, 18, 19, PACKET_MALFORMED},
    {"ICMPv6", 6, 20, 0x3a40, PACKET_OTHER},
    {"an extension header that runs out", 6, 20, 0x0040, PACKET_MALFORMED},
};

ParameterizedTestParameters(packet, one_changed_field_decides_the_kind)
{
    return cr_make_param_array(struct field_row, field_rows,
                               sizeof field_rows / sizeof *field_rows);
}

ParameterizedTest(struct field_row *row, packet, one_changed_field_decides_the_kind)
{
    uint8_t frame[256];
    struct packet packet;
    struct packet_out out = out_of(row->ip_version, VLAN_NONE);
    out.sport = 0x06ff; /* as an extension header, it has 2 KiB */
    uint32_t len = build(frame, &out, 4);
    be16_store(frame + row->at, row->value);
    cr_assert_eq(parse_exact(frame, len, &packet), row->kind, "%s: %d %s", row->name, packet.kind,
                 packet.why ? packet.why : "");
}

struct extension_row {
    char name[48];
    uint8_t first; /* the next header field of the IPv6 header */
    uint8_t ext[32];
    uint32_t ext_len;
    enum packet_kind kind;
};

static struct extension_row extension_rows[] = {
    {"hop by hop", 0, {6, 0}, 8, PACKET_TCP},
    {"destination options of 16 bytes", 60, {6, 1}, 16, PACKET_TCP},
    {"hop by hop, routing, destination",
     0,
     {43, 0, 0, 0, 0, 0, 0, 0, 60, 0, 4, 0, 0, 0, 0, 0, 6},
     24,
     PACKET_TCP},
    {"routing with a segment left", 43, {6, 0, 4, 1}, 8, PACKET_OTHER},
    {"atomic fragment", 44, {6, 0, 0, 0}, 8, PACKET_TCP},
    {"first fragment", 44, {6, 0, 0, 1}, 8, PACKET_FRAGMENT},
    {"later fragment", 44, {6, 0, 0, 8}, 8, PACKET_FRAGMENT},
    {"no next header", 60, {59, 0}, 8, PACKET_OTHER},
    {"authentication header", 51, {6, 1}, 8, PACKET_OTHER},
    {"longer than the packet", 60, {6, 200}, 8, PACKET_MALFORMED},
};

ParameterizedTestParameters(packet, extension_headers_are_walked)
{
    return cr_make_param_array(struct extension_row, extension_rows,
                               sizeof extension_rows / sizeof *extension_rows);
}

ParameterizedTest(struct extension_row *row, packet, extension_headers_are_walked)
{
    uint8_t plain[256], frame[300];
    struct packet packet;
    struct packet_out out = out_of(6, VLAN_NONE);
    uint32_t len = build(plain, &out, 30);
    memcpy(frame, plain, 54);
    memcpy(frame + 54, row->ext, row->ext_len);
    memcpy(frame + 54 + row->ext_len, plain + 54, len - 54);
    frame[20] = row->first;
    be16_store(frame + 18, (uint16_t)(len - 54 + row->ext_len));
    enum packet_kind kind = parse_exact(frame, len + row->ext_len, &packet);
    cr_assert_eq(kind, row->kind, "%s: %d", row->name, kind);
    if (kind != PACKET_TCP)
        return;
    cr_assert(packet.tcp_checksum_ok, "%s", row->name);
    cr_assert_eq(packet.seg.payload_len, 30);
    for (uint32_t cut = 0; cut < len + row->ext_len; cut++)
        cr_assert_eq(parse_exact(frame, cut, &packet), PACKET_MALFORMED);
}

Test(packet, fix_checksums_repairs_an_edited_frame)
{
    uint8_t frame[256];
    struct packet packet;
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct packet_out out = out_of(version, VLAN_NONE);
        uint32_t len = build(frame, &out, 11);
        packet_parse(frame, len, true, &packet);
        be32_store(frame + packet.tcp_offset + 4, 99);
        frame[packet.ip_offset + (version == 4 ? 15 : 23)] ^= 1; /* source address */
        struct packet edited;
        packet_parse(frame, len, true, &edited);
        cr_assert_not(edited.tcp_checksum_ok);
        packet_fix_checksums(frame, &packet);
        packet_parse(frame, len, true, &edited);
        cr_assert(edited.tcp_checksum_ok);
        cr_assert(edited.ip_checksum_ok);
    }
}

Test(packet, checksums_are_not_judged_unless_asked)
{
    uint8_t frame[256];
    struct packet packet;
    struct packet_out out = out_of(4, VLAN_NONE);
    uint32_t len = build(frame, &out, 11);
    frame[len - 1] ^= 1;
    packet_parse(frame, len, false, &packet);
    cr_assert(packet.tcp_checksum_ok);
    packet_parse(frame, len, true, &packet);
    cr_assert_not(packet.tcp_checksum_ok);
    cr_assert(packet.ip_checksum_ok);
}

Test(packet, key_of_a_packet_without_tcp_is_a_bug, .signal = SIGABRT)
{
    struct packet packet = {.kind = PACKET_OTHER};
    struct flow_key key;
    packet_flow_key(&packet, &key);
}

Test(packet, building_for_no_ip_version_is_a_bug, .signal = SIGABRT)
{
    struct packet_out out = out_of(4, VLAN_NONE);
    out.ip_version = 0;
    (void)packet_header_bytes(&out);
}
