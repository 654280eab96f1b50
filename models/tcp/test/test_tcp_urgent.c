/* Tests the urgent pointer (RFC 9293 3.8.5, MUST-30 to MUST-33, MUST-62, MUST-66) and ABORT (RFC
 * 9293 3.10.5). */
#include "models/tcp/test/tcp_one.h"

#include <criterion/criterion.h>

enum { S = ONE_ISS + 1, R = ONE_IRS + 1, M = ONE_MSS };

Test(urgent, pointer_names_the_first_byte_that_is_not_urgent)
{
    struct tcp_one one; /* MUST-62 */
    one_establish(&one, 0);
    one_write(&one, 2500);
    tcp_on_app_urgent(&one.ctx, S + 1500);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->flags & TCP_URG);
    cr_assert_eq(tx->seq + tx->urgent, S + 1500);
    tx = one_out(&one);
    cr_assert(tx->flags & TCP_URG);
    cr_assert_eq(tx->seq + tx->urgent, S + 1500);
    tx = one_out(&one);
    cr_assert_not(tx->flags & TCP_URG, "lies behind the urgent data");
    one_feed(&one, R, S + 2500, TCP_ACK, 0);
    cr_assert_not(one.ctx.flags & CTX_FLAG_SND_URGENT);
}

Test(urgent, any_length_is_possible_both_ways)
{
    struct tcp_one one; /* MUST-31 */
    one_establish(&one, 0);
    one_write(&one, 200000);
    tcp_on_app_urgent(&one.ctx, S + 200000);
    cr_assert_eq(one_out(&one)->urgent, 65535, "the field's limit; it moves on with the segments");
    one.seg.urgent = 65535;
    one_feed(&one, R, S, TCP_ACK | TCP_URG, 10);
    cr_assert_eq(tcp_urgent_bytes(&one.ctx), 65535);
}

Test(urgent, application_is_told_once_and_can_ask)
{
    struct tcp_one one; /* MUST-32, MUST-33 */
    one_establish(&one, 0);
    one.seg.urgent = 700;
    one_feed(&one, R, S, TCP_ACK | TCP_URG, 500);
    cr_assert(one.result.urgent);
    cr_assert_eq(one.result.payload_len, 500, "urgent data stays in line");
    one.seg.urgent = 200;
    one_feed(&one, R + 500, S, TCP_ACK | TCP_URG, 500);
    cr_assert_not(one.result.urgent, "the same pointer");
    cr_assert_eq(tcp_urgent_bytes(&one.ctx), 700);
    tcp_on_app_read(&one.ctx, R + 300, &one.params);
    cr_assert_eq(tcp_urgent_bytes(&one.ctx), 400);
    tcp_on_app_read(&one.ctx, R + 700, &one.params);
    cr_assert_eq(tcp_urgent_bytes(&one.ctx), 0);
}

Test(urgent, pointer_is_taken_at_a_closed_window)
{
    struct tcp_one one; /* MUST-66 */
    one_establish(&one, 0);
    for (uint32_t at = 0; at < 65536; at += 4096) {
        one_feed(&one, R + at, S, TCP_ACK, 4096 - (at == 61440));
        one_drain(&one);
    }
    uint32_t edge = one.ctx.rcv_adv;
    one_feed(&one, one.ctx.rcv_nxt, S, TCP_ACK, edge - one.ctx.rcv_nxt);
    one_drain(&one);
    cr_assert_eq(one.ctx.rcv_nxt, edge);
    one.seg.urgent = 9;
    one_feed(&one, one.ctx.rcv_nxt, S, TCP_ACK | TCP_URG, 1);
    cr_assert(one.result.urgent);
    one_feed(&one, one.ctx.rcv_nxt, S, TCP_RST, 0);
    cr_assert_eq(one.result.terminated, NIC_TERM_REMOTE_RESET);
}

Test(urgent, peer_learns_of_it_while_its_window_is_closed)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one.seg.window = 0;
    one_feed(&one, R, S, TCP_ACK, 0);
    one_drain(&one);
    one_write(&one, 100);
    tcp_on_app_urgent(&one.ctx, S + 100);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->flags & TCP_URG);
    cr_assert(tx->len == 0 && tx->urgent == 100);
}

Test(urgent, nonsense_from_the_application_is_ignored)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 100);
    tcp_on_app_urgent(&one.ctx, S + 101);
    tcp_on_app_urgent(&one.ctx, S);
    cr_assert_not(one.ctx.flags & CTX_FLAG_SND_URGENT);
}

struct abort_row {
    char name[32];
    uint8_t state;
    bool reset;
};

Test(abort, resets_where_the_peer_still_expects_something)
{
    static const struct abort_row rows[] = {
        {"LISTEN", TCP_LISTEN, false},        {"SYN_SENT", TCP_SYN_SENT, false},
        {"SYN_RCVD", TCP_SYN_RCVD, true},     {"ESTABLISHED", TCP_ESTABLISHED, true},
        {"FIN_WAIT_1", TCP_FIN_WAIT_1, true}, {"FIN_WAIT_2", TCP_FIN_WAIT_2, true},
        {"CLOSE_WAIT", TCP_CLOSE_WAIT, true}, {"CLOSING", TCP_CLOSING, false},
        {"LAST_ACK", TCP_LAST_ACK, false},    {"TIME_WAIT", TCP_TIME_WAIT, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tcp_one one;
        one_establish(&one, 0);
        one.ctx.tcp_state = rows[i].state;
        tcp_on_app_abort(&one.ctx, &one.result);
        cr_assert_eq(one.result.send_reset, rows[i].reset, "%s", rows[i].name);
        cr_assert(one.result.closed && one.ctx.tcp_state == TCP_CLOSED);
        cr_assert(one.ctx.flags & CTX_FLAG_ABORT);
    }
}
