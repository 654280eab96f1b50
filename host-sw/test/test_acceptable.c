/* Tests host-sw/dispatch/acceptable.c: the host judges a segment with the numbers of the
 * connection's last record. */
#include "host-sw/dispatch/acceptable.h"

#include "host-sw/conn/directory.h"
#include "models/wire/tcp_hdr.h"

#include <criterion/criterion.h>

enum { RING = 4096 };

/* Returns an entry that expects number 1,000 of the peer, with 100 bytes that the application
 * has not read. The application has written 300 bytes, of which 200 were acknowledged, up to
 * number 5,000. */
static struct dir_entry entry(void)
{
    return (struct dir_entry){.synchronised = true,
                              .established = true,
                              .rcv_nxt = 1000,
                              .rx_consumed = 900,
                              .snd_una = 5000,
                              .tx_prod = 5300};
}

static bool accepts(const struct dir_entry *of, uint32_t seq, uint32_t len, uint32_t ack,
                    uint16_t flags)
{
    struct tcp_segment seg = {.seq = seq, .payload_len = len, .ack = ack, .flags = flags};
    return segment_is_acceptable(of, RING, &seg);
}

struct row {
    char name[40];
    uint32_t seq, len, ack;
    uint16_t flags;
    bool acceptable;
};

/* The rows follow RFC 9293 3.10.7.4, table 6, with a window of 4,096 - 100 bytes, and RFC 5961
 * section 5. */
static struct row rows[] = {
    {"next data", 1000, 10, 5000, TCP_ACK, true},
    {"data behind a hole", 2000, 10, 5000, TCP_ACK, true},
    {"old data", 900, 100, 5000, TCP_ACK, false},
    {"old data with one new byte", 900, 101, 5000, TCP_ACK, true},
    {"last byte of the window", 1000 + RING - 101, 1, 5000, TCP_ACK, true},
    {"data behind the window", 1000 + RING - 100, 1, 5000, TCP_ACK, false},
    {"an ACK at its place", 1000, 0, 5100, TCP_ACK, true},
    {"a keep-alive probe", 999, 0, 5000, TCP_ACK, false},
    {"a FIN", 1000, 0, 5000, TCP_ACK | TCP_FIN, true},
    {"a FIN that was received", 999, 0, 5000, TCP_ACK | TCP_FIN, false},
    {"a reset in the window", 1500, 0, 0, TCP_RST, true},
    {"a blind reset", 1000 + RING, 0, 0, TCP_RST, false},
    {"all that was written", 1000, 0, 5300, TCP_ACK, true},
    {"more than was written", 1000, 0, 5301, TCP_ACK, false},
    {"an old ACK", 1000, 0, 4900, TCP_ACK, true},
    {"an ACK from long ago", 1000, 0, 5000 - RING - 1, TCP_ACK, false},
};

Test(acceptable, follows_the_table_of_the_rfc)
{
    struct dir_entry of = entry();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(accepts(&of, rows[i].seq, rows[i].len, rows[i].ack, rows[i].flags),
                     rows[i].acceptable, "%s", rows[i].name);
}

Test(acceptable, numbers_wrap)
{
    struct dir_entry of = entry();
    of.rcv_nxt = 0xfffffff0;
    of.rx_consumed = 0xffffff00;
    of.snd_una = 0xffffffff;
    of.tx_prod = 10;
    cr_assert(accepts(&of, 5, 10, 3, TCP_ACK));
    cr_assert_not(accepts(&of, 0xffffffe0, 10, 3, TCP_ACK));
    cr_assert_not(accepts(&of, 5, 10, 11, TCP_ACK));
}

Test(acceptable, a_fin_of_the_application_can_be_acknowledged)
{
    struct dir_entry of = entry();
    of.fin_wanted = true;
    cr_assert(accepts(&of, 1000, 0, 5301, TCP_ACK));
    cr_assert_not(accepts(&of, 1000, 0, 5302, TCP_ACK));
}

Test(acceptable, nothing_is_refused_before_the_connection_is_established)
{
    struct dir_entry of = entry();
    of.established = false;
    cr_assert(accepts(&of, 7, 100, 7, TCP_ACK));
}
