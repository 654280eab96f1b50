/* Tests the retransmission timer (RFC 6298, RFC 5681 4.1), the limit R2, and how deadlines move. */
#include "models/tcp/rto.h"
#include "models/tcp/test/tcp_one.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>

struct sample_row {
    char name[48];
    uint32_t rtt_us[3];
    unsigned count;
    uint32_t srtt_us, rttvar_us, rto_us;
};

static struct sample_row rows[] = {
    {"no sample: initial value", {0}, 0, 0, 0, 1000000},
    {"a short RTT is raised to the minimum", {10}, 1, 10, 5, 200000},
    {"three times the first sample", {100000}, 1, 100000, 50000, 300000},
    {"a second equal sample narrows it", {100000, 100000}, 2, 100000, 37500, 250000},
    /* RTTVAR = 3/4 * 50 + 1/4 * 80 = 57.5; SRTT = 7/8 * 100 + 1/8 * 180 = 110 */
    {"a longer sample widens it", {100000, 180000}, 2, 110000, 57500, 340000},
    {"the maximum holds", {60000000}, 1, 60000000, 30000000, 60000000},
};

ParameterizedTestParameters(rto, follows_rfc_6298_section_2)
{
    return cr_make_param_array(struct sample_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct sample_row *row, rto, follows_rfc_6298_section_2)
{
    struct conn_ctx ctx = {0};
    struct tcp_params params;
    tcp_params_default(&params);
    rto_init(&ctx, &params);
    for (unsigned i = 0; i < row->count; i++)
        rto_on_sample(&ctx, row->rtt_us[i], &params);
    cr_assert_eq(ctx.srtt / 8, row->srtt_us, "%s: srtt %u", row->name, ctx.srtt / 8);
    cr_assert_eq(ctx.rttvar / 4, row->rttvar_us, "%s: rttvar %u", row->name, ctx.rttvar / 4);
    cr_assert_eq(ctx.rto, row->rto_us, "%s: rto %u", row->name, ctx.rto);
}

Test(rto, refuses_minimum_above_maximum, .signal = SIGABRT)
{
    struct conn_ctx ctx = {0};
    struct tcp_params params;
    tcp_params_default(&params);
    params.rto_min_us = params.rto_max_us + 1;
    rto_init(&ctx, &params);
}

Test(rto, doubles_at_each_expiry_up_to_the_maximum)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one.ctx.rto = 1000000;
    one_write(&one, 100);
    one_out(&one);
    uint32_t expected = 1000000;
    for (int i = 0; i < 10; i++) {
        cr_assert_eq(tcp_deadline_us(&one.ctx, one.now), expected, "expiry %d", i);
        one_wait(&one, expected - 1);
        one_quiet(&one);
        cr_assert_not(one.result.timed_out);
        one_wait(&one, 1);
        cr_assert(one.result.timed_out);
        const struct tcp_tx *tx = one_out(&one);
        cr_assert(tx->retransmission && tx->seq == ONE_ISS + 1 && tx->len == 100);
        expected = 2 * expected > 60000000 ? 60000000 : 2 * expected;
    }
}

Test(rto, ends_the_connection_after_r2_retransmissions)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 100);
    one_out(&one);
    unsigned sent = 0;
    while (!one.result.terminated) {
        one_wait(&one, tcp_deadline_us(&one.ctx, one.now));
        sent += one_drain(&one);
    }
    cr_assert_eq(sent, one.params.rexmt_max);
    cr_assert_eq(one.result.terminated, NIC_TERM_RTX_EXHAUSTED);
    cr_assert_eq(one.ctx.tcp_state, TCP_CLOSED);
    cr_assert_eq(tcp_deadline_us(&one.ctx, one.now), UINT32_MAX);
}

Test(rto, karn_takes_no_sample_from_a_retransmitted_segment)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 100);
    one_out(&one);
    one_wait(&one, one.ctx.rto);
    one_out(&one);
    uint32_t srtt = one.ctx.srtt, rto = one.ctx.rto;
    one_wait(&one, 50000);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 101, TCP_ACK, 0);
    cr_assert_eq(one.ctx.srtt, srtt);
    cr_assert_eq(one.ctx.rto, rto);
    cr_assert_eq(one.ctx.rto_backoff, 1); /* the back-off stays until a new sample (Karn) */
    one_write(&one, 100);
    one_out(&one);
    one_wait(&one, 300);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 201, TCP_ACK, 0);
    cr_assert_eq(one.ctx.rto_backoff, 0);
    cr_assert_neq(one.ctx.srtt, srtt);
}

Test(rto, the_timestamp_echo_gives_a_sample_even_then)
{
    struct tcp_one one;
    one_establish(&one, CTX_FEATURE_TS);
    one_write(&one, 100);
    one_out(&one);
    one_wait(&one, one.ctx.rto);
    one_out(&one);
    one.seg.tsecr = one.now.ms;
    one_wait(&one, 30000);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 101, TCP_ACK, 0);
    cr_assert_eq(one.ctx.rto_backoff, 0);
    cr_assert_gt(one.ctx.srtt / 8, 3000);
}

Test(rto, a_lost_syn_makes_it_three_seconds)
{
    struct tcp_one one; /* RFC 6298 5.7 */
    one_listen(&one, 0);
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    one_out(&one);
    one_wait(&one, 1000000);
    cr_assert(one_out(&one)->retransmission);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 1, TCP_ACK, 0);
    cr_assert_eq(one.ctx.rto, 3000000);
    cr_assert_eq(one.ctx.cwnd, 10000); /* one loss keeps the initial window (RFC 6928 2) */
}

Test(rto, handshake_gives_up_after_its_own_limit)
{
    struct tcp_one one;
    one_listen(&one, 0);
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    unsigned sent = one_drain(&one);
    while (!one.result.terminated) {
        one_wait(&one, tcp_deadline_us(&one.ctx, one.now));
        sent += one_drain(&one);
    }
    cr_assert_eq(one.result.terminated, NIC_TERM_HANDSHAKE_TIMEOUT);
    cr_assert_eq(sent, 1 + one.params.syn_rexmt_max);
}

Test(rto, each_acknowledgment_of_new_data_restarts_the_timer)
{
    struct tcp_one one; /* RFC 6298 5.3 and 5.2 */
    one_establish(&one, 0);
    one_write(&one, 2000);
    one_drain(&one);
    one_wait(&one, 150000);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 1001, TCP_ACK, 0);
    cr_assert_eq(tcp_deadline_us(&one.ctx, one.now), one.ctx.rto);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 2001, TCP_ACK, 0);
    cr_assert_eq(tcp_deadline_us(&one.ctx, one.now), UINT32_MAX);
}

Test(image, deadlines_move_by_the_time_away_and_never_forward)
{
    struct tcp_one one; /* */
    one_establish(&one, CTX_FEATURE_TS);
    one_write(&one, 100);
    one_out(&one);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 1, TCP_ACK, 10);
    one_wait(&one, 1234);
    uint32_t rexmt = one.ctx.rexmt_deadline, delack = one.ctx.delack_deadline;
    uint32_t age = one.now.ms - one.ctx.ts_recent_age;
    tcp_image_from_live(&one.ctx, one.now);
    cr_assert(tcp_image_check(&one.ctx));
    cr_assert_eq(one.ctx.rexmt_deadline, rexmt - one.now.us);
    cr_assert_eq(one.ctx.ts_recent_age, age);
    one.now.us += 5000;
    one.now.ms += 5;
    tcp_live_from_image(&one.ctx, one.now);
    cr_assert_eq(one.ctx.rexmt_deadline, rexmt + 5000);
    cr_assert_eq(one.ctx.delack_deadline, delack + 5000);
    cr_assert_eq(one.now.ms - one.ctx.ts_recent_age, age);
}

Test(image, a_missed_deadline_is_due_at_once)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 100);
    one_out(&one);
    one.now.us += 5000000;
    tcp_image_from_live(&one.ctx, one.now);
    cr_assert_eq(one.ctx.rexmt_deadline, 0);
    one.now.us += 10;
    tcp_live_from_image(&one.ctx, one.now);
    cr_assert_eq(tcp_deadline_us(&one.ctx, one.now), 0);
}

Test(image, any_flipped_bit_is_found)
{
    struct tcp_one one;
    one_establish(&one, 0);
    tcp_image_from_live(&one.ctx, one.now);
    uint8_t *bytes = (uint8_t *)&one.ctx;
    for (unsigned bit = 0; bit < CTX_BYTES * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_not(tcp_image_check(&one.ctx), "bit %u", bit);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    cr_assert(tcp_image_check(&one.ctx));
}

Test(image, carries_a_running_measurement_as_its_age)
{
    struct tcp_one one, still;
    one_establish(&one, 0);
    one_write(&one, 100);
    one_out(&one);
    still = one;
    cr_assert(one.ctx.flags & CTX_FLAG_RTT_TIMING);
    one.now.us += 4000;
    tcp_image_from_live(&one.ctx, one.now);
    one.now.us += 30; /* the image does not age on its way */
    tcp_live_from_image(&one.ctx, one.now);
    one.now.us += 6000;
    still.now.us += 10000;
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 101, TCP_ACK, 0);
    one_feed(&still, ONE_IRS + 1, ONE_ISS + 101, TCP_ACK, 0);
    cr_assert_eq(one.ctx.srtt, still.ctx.srtt);
    cr_assert_eq(one.ctx.rto, still.ctx.rto);
}

/* A connection that has nothing to send now can rest until its next timer, even if data is
 * outstanding. */
Test(image, rests_whenever_there_is_nothing_to_send_now)
{
    struct tcp_one one;
    one_establish(&one, 0);
    cr_assert(tcp_may_rest(&one.ctx, &one.params));
    one_write(&one, 100);
    cr_assert_not(tcp_may_rest(&one.ctx, &one.params), "a segment is to be sent");
    one_out(&one);
    cr_assert(tcp_may_rest(&one.ctx, &one.params), "it waits for the acknowledgment");
    one_wait(&one, one.ctx.rto);
    cr_assert_not(tcp_may_rest(&one.ctx, &one.params), "a retransmission is to be sent");
    one_out(&one);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 101, TCP_ACK, 5);
    cr_assert(tcp_may_rest(&one.ctx, &one.params), "it delays the acknowledgment");
    one_wait(&one, one.params.delack_us);
    cr_assert_not(tcp_may_rest(&one.ctx, &one.params));
}

/* RFC 6298 5.1: Data in flight has a running timer. An image holds the time until it expires,
 * counted from when the image was taken. */
Test(image, tells_its_earliest_timer_and_ages_with_it)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 100);
    one_out(&one);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 1, TCP_ACK, 5);
    uint32_t rexmt = one.ctx.rexmt_deadline - one.now.us;
    struct conn_ctx live = one.ctx, image = one.ctx;
    tcp_image_from_live(&image, one.now);
    cr_assert_eq(tcp_image_left_us(&image), one.params.delack_us);
    uint32_t since_send = image.last_send;
    tcp_image_age(&image, 1500);
    cr_assert_eq(tcp_image_left_us(&image), one.params.delack_us - 1500);
    cr_assert_eq(image.rexmt_deadline, rexmt - 1500);
    cr_assert_eq(image.last_send, since_send + 1500);
    struct tcp_now later = {one.now.us + 1500, one.now.ms + 1};
    tcp_live_from_image(&image, later);
    cr_assert_eq(image.rexmt_deadline, live.rexmt_deadline, "as if it had never rested");
    cr_assert_eq(image.delack_deadline, live.delack_deadline);
    cr_assert_eq(image.last_send, live.last_send);
    tcp_image_from_live(&image, later);
    tcp_image_age(&image, UINT64_C(100) * 1000 * 1000 * 1000);
    cr_assert_eq(tcp_image_left_us(&image), 0, "due, and no later wraps around");
    image.timers = 0;
    cr_assert_eq(tcp_image_left_us(&image), UINT64_MAX);
}
