/* Tests models/trace/capture/left_out.h: each record of a capture is counted once, and the
 * counts add up. */
#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_writer.h"
#include "models/wire/tcp_hdr.h"

#include <criterion/criterion.h>

static struct capture_writer w;
static struct capture *capture;

static void begin(void) { capture_writer_open(&w, false, false, 1); }

static void end(void)
{
    capture_destroy(capture);
    capture_writer_remove(&w);
}

static const struct capture_stats *load(void)
{
    struct capture_params params;
    struct error err = {0};
    capture_params_default(&params);
    capture_writer_close(&w);
    capture = capture_load(w.path, &params, &err);
    cr_assert_not_null(capture, "%s", err.text);
    return capture_get_stats(capture);
}

TestSuite(left_out, .init = begin, .fini = end);

/* The capture has nine records that are used, and ten that are left out for six reasons. */
Test(left_out, each_record_has_one_fate)
{
    uint8_t arp[60] = {[12] = 0x08, [13] = 0x06};
    uint8_t udp[60] = {[12] = 0x08, 0x00, 0x45, [17] = 40, [23] = 17};
    uint8_t udp_fragment[60] = {[12] = 0x08, 0x00, 0x45, [17] = 44, [20] = 0x20, [23] = 17};
    uint8_t tcp_fragment[60] = {[12] = 0x08, 0x00, 0x45, [17] = 44, [20] = 0x20, [23] = 6};
    uint8_t broken[60] = {[12] = 0x08, 0x00, 0x45, [17] = 200, [23] = 6};
    capture_writer_handshake(&w);
    capture_writer_raw(&w, arp, sizeof arp, sizeof arp);
    capture_writer_raw(&w, udp, sizeof udp, sizeof udp);
    capture_writer_raw(&w, udp_fragment, sizeof udp_fragment, sizeof udp_fragment);
    capture_writer_raw(&w, tcp_fragment, sizeof tcp_fragment, sizeof tcp_fragment);
    capture_writer_raw(&w, broken, sizeof broken, sizeof broken);
    w.checksum = WRITER_BAD;
    capture_writer_tcp(&w, false, 1001, 5001, TCP_ACK | TCP_PSH, "no", 2);
    w.checksum = WRITER_GOOD;
    w.snaplen =
        44; /* cut in the TCP header, then in the IP header, and then in the Ethernet header */
    capture_writer_tcp(&w, false, 1001, 5001, TCP_ACK | TCP_PSH, "cut", 3);
    w.snaplen = 24;
    capture_writer_tcp(&w, false, 1001, 5001, TCP_ACK | TCP_PSH, "cut", 3);
    w.snaplen = 10;
    capture_writer_tcp(&w, false, 1001, 5001, TCP_ACK | TCP_PSH, "cut", 3);
    w.snaplen = 262144;
    capture_writer_tcp(&w, false, 1001, 5001, TCP_ACK | TCP_PSH, "yes", 3);
    capture_writer_tcp(&w, true, 5001, 1004, TCP_ACK | TCP_PSH, "yes", 3);
    capture_writer_tcp(&w, false, 1004, 5004, TCP_ACK, NULL, 0);
    capture_writer_fins(&w, 3, 3);
    w.client_port++; /* a conversation that begins before the capture */
    capture_writer_tcp(&w, false, 1001, 5001, TCP_ACK | TCP_PSH, "old", 3);
    const struct capture_stats *stats = load();
    cr_expect_eq(stats->left_out[LEFT_OUT_NOT_TCP], 3);
    cr_expect_eq(stats->left_out[LEFT_OUT_FRAGMENT], 1);
    cr_expect_eq(stats->left_out[LEFT_OUT_MALFORMED], 1);
    cr_expect_eq(stats->left_out[LEFT_OUT_BAD_CHECKSUM], 1);
    cr_expect_eq(stats->left_out[LEFT_OUT_CUT_HEADER], 3);
    cr_expect_eq(stats->left_out[LEFT_OUT_NO_HANDSHAKE], 1);
    cr_expect_eq(capture_left_out_total(stats), 10);
    cr_expect_eq(stats->used, 9);
    cr_expect_eq(stats->records, 19);
}

/* There are 4,095 stacks of tags, which is one more than there are VLAN ids. */
Test(left_out, stacks_beyond_the_last_vid)
{
    for (uint16_t vid = 1; vid <= 4094; vid++) {
        w.vlan[0] = vid;
        capture_writer_tcp(&w, false, 1000, 0, TCP_SYN, NULL, 0);
    }
    w.vlan[0] = w.vlan[1] = 7;
    capture_writer_tcp(&w, false, 1000, 0, TCP_SYN, NULL, 0);
    const struct capture_stats *stats = load();
    cr_expect_eq(stats->left_out[LEFT_OUT_VLANS], 1);
    cr_expect_eq(stats->left_out[LEFT_OUT_NO_HANDSHAKE], 4094);
    cr_expect_eq(stats->used, 0);
}
