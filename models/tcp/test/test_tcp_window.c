/* Tests windows, probes, keepalive and timestamps (RFC 9293 3.8.4 and 3.8.6, RFC 7323). */
#include "models/tcp/test/tcp_one.h"

#include <criterion/criterion.h>

enum { S = ONE_ISS + 1, R = ONE_IRS + 1, M = ONE_MSS };

static void peer_window(struct tcp_one *one, uint16_t window)
{
    one->seg.window = window;
    one_feed(one, one->ctx.rcv_nxt, one->ctx.snd_una, TCP_ACK, 0);
}

Test(persist, probes_a_closed_window_with_back_off_until_it_opens)
{
    struct tcp_one one; /* RFC 9293 3.8.6.1 */
    one_establish(&one, 0);
    peer_window(&one, 0);
    one_write(&one, 5 * M);
    one_quiet(&one);
    uint32_t expected = one.ctx.rto;
    for (unsigned i = 0; i < 40; i++) { /* far more than R2, as each is answered */
        cr_assert_eq(tcp_deadline_us(&one.ctx, one.now), expected, "probe %u", i);
        one_wait(&one, expected);
        cr_assert_eq(one.result.terminated, 0);
        const struct tcp_tx *tx = one_out(&one);
        cr_assert(tx->seq == S && tx->len == 1);
        one_quiet(&one);
        peer_window(&one, 0);
        one_quiet(&one);
        expected = 2 * expected > 60000000 ? 60000000 : 2 * expected;
    }
    cr_assert_eq(one.ctx.cwnd, 10 * M); /* answers to probes do not count as duplicate ACKs */
    peer_window(&one, 30000);
    cr_assert_eq(one_drain(&one), 5);
    cr_assert_eq(one.ctx.snd_nxt, S + 5 * M);
    cr_assert_eq(one.ctx.persist_count, 0);
}

Test(persist, an_accepted_probe_byte_counts)
{
    struct tcp_one one;
    one_establish(&one, 0);
    peer_window(&one, 0);
    one_write(&one, 10);
    one_quiet(&one);
    one_wait(&one, one.ctx.rto);
    one_out(&one);
    one_feed(&one, R, S + 1, TCP_ACK, 0);
    cr_assert_eq(one.ctx.snd_nxt, S + 1);
    cr_assert_neq(tcp_deadline_us(&one.ctx, one.now), UINT32_MAX);
    peer_window(&one, 100);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->seq == S + 1 && tx->len == 9);
}

Test(persist, gives_up_when_nobody_answers)
{
    struct tcp_one one;
    one_establish(&one, 0);
    peer_window(&one, 0);
    one_write(&one, 10);
    one_quiet(&one);
    unsigned probes = 0;
    while (!one.result.terminated) {
        one_wait(&one, tcp_deadline_us(&one.ctx, one.now));
        probes += one_drain(&one);
    }
    cr_assert_eq(one.result.terminated, NIC_TERM_RTX_EXHAUSTED);
    cr_assert_eq(probes, one.params.rexmt_max);
}

Test(persist, a_window_closed_over_data_in_flight_is_probed)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 3 * M);
    one_drain(&one);
    peer_window(&one, 0);
    one_wait(&one, one.ctx.rto);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->seq == S && tx->len == 1 && tx->retransmission);
    peer_window(&one, 30000);
    cr_assert_eq(one_out(&one)->len, M);
}

Test(window, a_silly_one_is_not_used_before_the_timer)
{
    struct tcp_one one; /* RFC 9293 3.8.6.2.1 */
    one_establish(&one, 0);
    peer_window(&one, 100);
    one_write(&one, 5 * M);
    one_quiet(&one);
    one_wait(&one, one.ctx.rto);
    cr_assert_eq(one_out(&one)->len, 100);
    cr_assert_eq(one.ctx.snd_nxt, S + 100);
}

Test(window, edge_never_moves_back_and_bytes_beyond_it_are_trimmed)
{
    struct tcp_one one; /* R-38, SHLD-14 */
    one_establish(&one, 0);
    one.seg.options = 0;
    uint32_t edge = one.ctx.rcv_adv;
    cr_assert_eq(edge, R + 65535);
    one_feed(&one, R, S, TCP_ACK, 60000);
    one_feed(&one, R + 60000, S, TCP_ACK, 10000);
    cr_assert_eq(one.result.payload_len, 5535);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert_eq(tx->ack + tx->window, edge);
    one_feed(&one, edge, S, TCP_ACK, 1); /* a probe of the closed window */
    cr_assert_eq(one.result.reason, DROP_TCP_OUT_OF_WINDOW);
    tx = one_out(&one);
    cr_assert(tx->ack == edge && tx->window == 0);
    tcp_on_app_read(&one.ctx, R + 1998, &one.params); /* too little for a window update */
    one_quiet(&one);
    tcp_on_app_read(&one.ctx, R + 1999, &one.params);
    cr_assert_eq(one_out(&one)->window, 2000);
    one_feed(&one, edge + 5000, S, TCP_ACK, 1);
    cr_assert_eq(one.result.reason, DROP_TCP_OUT_OF_WINDOW);
}

Test(window, scaled_edge_never_moves_back_while_the_reader_keeps_up_roughly)
{
    struct tcp_one one;
    one_listen(&one, CTX_FEATURE_WS);
    one.ctx.rcv_ws = 7;
    one.seg.options = TCP_HAS_WS | TCP_HAS_MSS;
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    one_drain(&one);
    one_feed(&one, R, S, TCP_ACK, 0);
    uint32_t edge = 0, seq = R, read = R;
    for (int i = 0; i < 3000; i++) {
        uint32_t len = 1 + (uint32_t)i * 7919 % 1448;
        one_feed(&one, seq, S, TCP_ACK, len);
        cr_assert_eq(one.result.payload_len, len);
        seq += len;
        if (i % 20 == 19) {
            read = seq - 100;
            tcp_on_app_read(&one.ctx, read, &one.params);
        }
        while (tcp_output(&one.ctx, &one.params, one.now, &one.tx)) {
            uint32_t now = one.tx.ack + ((uint32_t)one.tx.window << 7);
            cr_assert(i == 0 || (int32_t)(now - edge) >= 0, "step %d", i);
            cr_assert_leq((int32_t)(now - read), 65536);
            edge = now;
        }
    }
}

Test(keepalive, probes_after_idling_and_ends_an_absent_peer)
{
    struct tcp_one one; /* RFC 9293 3.8.4 */
    one_establish(&one, 0);
    one.params.keepalive_idle_ms = 10000;
    one.params.keepalive_interval_ms = 1000;
    one.ctx.flags |= CTX_FLAG_KEEPALIVE;
    tcp_on_timer(&one.ctx, &one.params, one.now, &one.result);
    one.ctx.timers |= CTX_TIMER_KEEPALIVE;
    one_feed(&one, R, S, TCP_ACK, 0); /* arms the timer */
    one_wait(&one, 9999000);
    one_quiet(&one);
    one_wait(&one, 1000);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->seq == S - 1 && tx->len == 0 && tx->flags == TCP_ACK);
    one_feed(&one, R, S, TCP_ACK, 0);
    cr_assert_eq(one.ctx.keepalive_count, 0);
    one_wait(&one, 10000000);
    unsigned probes = one_drain(&one);
    while (!one.result.terminated) {
        one_wait(&one, 1000000);
        probes += one_drain(&one);
    }
    cr_assert_eq(probes, one.params.keepalive_probes);
    cr_assert_eq(one.result.terminated, NIC_TERM_KEEPALIVE);
    cr_assert(one.result.send_reset);
}

Test(keepalive, a_probe_of_the_peer_is_answered)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_feed(&one, R - 1, S, TCP_ACK, 0);
    cr_assert_eq(one_out(&one)->ack, R);
}

Test(paws, drops_older_timestamps_and_acknowledges)
{
    struct tcp_one one; /* RFC 7323 5.3 */
    one_establish(&one, CTX_FEATURE_TS);
    one.seg.tsval = 99;
    one_feed(&one, R, S, TCP_ACK, 100);
    cr_assert_eq(one.result.reason, DROP_TCP_PAWS);
    cr_assert_eq(one_out(&one)->ack, R);
    one_feed(&one, R, 0, TCP_RST, 0); /* resets are exempt */
    cr_assert_eq(one.result.terminated, NIC_TERM_REMOTE_RESET);
}

Test(paws, forgets_after_twenty_four_days)
{
    struct tcp_one one; /* RFC 7323 5.5 */
    one_establish(&one, CTX_FEATURE_TS);
    one.now.ms += 25u * 86400 * 1000;
    one.seg.tsval = 99;
    one_feed(&one, R, S, TCP_ACK, 100);
    cr_assert_eq(one.result.payload_len, 100);
    cr_assert_eq(one.ctx.ts_recent, 99);
}

Test(timestamps, missing_after_negotiation_is_dropped_silently)
{
    struct tcp_one one; /* RFC 7323 3.2 */
    one_establish(&one, CTX_FEATURE_TS);
    one.seg.options = 0;
    one_feed(&one, R, S, TCP_ACK, 100);
    cr_assert_eq(one.result.reason, DROP_TCP_NO_TIMESTAMP);
    one_quiet(&one);
    one_feed(&one, R, 0, TCP_RST, 0);
    cr_assert_eq(one.result.terminated, NIC_TERM_REMOTE_RESET);
}

Test(timestamps, echo_follows_last_ack_sent)
{
    struct tcp_one one; /* RFC 7323 4.3: earliest segment of a delayed ACK, none past a hole */
    one_establish(&one, CTX_FEATURE_TS);
    one.ctx.ts_offset = 5;
    one.seg.tsval = 200;
    one_feed(&one, R, S, TCP_ACK, M);
    one.seg.tsval = 300;
    one_feed(&one, R + M, S, TCP_ACK, M);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert_eq(tx->options[11], 200 & 0xff);
    uint32_t tsval = (uint32_t)tx->options[4] << 24 | (uint32_t)tx->options[5] << 16 |
                     (uint32_t)tx->options[6] << 8 | tx->options[7];
    cr_assert_eq(tsval, one.now.ms + 5);
    one.seg.tsval = 400;
    one_feed(&one, R + 3 * M, S, TCP_ACK, M);
    one_out(&one);
    cr_assert_eq(one.ctx.ts_recent, 200);
    one.seg.tsval = 500;
    one_feed(&one, R + 2 * M, S, TCP_ACK, M);
    cr_assert_eq(one.ctx.ts_recent, 500);
}
