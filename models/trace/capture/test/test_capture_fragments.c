/* Tests models/trace/capture/capture.c with IP fragments. */
#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_bytes.h"
#include "models/trace/test/capture_writer.h"
#include "models/wire/bytes.h"
#include "models/wire/checksum.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <string.h>

static struct capture_writer w;
static struct capture *capture;

static void begin(void) { capture_writer_open(&w, false, false, 1); }

static void end(void)
{
    capture_destroy(capture);
    capture = NULL;
    capture_writer_remove(&w);
}

static const struct conversation *load(void)
{
    struct capture_params params;
    struct error err = {0};
    capture_params_default(&params);
    capture_writer_close(&w);
    capture = capture_load(w.path, &params, &err);
    cr_assert_not_null(capture, "%s", err.text);
    return capture_conversation(capture, 0);
}

/* Writes the segment with the client's first bytes as two fragments, which are built here by
 * hand. */
static void fragment_pair(struct capture_writer *writer, bool second_first)
{
    enum { HEADERS = 34, FIRST = 24, TCP_AT = 34 };
    static uint8_t whole[HEADERS + 20 + 40], piece[2][HEADERS + 40];
    struct packet_out out = {.ip_version = 4,
                             .ttl = 64,
                             .sport = writer->client_port,
                             .dport = writer->server_port,
                             .seq = 1001,
                             .ack = 5001,
                             .flags = TCP_ACK | TCP_PSH,
                             .window = 1000};
    ip_addr_from_v4(out.src, writer->client_v4);
    ip_addr_from_v4(out.dst, writer->server_v4);
    for (unsigned i = 0; i < 40; i++)
        whole[HEADERS + 20 + i] = (uint8_t)('a' + i % 26);
    packet_build(whole, &out, 40);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t from = i ? FIRST : 0, bytes = i ? 60 - FIRST : FIRST;
        memcpy(piece[i], whole, HEADERS);
        memcpy(piece[i] + HEADERS, whole + TCP_AT + from, bytes);
        uint8_t *ip = piece[i] + 14;
        be16_store(ip + 2, (uint16_t)(20 + bytes));
        be16_store(ip + 6, (uint16_t)((i ? 0 : 0x2000) | from / 8));
        be16_store(ip + 10, 0);
        be16_store(ip + 10, checksum_finish(checksum_add(0, ip, 20)));
    }
    for (unsigned i = 0; i < 2; i++) {
        unsigned which = second_first ? 1 - i : i;
        uint32_t bytes = HEADERS + (which ? 60 - FIRST : FIRST);
        capture_writer_raw(writer, piece[which], bytes, bytes);
    }
}

Test(capture_fragments, a_segment_is_put_together_in_either_order)
{
    for (int second_first = 0; second_first < 2; second_first++) {
        begin();
        capture_writer_handshake(&w);
        fragment_pair(&w, second_first != 0);
        const struct conversation *conv = load();
        cr_assert_eq(capture_get_stats(capture)->fragments, 2);
        cr_assert_eq(capture_get_stats(capture)->reassembled, 1);
        cr_assert_eq(capture_get_stats(capture)->joined, 1);
        cr_assert_eq(capture_get_stats(capture)->used, 4);
        cr_assert_eq(capture_left_out_total(capture_get_stats(capture)), 0);
        cr_assert_eq(capture_get_stats(capture)->tcp_segments, 4);
        cr_assert_eq(conv->client_bytes, 40);
        cr_assert_arr_eq(capture_bytes(capture, conv, CAPTURE_CLIENT),
                         "abcdefghijklmnopqrstuvwxyzabcdefghijklmn", 40);
        end();
    }
}
