/* Tests explicit congestion notification (RFC 3168 6.1). Section numbers below are those of RFC
 * 3168. */
#include "models/tcp/test/tcp_one.h"

#include <criterion/criterion.h>

enum { S = ONE_ISS + 1, R = ONE_IRS + 1, M = ONE_MSS, ECT_0 = 2, CE = 3 };

static void establish(struct tcp_one *one)
{
    one_listen(one, CTX_FEATURE_ECN);
    one_feed(one, ONE_IRS, 0, TCP_SYN | TCP_ECE | TCP_CWR, 0);
    cr_assert_eq(one_out(one)->flags, TCP_SYN | TCP_ACK | TCP_ECE);
    cr_assert_eq(one->tx.ecn, 0, "a SYN is never ECT, 6.1.1");
    one_feed(one, R, S, TCP_ACK, 0);
    cr_assert(one->ctx.features & CTX_FEATURE_ECN);
}

struct offer_row {
    char name[48];
    uint8_t offered;
    uint16_t syn, answer;
};

Test(ecn, is_used_only_when_both_want_it)
{
    static const struct offer_row rows[] = {
        {"not offered", 0, TCP_ECE | TCP_CWR, 0},
        {"not asked", CTX_FEATURE_ECN, 0, 0},
        {"not an ECN-setup SYN", CTX_FEATURE_ECN, TCP_ECE, 0},
        {"both", CTX_FEATURE_ECN, TCP_ECE | TCP_CWR, TCP_ECE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tcp_one one;
        one_listen(&one, rows[i].offered);
        one_feed(&one, ONE_IRS, 0, TCP_SYN | rows[i].syn, 0);
        cr_assert_eq(one_out(&one)->flags, TCP_SYN | TCP_ACK | rows[i].answer, "%s", rows[i].name);
    }
}

Test(ecn, is_offered_when_the_parameter_says_so)
{
    struct tcp_one one;
    one_listen(&one, 0);
    one.params.ecn = true;
    tcp_open_active(&one.ctx, ONE_ISS, &one.params, one.now);
    cr_assert_eq(one_out(&one)->flags, TCP_SYN | TCP_ECE | TCP_CWR);
    one_wait(&one, one.ctx.rto);
    cr_assert_eq(one_out(&one)->flags, TCP_SYN, "6.1.1.1: the second one asks no more");
}

Test(ecn, active_opener_takes_an_ecn_setup_syn_ack_only)
{
    for (unsigned cwr = 0; cwr < 2; cwr++) {
        struct tcp_one one;
        one_listen(&one, CTX_FEATURE_ECN);
        tcp_open_active(&one.ctx, ONE_ISS, &one.params, one.now);
        one_out(&one);
        one_feed(&one, ONE_IRS, S, (uint16_t)(TCP_SYN | TCP_ACK | TCP_ECE | (cwr ? TCP_CWR : 0)),
                 0);
        cr_assert_eq((one.ctx.features & CTX_FEATURE_ECN) != 0, !cwr, "reflected flags are no yes");
    }
}

Test(ecn, new_data_is_ect_and_nothing_else)
{
    struct tcp_one one; /* 6.1.4, 6.1.5 */
    establish(&one);
    one_write(&one, 2 * M);
    cr_assert_eq(one_out(&one)->ecn, ECT_0);
    one_drain(&one);
    one_wait(&one, one.ctx.rto);
    cr_assert_eq(one_out(&one)->ecn, 0, "a retransmission");
    one_feed(&one, R, S + 2 * M, TCP_ACK, 2 * M);
    one_feed(&one, R + 2 * M, S + 2 * M, TCP_ACK, 1);
    one_feed(&one, R + 2 * M + 1, S + 2 * M, TCP_ACK, 1);
    cr_assert_eq(one_out(&one)->ecn, 0, "a pure ACK");
}

Test(ecn, a_mark_is_echoed_until_cwr)
{
    struct tcp_one one; /* 6.1.3 */
    establish(&one);
    one.seg.ecn = CE;
    one_feed(&one, R, S, TCP_ACK, M);
    one.seg.ecn = ECT_0;
    one_feed(&one, R + M, S, TCP_ACK, M);
    cr_assert(one_out(&one)->flags & TCP_ECE);
    one_feed(&one, R + 2 * M, S, TCP_ACK, M);
    one_feed(&one, R + 3 * M, S, TCP_ACK, M);
    cr_assert(one_out(&one)->flags & TCP_ECE, "every ACK");
    one_feed(&one, R + 4 * M, S, TCP_ACK | TCP_CWR, M);
    one_feed(&one, R + 5 * M, S, TCP_ACK, M);
    cr_assert_not(one_out(&one)->flags & TCP_ECE);
    one.seg.ecn = CE;
    one_feed(&one, R + 6 * M, S, TCP_ACK | TCP_CWR, M);
    one_feed(&one, R + 7 * M, S, TCP_ACK, M);
    cr_assert(one_out(&one)->flags & TCP_ECE, "marked itself: from the start");
}

Test(ecn, an_echo_cuts_once_per_window_and_cwr_follows)
{
    struct tcp_one one; /* 6.1.2 */
    establish(&one);
    one_write(&one, 60 * M);
    cr_assert_eq(one_drain(&one), 10);
    one_feed(&one, R, S + M, TCP_ACK | TCP_ECE, 0);
    uint32_t cut = one.ctx.cwnd;
    cr_assert_leq(cut, 6 * M);
    cr_assert_eq(one.ctx.ssthresh, cut);
    one_feed(&one, R, S + 2 * M, TCP_ACK | TCP_ECE, 0);
    one_feed(&one, R, S + 6 * M, TCP_ACK | TCP_ECE, 0);
    cr_assert_geq(one.ctx.cwnd, cut, "the same window");
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->flags & TCP_CWR);
    cr_assert_not(tx->retransmission, "nothing was lost");
    while (tcp_output(&one.ctx, &one.params, one.now, &one.tx))
        cr_assert_not(one.tx.flags & TCP_CWR, "once");
    one_feed(&one, R, one.ctx.snd_max, TCP_ACK, 0);
    one_drain(&one);
    uint32_t before = one.ctx.cwnd;
    one_feed(&one, R, one.ctx.snd_una + M, TCP_ACK | TCP_ECE, 0);
    cr_assert_lt(one.ctx.cwnd, before, "the next window");
}

Test(ecn, flags_mean_nothing_when_not_negotiated)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 60 * M);
    one_drain(&one);
    uint32_t before = one.ctx.cwnd;
    one.seg.ecn = CE;
    one_feed(&one, R, S + M, TCP_ACK | TCP_ECE, 0);
    cr_assert_geq(one.ctx.cwnd, before);
    one_drain(&one);
    cr_assert_not(one.tx.flags & (TCP_ECE | TCP_CWR));
    cr_assert_eq(one.tx.ecn, 0);
}
