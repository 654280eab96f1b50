/* Tests models/tcp/rebuild/tcp_restore.c: what a checkpoint adds to a rebuilt context. The rules are those of RFC 5681
 * 4.1 (restart window), RFC 9438 4.2 (no CUBIC epoch runs after a pause) and RFC 6298 (the RTT estimator). */
#include "models/tcp/rebuild/tcp_restore.h"

#include "models/tcp/cc/cc.h"
#include "models/tcp/rebuild/tcp_rebuild.h"
#include "models/tcp/tcp.h"
#include "models/tcp/tcp_params.h"

#include <criterion/criterion.h>

enum { UNA = 5000, TOLD = 6000, NXT = 9000, MSS = 1460, IW = 10 * MSS };

static struct tcp_params params;
static struct conn_ctx ctx, saved;

static void begin(uint8_t cc_alg)
{
    struct tcp_now now = {.us = 1000000, .ms = 1000};
    struct tcp_known known = {.tcp_state = TCP_ESTABLISHED,
                              .mss = MSS,
                              .snd_una = UNA,
                              .snd_wnd = 30000,
                              .tx_told = TOLD,
                              .rcv_nxt = NXT,
                              .rx_told = NXT - 100};
    tcp_params_default(&params);
    params.congestion = cc_alg;
    ctx =
        (struct conn_ctx){.ip_version = 4, .tx_ring_log2 = 14, .rx_ring_log2 = 14, .adv_mss = MSS};
    tcp_rebuild(&ctx, &known, &params, now);
    saved = ctx;
    saved.cwnd = 90000;
    saved.ssthresh = 60000;
    saved.max_snd_wnd = 64000;
    saved.srtt = 8 * 300;
    saved.rttvar = 4 * 50;
    saved.rto = 200000;
}

Test(tcp_restore, one_line_keeps_the_largest_window_of_the_peer_alone)
{
    begin(CC_NEWRENO);
    struct conn_ctx before = ctx;
    tcp_restore(&ctx, &saved, 1);
    cr_assert_eq(ctx.max_snd_wnd, 64000);
    cr_assert_eq(ctx.ssthresh, before.ssthresh);
    cr_assert_eq(ctx.cwnd, before.cwnd);
    cr_assert_eq(ctx.srtt, 0);
}

Test(tcp_restore, two_lines_keep_the_threshold_and_start_with_one_initial_window)
{
    begin(CC_NEWRENO);
    tcp_restore(&ctx, &saved, 2);
    cr_assert_eq(ctx.ssthresh, 60000);
    cr_assert_eq(ctx.cwnd, IW, "the restart window");
    cr_assert_eq(ctx.rto, params.rto_initial_us);
}

Test(tcp_restore, a_window_below_the_initial_one_stays)
{
    begin(CC_NEWRENO);
    saved.cwnd = 3 * MSS;
    tcp_restore(&ctx, &saved, 2);
    cr_assert_eq(ctx.cwnd, 3 * MSS);
}

Test(tcp_restore, three_lines_keep_the_retransmission_timeout)
{
    begin(CC_NEWRENO);
    tcp_restore(&ctx, &saved, 3);
    cr_assert_eq(ctx.srtt, 8 * 300);
    cr_assert_eq(ctx.rttvar, 4 * 50);
    cr_assert_eq(ctx.rto, 200000);
}

Test(tcp_restore, without_a_sample_the_timeout_is_the_initial_one)
{
    begin(CC_NEWRENO);
    saved.srtt = 0;
    saved.rto = 1;
    tcp_restore(&ctx, &saved, 3);
    cr_assert_eq(ctx.rto, params.rto_initial_us);
}

Test(tcp_restore, sequence_numbers_of_an_older_checkpoint_are_not_taken)
{
    begin(CC_NEWRENO);
    saved.snd_una = saved.snd_nxt = UNA - 700;
    saved.rcv_nxt = saved.last_ack_sent = NXT - 700;
    tcp_restore(&ctx, &saved, 3);
    cr_assert_eq(ctx.snd_una, UNA);
    cr_assert_eq(ctx.snd_nxt, UNA);
    cr_assert_eq(ctx.rcv_nxt, NXT);
    cr_assert_eq(ctx.last_ack_sent, NXT);
}

Test(tcp_restore, cubic_keeps_w_max_and_ends_its_epoch)
{
    begin(CC_CUBIC);
    saved.cc_private_0 = 123;
    saved.cc_private_1 = 88000 | UINT32_C(1) << 31;
    saved.cc_private_2 = 77;
    tcp_restore(&ctx, &saved, 2);
    cr_assert_eq(ctx.cc_private_1, 88000, "no epoch runs");
    cr_assert_eq(ctx.cc_private_0, 0);
    cr_assert_eq(ctx.cwnd, IW);
}

Test(tcp_restore, urgent_data_is_told_again_unless_it_was_acknowledged)
{
    begin(CC_NEWRENO);
    saved.flags |= CTX_FLAG_SND_URGENT | CTX_FLAG_URGENT;
    saved.snd_up = UNA + 10;
    saved.rcv_up = NXT - 50;
    tcp_restore(&ctx, &saved, 2);
    cr_assert(ctx.flags & CTX_FLAG_SND_URGENT);
    cr_assert_eq(ctx.snd_up, UNA + 10);
    cr_assert(ctx.flags & CTX_FLAG_URGENT);
    cr_assert_eq(ctx.rcv_up, NXT - 50);
    begin(CC_NEWRENO);
    saved.flags |= CTX_FLAG_SND_URGENT | CTX_FLAG_URGENT;
    saved.snd_up = UNA;
    saved.rcv_up = NXT - 100;
    tcp_restore(&ctx, &saved, 2);
    cr_assert_not(ctx.flags & CTX_FLAG_SND_URGENT);
    cr_assert_not(ctx.flags & CTX_FLAG_URGENT);
}
