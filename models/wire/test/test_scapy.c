/* Compares models/wire, the options of models/tcp and the control frames of models/mac with a second encoder, scapy.
 * Each line of models/wire/test/scapy_frames.py gives the meaning of a frame and its bytes. */
#include "models/mac/mac_control.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_options.h"
#include "models/wire/arp.h"
#include "models/wire/checksum.h"
#include "models/wire/icmp.h"
#include "models/wire/lacp.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 8192, FRAME_MAX = 2048, COUNT = 2000 };

/* One line: its words, which the functions below take one after the other, and the frame. */
static struct {
    char text[LINE_MAX_BYTES];
    char *rest;
    const char *kind;
    uint8_t frame[FRAME_MAX], fcs[4];
    uint32_t len;
    unsigned long number;
} line;

static const char *word(void)
{
    const char *found = strtok_r(NULL, " \n", &line.rest);
    cr_assert_not_null(found, "frame %lu: words are missing", line.number);
    return found;
}

static uint32_t number(void) { return (uint32_t)strtoll(word(), NULL, 10); }

static void read_mac(uint8_t mac[6])
{
    unsigned b[6];
    cr_assert_eq(sscanf(word(), "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]), 6);
    for (int i = 0; i < 6; i++)
        mac[i] = (uint8_t)b[i];
}

static uint32_t read_v4(void)
{
    struct in_addr v4;
    cr_assert_eq(inet_pton(AF_INET, word(), &v4), 1);
    return ntohl(v4.s_addr);
}

static void read_v6(uint8_t addr[16]) { cr_assert_eq(inet_pton(AF_INET6, word(), addr), 1); }

static void read_ip(uint8_t version, uint8_t addr[16])
{
    if (version == 4)
        ip_addr_from_v4(addr, read_v4());
    else
        read_v6(addr);
}

static uint32_t read_hex(const char *hex, uint8_t *bytes, uint32_t capacity)
{
    uint32_t len = 0;
    for (; hex[0] && hex[1]; hex += 2) {
        unsigned byte;
        cr_assert_eq(sscanf(hex, "%2x", &byte), 1);
        cr_assert_lt(len, capacity);
        bytes[len++] = (uint8_t)byte;
    }
    return len;
}

/* Removes the frame and its check sequence from the end of the line. */
static void open_line(void)
{
    char *fcs = strrchr(line.text, ' ');
    cr_assert_not_null(fcs);
    *fcs++ = '\0';
    char *frame = strrchr(line.text, ' ');
    cr_assert_not_null(frame);
    *frame++ = '\0';
    cr_assert_eq(read_hex(fcs, line.fcs, sizeof line.fcs), 4);
    line.len = read_hex(frame, line.frame, sizeof line.frame);
    line.kind = strtok_r(line.text, " \n", &line.rest);
}

static void expect_frame(const uint8_t *frame, uint32_t len)
{
    cr_assert_eq(len, line.len, "frame %lu, %s: %u bytes, not %u", line.number, line.kind, len,
                 line.len);
    for (uint32_t i = 0; i < len; i++)
        cr_assert_eq(frame[i], line.frame[i], "frame %lu, %s: byte %u is %02x, not %02x",
                     line.number, line.kind, i, frame[i], line.frame[i]);
}

static void expect_fcs(void)
{
    uint32_t fcs = checksum_crc32(line.frame, line.len);
    for (int i = 0; i < 4; i++)
        cr_assert_eq((uint8_t)(fcs >> 8 * i), line.fcs[i], "frame %lu", line.number);
}

/* Reads the words of the Ethernet and IP headers: VLAN, version, addresses, type of service, TTL and identification. */
static struct packet_out read_network(void)
{
    struct packet_out out = {0};
    uint32_t vid = number();
    out.vlan = vid ? (uint16_t)(VLAN_TAGGED | vid) : (uint16_t)VLAN_NONE;
    out.ip_version = (uint8_t)number();
    read_mac(out.src_mac);
    read_mac(out.dst_mac);
    read_ip(out.ip_version, out.src);
    read_ip(out.ip_version, out.dst);
    out.tos = (uint8_t)number();
    out.ttl = (uint8_t)number();
    out.ip_id = (uint16_t)number();
    return out;
}

/* The options of a line, and a context that has negotiated them, so that models/tcp sends them. */
struct options {
    bool is_syn;
    struct conn_ctx ctx;
    struct tcp_now now;
    struct tcp_tx tx;
    uint32_t mss, sack_count, payload_len;
    int scale;
    bool sack_ok, has_stamps;
};

static void read_options(struct options *o)
{
    memset(o, 0, sizeof *o);
    o->is_syn = strcmp(word(), "syn") == 0;
    o->mss = number();
    o->scale = (int)number();
    o->sack_ok = number();
    o->has_stamps = number();
    o->now.ms = number();
    o->ctx.ts_recent = number();
    o->sack_count = number();
    o->ctx.ooo_order = 3 << 6 | 2 << 4 | 1 << 2; /* the blocks keep the order of the line */
    for (uint32_t i = 0; i < 2 * o->sack_count; i++)
        o->ctx.ooo[i] = number();
    o->payload_len = number();
    o->ctx.adv_mss = (uint16_t)o->mss;
    o->ctx.rcv_ws = o->scale < 0 ? 0 : (uint8_t)o->scale;
    unsigned bits = (o->mss ? (unsigned)CTX_FEATURE_MSS : 0) |
                    (o->scale >= 0 ? (unsigned)CTX_FEATURE_WS : 0) |
                    (o->sack_ok || o->sack_count ? (unsigned)CTX_FEATURE_SACK : 0) |
                    (o->has_stamps ? (unsigned)CTX_FEATURE_TS : 0);
    o->ctx.offered = o->ctx.features = (uint8_t)bits;
}

static void check_options(const struct tcp_segment *seg, const struct options *o)
{
    unsigned seen =
        (o->mss ? (unsigned)TCP_HAS_MSS : 0) | (o->scale >= 0 ? (unsigned)TCP_HAS_WS : 0) |
        (o->sack_ok ? (unsigned)TCP_HAS_SACK_PERMITTED : 0) |
        (o->has_stamps ? (unsigned)TCP_HAS_TS : 0) | (o->sack_count ? (unsigned)TCP_HAS_SACK : 0);
    cr_assert_eq(seg->options, seen, "frame %lu: %x, not %x", line.number, seg->options, seen);
    if (o->mss)
        cr_assert_eq(seg->mss, o->mss);
    if (o->scale >= 0)
        cr_assert_eq(seg->ws, o->scale);
    if (o->has_stamps) {
        cr_assert_eq(seg->tsval, o->now.ms);
        cr_assert_eq(seg->tsecr, o->ctx.ts_recent);
    }
    cr_assert_eq(seg->sack_count, o->sack_count);
    for (uint32_t i = 0; i < 2 * o->sack_count; i++)
        cr_assert_eq(seg->sack[i / 2][i % 2], o->ctx.ooo[i]);
}

static void check_parsed(const struct packet_out *out, const struct options *o)
{
    struct packet packet;
    packet_parse(line.frame, line.len, true, &packet);
    cr_assert_eq(packet.kind, PACKET_TCP, "frame %lu: %s", line.number, packet.why);
    cr_assert(packet.ip_checksum_ok && packet.tcp_checksum_ok, "frame %lu", line.number);
    cr_assert_eq(memcmp(packet.dst_mac, out->dst_mac, 6), 0);
    cr_assert_eq(memcmp(packet.src_mac, out->src_mac, 6), 0);
    cr_assert_eq(packet.vlan_count > 0, out->vlan != VLAN_NONE);
    if (packet.vlan_count)
        cr_assert_eq(packet.vlan_tci[packet.vlan_count - 1] & VLAN_VID_MASK,
                     out->vlan & VLAN_VID_MASK);
    cr_assert_eq(packet.ip_version, out->ip_version);
    cr_assert_eq(packet.ttl, out->ttl);
    cr_assert_eq(packet.tos, out->tos);
    cr_assert_eq(memcmp(packet.src, out->src, 16), 0);
    cr_assert_eq(memcmp(packet.dst, out->dst, 16), 0);
    cr_assert_eq(packet.seg.sport, out->sport);
    cr_assert_eq(packet.seg.dport, out->dport);
    cr_assert_eq(packet.seg.seq, out->seq);
    cr_assert_eq(packet.seg.ack, out->ack);
    cr_assert_eq(packet.seg.flags, out->flags);
    cr_assert_eq(packet.seg.window, out->window);
    cr_assert_eq(packet.seg.urgent, out->urgent);
    cr_assert_eq(packet.seg.payload_len, o->payload_len);
    check_options(&packet.seg, o);
}

static void check_tcp(bool build)
{
    struct packet_out out = read_network();
    struct options o;
    out.sport = (uint16_t)number();
    out.dport = (uint16_t)number();
    out.seq = number();
    out.ack = number();
    out.flags = (uint16_t)number();
    out.window = (uint16_t)number();
    out.urgent = (uint16_t)number();
    read_options(&o);
    check_parsed(&out, &o);
    if (!build)
        return;
    o.tx.flags = out.flags;
    tcp_options_write(&o.ctx, o.is_syn ? TCP_OPTIONS_SYN : TCP_OPTIONS_ACK, o.now, &o.tx);
    out.options = o.tx.options;
    out.options_len = o.tx.options_len;
    uint8_t frame[FRAME_MAX];
    memcpy(frame + packet_header_bytes(&out), line.frame + line.len - o.payload_len, o.payload_len);
    expect_frame(frame, packet_build(frame, &out, o.payload_len));
}

static void check_arp(void)
{
    uint8_t frame[FRAME_MAX], dst[6];
    struct arp_message message, got;
    struct packet packet;
    uint32_t vid = number();
    read_mac(dst);
    read_mac(message.sender_mac);
    message.sender_ip = read_v4();
    read_mac(message.target_mac);
    message.target_ip = read_v4();
    message.op = (uint16_t)number();
    uint16_t vlan = vid ? (uint16_t)(VLAN_TAGGED | vid) : (uint16_t)VLAN_NONE;
    expect_frame(frame, arp_build(frame, dst, vlan, &message));
    packet_parse(line.frame, line.len, true, &packet);
    cr_assert(arp_parse(line.frame, line.len, &packet, &got));
    cr_assert_eq(got.op, message.op);
    cr_assert_eq(got.sender_ip, message.sender_ip);
    cr_assert_eq(got.target_ip, message.target_ip);
    cr_assert_eq(memcmp(got.target_mac, message.target_mac, 6), 0);
}

static void check_echo(void)
{
    struct packet_out out = read_network();
    uint32_t rest = number(), body_len = number();
    const uint8_t *body = line.frame + line.len - body_len;
    uint8_t frame[FRAME_MAX];
    struct packet packet;
    struct icmp_message got,
        request = {.kind = ICMP_ECHO_REQUEST, .rest = rest, .body = body, .body_len = body_len};
    expect_frame(frame, icmp_build_echo_reply(frame, &out, &request));
    packet_parse(line.frame, line.len, true, &packet);
    cr_assert_eq(icmp_parse(line.frame, &packet, &got), ICMP_GOOD);
    cr_assert_eq(got.kind, ICMP_ECHO_REPLY);
    cr_assert_eq(got.rest, rest);
    cr_assert_eq(got.body_len, body_len);
}

static void check_neighbour(void)
{
    struct packet_out out = read_network();
    uint8_t frame[FRAME_MAX], target[16], link[6];
    struct packet packet;
    struct icmp_message got;
    read_v6(target);
    read_mac(link);
    expect_frame(frame, icmp_build_advertisement(frame, &out, target, link, number()));
    packet_parse(line.frame, line.len, true, &packet);
    cr_assert_eq(icmp_parse(line.frame, &packet, &got), ICMP_GOOD);
    cr_assert_eq(got.kind, ICMP_NEIGHBOUR_ADVERTISEMENT);
    cr_assert_eq(memcmp(got.target, target, 16), 0);
    cr_assert(got.has_link && memcmp(got.link, link, 6) == 0);
}

static void check_pause(bool priority)
{
    uint8_t frame[MAC_CONTROL_BYTES], source[6];
    uint16_t quanta = 0;
    read_mac(source);
    enum mac_control_kind kind = mac_control_parse(line.frame, line.len, &quanta);
    cr_assert_eq(kind, priority ? MAC_CONTROL_PFC : MAC_CONTROL_PAUSE);
    if (priority)
        return;
    uint16_t expected = (uint16_t)number();
    cr_assert_eq(quanta, expected);
    mac_control_build_pause(frame, source, expected);
    expect_frame(frame, sizeof frame);
}

static void read_port(struct lacp_port *port)
{
    port->system_priority = (uint16_t)number();
    read_mac(port->system);
    port->key = (uint16_t)number();
    port->port_priority = (uint16_t)number();
    port->port = (uint16_t)number();
    port->state = (uint8_t)number();
}

static void check_lacp(void)
{
    uint8_t frame[LACP_FRAME_BYTES], source[6];
    struct lacp_pdu pdu, got;
    read_mac(source);
    read_port(&pdu.actor);
    read_port(&pdu.partner);
    pdu.collector_max_delay = (uint16_t)number();
    lacp_build(frame, source, &pdu);
    expect_frame(frame, sizeof frame);
    cr_assert_eq(lacp_parse(line.frame, line.len, &got, NULL), SLOW_LACP);
    cr_assert_eq(got.actor.key, pdu.actor.key);
    cr_assert_eq(got.partner.state, pdu.partner.state);
    cr_assert_eq(got.collector_max_delay, pdu.collector_max_delay);
}

static void check_marker(void)
{
    uint8_t frame[LACP_FRAME_BYTES], source[6];
    struct lacp_marker marker, got;
    read_mac(source);
    bool is_response = number() == 2;
    marker.port = (uint16_t)number();
    read_mac(marker.system);
    marker.transaction = number();
    lacp_build_marker(frame, source, is_response, &marker);
    expect_frame(frame, sizeof frame);
    cr_assert_eq(lacp_parse(line.frame, line.len, NULL, &got),
                 is_response ? SLOW_MARKER_RESPONSE : SLOW_MARKER);
    cr_assert_eq(got.transaction, marker.transaction);
}

static void check_line(void)
{
    open_line();
    expect_fcs();
    bool is_tcp = strcmp(line.kind, "tcp") == 0, is_pause = strcmp(line.kind, "pause") == 0;
    if (is_tcp || strcmp(line.kind, "odd") == 0)
        check_tcp(is_tcp);
    else if (is_pause || strcmp(line.kind, "pfc") == 0)
        check_pause(!is_pause);
    else if (strcmp(line.kind, "arp") == 0)
        check_arp();
    else if (strcmp(line.kind, "echo") == 0)
        check_echo();
    else if (strcmp(line.kind, "neighbour") == 0)
        check_neighbour();
    else if (strcmp(line.kind, "lacp") == 0)
        check_lacp();
    else if (strcmp(line.kind, "marker") == 0)
        check_marker();
    else
        cr_assert_fail("unknown kind %s", line.kind);
}

Test(scapy, its_frames_and_ours_are_the_same_bytes)
{
    if (system("/usr/bin/python3 -c 'import scapy' 2>/dev/null") != 0)
        cr_skip("python3-scapy is not installed");
    char command[128];
    (void)snprintf(command, sizeof command,
                   "/usr/bin/python3 models/wire/test/scapy_frames.py 1 %d", COUNT);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    while (fgets(line.text, sizeof line.text, pipe)) {
        line.number++;
        check_line();
    }
    cr_assert_eq(pclose(pipe), 0);
    cr_assert_eq(line.number, COUNT);
}
