/* Tests congestion control and the rules for ACKs (RFC 5681, 6582, 3042, 6928, 5961), with delayed
 * and duplicate ACKs. */
#include "models/tcp/test/tcp_one.h"

#include <criterion/criterion.h>

enum { S = ONE_ISS + 1, R = ONE_IRS + 1, M = ONE_MSS };

static void ack(struct tcp_one *one, uint32_t number)
{
    one_feed(one, one->ctx.rcv_nxt, number, TCP_ACK, 0);
}

Test(newreno, starts_with_ten_segments_and_grows_by_what_is_acknowledged)
{
    struct tcp_one one;
    one_establish(&one, 0);
    cr_assert_eq(one.ctx.cwnd, 10 * M);
    one_write(&one, 60 * M);
    cr_assert_eq(one_drain(&one), 10);
    ack(&one, S + 2 * M); /* one ACK for two segments: RFC 3465 2.2 */
    cr_assert_eq(one.ctx.cwnd, 12 * M);
    cr_assert_eq(one_drain(&one), 4);
    ack(&one, S + 2 * M + 1);
    cr_assert_eq(one.ctx.cwnd, 12 * M + 1, "a peer that divides its ACKs gains nothing");
    ack(&one, S + 10 * M); /* RFC 3465 2.2: L is 2 * SMSS */
    cr_assert_eq(one.ctx.cwnd, 14 * M + 1);
}

Test(newreno, grows_one_segment_per_window_in_congestion_avoidance)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one.ctx.ssthresh = 10 * M;
    one_write(&one, 60 * M);
    one_drain(&one);
    for (uint32_t i = 1; i < 10; i++)
        ack(&one, S + i * M);
    cr_assert_eq(one.ctx.cwnd, 10 * M);
    ack(&one, S + 10 * M);
    cr_assert_eq(one.ctx.cwnd, 11 * M);
}

Test(newreno, fast_retransmit_and_recovery_step_by_step)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 60 * M);
    one_drain(&one); /* segments 0 to 9; 0 and 3 are lost */
    ack(&one, S);
    cr_assert_eq(one_out(&one)->seq, S + 10 * M, "limited transmit, RFC 3042");
    one_quiet(&one);
    ack(&one, S);
    cr_assert_eq(one_out(&one)->seq, S + 11 * M);
    one_quiet(&one);
    ack(&one, S);
    cr_assert_eq(one.ctx.ssthresh, 5 * M, "ssthresh %u: without limited transmit's segments",
                 one.ctx.ssthresh);
    cr_assert_eq(one.ctx.cwnd, 8 * M);
    cr_assert_eq(one.ctx.recover, S + 12 * M);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->seq == S && tx->len == M && tx->retransmission);
    one_quiet(&one);
    for (int i = 0; i < 5; i++)
        ack(&one, S);
    cr_assert_eq(one.ctx.cwnd, 13 * M);
    cr_assert_eq(one_drain(&one), 1); /* 12 in flight */
    ack(&one, S + 3 * M);             /* partial: RFC 6582 3.2 step 3 */
    cr_assert_eq(one.ctx.cwnd, 13 * M - 3 * M + M);
    tx = one_out(&one);
    cr_assert(tx->seq == S + 3 * M && tx->retransmission);
    one_drain(&one);
    uint32_t flight = one.ctx.snd_max - (S + 12 * M);
    ack(&one, S + 12 * M); /* a full acknowledgment */
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_NONE);
    uint32_t limit = flight > M ? flight + M : 2 * M;
    cr_assert_eq(one.ctx.cwnd, limit < 5 * M ? limit : 5 * M);
    cr_assert_eq(one.ctx.ssthresh, 5 * M);
}

Test(newreno, duplicates_after_a_timeout_do_not_retransmit_again)
{
    struct tcp_one one; /* RFC 6582 3.2 step 4, 4.2 */
    one_establish(&one, 0);
    one_write(&one, 5 * M);
    one_drain(&one);
    one_wait(&one, one.ctx.rto);
    cr_assert_eq(one.ctx.cwnd, M);
    cr_assert_eq(one.ctx.ssthresh, 5 * M / 2);
    cr_assert_eq(one_drain(&one), 1);
    for (int i = 0; i < 4; i++)
        ack(&one, S);
    one_quiet(&one);
    cr_assert_eq(one.ctx.cwnd, M);
    ack(&one, S + M);
    cr_assert_eq(one_drain(&one), 2); /* slow start continues from snd_una */
}

Test(newreno, a_second_timeout_keeps_ssthresh)
{
    struct tcp_one one; /* RFC 5681 3.1 */
    one_establish(&one, 0);
    one_write(&one, 8 * M);
    one_drain(&one);
    one_wait(&one, one.ctx.rto);
    one_drain(&one);
    one_wait(&one, tcp_deadline_us(&one.ctx, one.now));
    cr_assert_eq(one.ctx.ssthresh, 4 * M);
}

Test(newreno, restarts_from_the_initial_window_after_idling)
{
    struct tcp_one one; /* RFC 5681 4.1 */
    one_establish(&one, 0);
    one_write(&one, M);
    one_drain(&one);
    ack(&one, S + M);
    one.ctx.cwnd = 50 * M;
    one_wait(&one, one.ctx.rto + 1);
    one_write(&one, 40 * M);
    cr_assert_eq(one_drain(&one), 10);
}

Test(ack, every_second_segment_at_once_one_after_the_timer)
{
    struct tcp_one one; /* RFC 9293 3.8.6.3 */
    one_establish(&one, 0);
    one_feed(&one, R, S, TCP_ACK, M);
    one_quiet(&one);
    cr_assert_eq(tcp_deadline_us(&one.ctx, one.now), one.params.delack_us);
    one_feed(&one, R + M, S, TCP_ACK, M);
    cr_assert_eq(one_out(&one)->ack, R + 2 * M);
    one_quiet(&one);
    one_feed(&one, R + 2 * M, S, TCP_ACK, 1);
    one_wait(&one, one.params.delack_us);
    cr_assert_eq(one_out(&one)->ack, R + 2 * M + 1);
}

Test(ack, out_of_order_and_hole_filling_segments_at_once)
{
    struct tcp_one one; /* RFC 5681 4.2 */
    one_establish(&one, CTX_FEATURE_SACK);
    one_write(&one, 100); /* a duplicate ACK must not ride on data */
    one_feed(&one, R + M, S, TCP_ACK, M);
    cr_assert_eq(one.result.payload_seq, R + M);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->len == 0 && tx->ack == R);
    const uint8_t sack[] = {1,
                            1,
                            5,
                            10,
                            0,
                            0,
                            (R + M) >> 8,
                            (R + M) & 0xff,
                            0,
                            0,
                            (R + 2 * M) >> 8,
                            (R + 2 * M) & 0xff};
    cr_assert_arr_eq(tx->options, sack, sizeof sack);
    cr_assert_eq(one_out(&one)->len, 100);
    one_feed(&one, R, S + 100, TCP_ACK, M);
    cr_assert_eq(one_out(&one)->ack, R + 2 * M);
    one_quiet(&one);
}

Test(ack, sack_reports_the_newest_interval_first)
{
    struct tcp_one one; /* RFC 2018 4 */
    one_establish(&one, CTX_FEATURE_SACK);
    const uint32_t order[] = {6, 2, 4, 8};
    for (int i = 0; i < 4; i++) {
        one_feed(&one, R + order[i] * 100, S, TCP_ACK, 100);
        const struct tcp_tx *tx = one_out(&one);
        cr_assert_eq(tx->options_len, 4 + 8 * (i + 1));
        uint32_t first = (uint32_t)tx->options[6] << 8 | tx->options[7];
        cr_assert_eq(first, R + order[i] * 100);
    }
    one_feed(&one, R + 1500, S, TCP_ACK, 100); /* a fifth interval */
    cr_assert_eq(one.result.reason, DROP_TCP_OOO_FULL);
    cr_assert_eq(one_out(&one)->ack, R);
    one_feed(&one, R + 300, S, TCP_ACK, 100); /* joins two intervals */
    cr_assert_eq(one.result.verdict, NIC_VERDICT_APPLIED);
    cr_assert_eq(one_out(&one)->options_len, 4 + 8 * 3);
    one_feed(&one, R, S, TCP_ACK, 200);
    cr_assert_eq(one_out(&one)->ack, R + 500);
}

Test(ack, too_new_and_too_old_ones_are_challenged_and_dropped)
{
    struct tcp_one one; /* RFC 5961 5.2 */
    one_establish(&one, 0);
    ack(&one, S + 1);
    cr_assert_eq(one.result.reason, DROP_TCP_BAD_ACK);
    cr_assert_eq(one_out(&one)->ack, R);
    ack(&one, (uint32_t)S - ONE_WINDOW - 1);
    cr_assert_eq(one.result.reason, DROP_TCP_BAD_ACK);
    one_out(&one);
    ack(&one, (uint32_t)S - ONE_WINDOW);
    cr_assert_eq(one.result.verdict, NIC_VERDICT_APPLIED);
}

Test(ack, an_old_duplicate_still_brings_its_acknowledgment)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_feed(&one, R, S, TCP_ACK, 100);
    one_write(&one, 100);
    one_drain(&one);
    one_feed(&one, R, S + 100, TCP_ACK, 100);
    cr_assert_eq(one.ctx.snd_una, S + 100);
    cr_assert_eq(one.result.payload_len, 0);
    cr_assert_eq(one_out(&one)->ack, R + 100);
}

Test(ack, nagle_holds_a_small_segment_while_data_is_in_flight)
{
    struct tcp_one one; /* RFC 9293 3.7.4 */
    one_establish(&one, 0);
    one.ctx.flags |= CTX_FLAG_NAGLE;
    one_write(&one, 10);
    cr_assert_eq(one_drain(&one), 1);
    one_write(&one, 10);
    one_quiet(&one);
    one_write(&one, M);
    cr_assert_eq(one_drain(&one), 1);
    ack(&one, S + 10 + M);
    cr_assert_eq(one_drain(&one), 1);
    one.ctx.flags &= ~(uint32_t)CTX_FLAG_NAGLE;
    one_write(&one, 10);
    cr_assert_eq(one_drain(&one), 1);
}
