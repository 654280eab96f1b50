#include "models/trace/test/capture_writer.h"

#include "models/base/frame.h"
#include "models/wire/bytes.h"
#include "models/wire/checksum.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES_MAX = 70000, CLIENT_ISN = 1000, SERVER_ISN = 5000 };

static void put32(const struct capture_writer *writer, uint32_t value)
{
    if (writer->big_endian)
        value = __builtin_bswap32(value);
    fwrite(&value, sizeof value, 1, writer->stream);
}

void capture_writer_open(struct capture_writer *writer, bool big_endian, bool nanoseconds,
                         uint32_t link)
{
    *writer = (struct capture_writer){
        .path = "/tmp/toesim-test-XXXXXX",
        .big_endian = big_endian,
        .nanoseconds = nanoseconds,
        .link = link,
        .snaplen = 262144,
        .time_ns = UINT64_C(1600000000) * 1000000000,
        .step_ns = 1000000,
        .ip_version = 4,
        .client_v4 = 0xc0a80002,
        .server_v4 = 0xc0a80001,
        .client_port = 40000,
        .server_port = 80,
        .window = 65535,
    };
    int fd = mkstemp(writer->path);
    assert(fd >= 0);
    writer->stream = fdopen(fd, "wb");
    assert(writer->stream);
    put32(writer, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
    put32(writer, big_endian ? 0x00020004 : 0x00040002);
    put32(writer, 0);
    put32(writer, 0);
    put32(writer, 262144);
    put32(writer, link);
}

void capture_writer_raw(struct capture_writer *writer, const void *bytes, uint32_t captured,
                        uint32_t length)
{
    uint64_t fraction = writer->time_ns % 1000000000;
    put32(writer, (uint32_t)(writer->time_ns / 1000000000));
    put32(writer, (uint32_t)(writer->nanoseconds ? fraction : fraction / 1000));
    put32(writer, captured);
    put32(writer, length);
    fwrite(bytes, 1, captured, writer->stream);
    writer->time_ns += writer->step_ns;
}

static void address(const struct capture_writer *writer, uint32_t v4, uint8_t addr[16])
{
    ip_addr_from_v4(addr, v4);
    if (writer->ip_version == 6) {
        addr[0] = 0xfd;
        addr[10] = addr[11] = 0;
    }
}

static void spoil_checksum(const struct capture_writer *writer, uint8_t *frame,
                           const struct packet_out *out, uint32_t payload_len)
{
    uint32_t tcp_bytes = TCP_HEADER_MIN + out->options_len + payload_len;
    uint8_t *field = frame + packet_header_bytes(out) - TCP_HEADER_MIN - out->options_len + 16;
    if (writer->checksum == WRITER_BAD) {
        field[0] ^= 0x5a;
    } else if (writer->checksum == WRITER_UNFILLED) {
        uint64_t sum = checksum_pseudo(out->ip_version, out->src, out->dst, tcp_bytes);
        be16_store(field, (uint16_t)(UINT16_MAX - checksum_finish(sum)));
    }
}

void capture_writer_tcp(struct capture_writer *writer, bool from_server, uint32_t seq, uint32_t ack,
                        uint16_t flags, const void *payload, uint32_t len)
{
    static uint8_t frame[BYTES_MAX];
    struct packet_out out = {
        .dst_mac = {2, 0, 0, 0, 0, 9},
        .src_mac = {2, 0, 0, 0, 0, 7},
        .vlan = writer->vlan[0] ? (uint16_t)(VLAN_TAGGED | writer->vlan[0]) : VLAN_NONE,
        .ip_version = writer->ip_version,
        .ttl = 60,
        .sport = from_server ? writer->server_port : writer->client_port,
        .dport = from_server ? writer->client_port : writer->server_port,
        .seq = seq,
        .ack = ack,
        .flags = flags,
        .window = writer->window,
        .options = writer->options,
        .options_len = writer->options_len,
    };
    address(writer, from_server ? writer->server_v4 : writer->client_v4, out.src);
    address(writer, from_server ? writer->client_v4 : writer->server_v4, out.dst);
    uint32_t header = packet_header_bytes(&out);
    assert(header + len + 4 < BYTES_MAX);
    if (len)
        memcpy(frame + header, payload, len);
    uint32_t total = packet_build(frame, &out, len);
    spoil_checksum(writer, frame, &out, len);
    if (writer->vlan[1]) {
        /* The inner tag goes before the type of the next header. */
        memmove(frame + 20, frame + 16, total - 16);
        be16_store(frame + 16, 0x8100);
        be16_store(frame + 18, writer->vlan[1]);
        total += 4;
    }
    const uint8_t *bytes = frame;
    if (writer->link == 101) {
        bytes += 14;
        total -= 14;
    } else if (writer->link == 113) {
        static uint8_t cooked[BYTES_MAX];
        memset(cooked, 0, 16);
        be16_store(cooked + 4, 6);
        memcpy(cooked + 6, out.src_mac, 6);
        memcpy(cooked + 14, frame + 12, total - 12);
        bytes = cooked;
        total += 2;
    }
    uint32_t captured = total < writer->snaplen ? total : writer->snaplen;
    capture_writer_raw(writer, bytes, captured, total);
}

void capture_writer_close(struct capture_writer *writer)
{
    int failed = fclose(writer->stream);
    assert(!failed);
    writer->stream = NULL;
}

void capture_writer_remove(const struct capture_writer *writer) { remove(writer->path); }

void capture_writer_handshake(struct capture_writer *writer)
{
    capture_writer_tcp(writer, false, CLIENT_ISN, 0, TCP_SYN, NULL, 0);
    capture_writer_tcp(writer, true, SERVER_ISN, CLIENT_ISN + 1, TCP_SYN | TCP_ACK, NULL, 0);
    capture_writer_tcp(writer, false, CLIENT_ISN + 1, SERVER_ISN + 1, TCP_ACK, NULL, 0);
}

void capture_writer_fins(struct capture_writer *writer, uint32_t client_bytes,
                         uint32_t server_bytes)
{
    uint32_t c = CLIENT_ISN + 1 + client_bytes, s = SERVER_ISN + 1 + server_bytes;
    capture_writer_tcp(writer, false, c, s, TCP_FIN | TCP_ACK, NULL, 0);
    capture_writer_tcp(writer, true, s, c + 1, TCP_FIN | TCP_ACK, NULL, 0);
    capture_writer_tcp(writer, false, c + 1, s + 1, TCP_ACK, NULL, 0);
}
