/* Tests recovery with SACK: the scoreboard (RFC 2018, 2883), IsLost, SetPipe and NextSeg (RFC
 * 6675 4), and loss recovery (RFC 6675 5). With several losses it must recover faster than
 * NewReno does. */
#include "models/tcp/input/reassembly.h"
#include "models/tcp/sack.h"
#include "models/tcp/test/tcp_one.h"
#include "models/tcp/test/tcp_pair.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { S = ONE_ISS + 1, M = ONE_MSS, SACK = CTX_FEATURE_SACK };

/* Establishes a connection and sends a window of `segments` segments. */
static void send_window(struct tcp_one *one, uint32_t segments)
{
    one_establish(one, SACK);
    one->ctx.cwnd = segments * M;
    one_write(one, 60 * M);
    cr_assert_eq(one_drain(one), segments);
}

/* The peer acknowledges `number` and reports up to three ranges of segments [a, b) by SACK. */
static void report(struct tcp_one *one, uint32_t number, unsigned count, const unsigned (*at)[2])
{
    one->seg.options = count > 0 ? TCP_HAS_SACK : 0;
    one->seg.sack_count = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        one->seg.sack[i][0] = S + at[i][0] * M;
        one->seg.sack[i][1] = S + at[i][1] * M;
    }
    one_feed(one, one->ctx.rcv_nxt, number, TCP_ACK, 0);
    one->seg.options = 0;
    one->seg.sack_count = 0;
}

static void report1(struct tcp_one *one, unsigned ack, unsigned from, unsigned to)
{
    report(one, S + ack * M, 1, (const unsigned[][2]){{from, to}});
}

Test(scoreboard, joins_what_touches_and_stays_ascending)
{
    struct tcp_one one;
    send_window(&one, 20);
    report(&one, S, 3, (const unsigned[][2]){{8, 9}, {4, 5}, {2, 3}});
    cr_assert_eq(one.ctx.sacked[0], S + 2 * M);
    cr_assert_eq(one.ctx.sacked[4], S + 8 * M);
    report1(&one, 0, 3, 4);
    cr_assert_eq(one.ctx.sacked[1], S + 5 * M);
    cr_assert_eq(one.ctx.sacked[3], S + 9 * M);
    report1(&one, 0, 1, 12);
    cr_assert(one.ctx.sacked[0] == S + M && one.ctx.sacked[1] == S + 12 * M);
    cr_assert(one.ctx.sacked[2] == one.ctx.sacked[3]);
}

Test(scoreboard, a_fifth_interval_drives_out_the_smallest)
{
    struct tcp_one one;
    send_window(&one, 30);
    report(&one, S, 3, (const unsigned[][2]){{2, 4}, {6, 8}, {10, 11}});
    report(&one, S, 2, (const unsigned[][2]){{14, 16}, {20, 23}});
    cr_assert_eq(one.ctx.sacked[4], S + 14 * M, "10 to 11 is forgotten");
    cr_assert_eq(one.ctx.sacked[6], S + 20 * M);
}

struct bad_block {
    char name[48];
    uint32_t start, end;
};

Test(scoreboard, blocks_that_say_nothing_about_the_flight_are_ignored)
{
    static const struct bad_block rows[] = {
        {"below the ACK: D-SACK, RFC 2883 4", S - 500, S},
        {"begins at the ACK", S, S + M},
        {"beyond what was sent", S + 19 * M, S + 21 * M},
        {"turned over", S + 5 * M, S + 4 * M},
        {"empty", S + 5 * M, S + 5 * M},
        {"half a space away", S + 0x7ffffff0u, S + 0x7ffffff8u},
    };
    struct tcp_one one;
    send_window(&one, 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        one.seg.options = TCP_HAS_SACK;
        one.seg.sack_count = 1;
        one.seg.sack[0][0] = rows[i].start;
        one.seg.sack[0][1] = rows[i].end;
        one_feed(&one, one.ctx.rcv_nxt, S, TCP_ACK, 0);
        cr_assert(sack_is_empty(&one.ctx), "%s", rows[i].name);
        cr_assert_eq(one.ctx.dupacks, 0, "%s", rows[i].name);
    }
}

Test(scoreboard, a_dsack_inside_a_reported_block_is_no_news)
{
    struct tcp_one one; /* RFC 2883 4.2.3 */
    send_window(&one, 20);
    report1(&one, 0, 4, 8);
    cr_assert_eq(one.ctx.dupacks, 1);
    report(&one, S, 2, (const unsigned[][2]){{5, 6}, {4, 8}});
    cr_assert_eq(one.ctx.dupacks, 1);
}

Test(scoreboard, peer_that_did_not_permit_sack_is_not_believed)
{
    struct tcp_one one; /* RFC 2018 2 */
    one_establish(&one, 0);
    one_write(&one, 10 * M);
    one_drain(&one);
    report1(&one, 0, 4, 8);
    cr_assert(sack_is_empty(&one.ctx));
}

Test(scoreboard, is_cleared_by_a_timeout_and_learns_anew)
{
    struct tcp_one one; /* RFC 2018 8; RFC 6675 5.1 */
    send_window(&one, 10);
    report1(&one, 0, 2, 4);
    one_drain(&one);
    one_wait(&one, one.ctx.rto);
    cr_assert(sack_is_empty(&one.ctx));
    cr_assert_eq(one_out(&one)->seq, S);
    report1(&one, 1, 2, 4);
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_RTO);
    cr_assert_eq(one_out(&one)->seq, S + M);
    cr_assert_eq(one_out(&one)->seq, S + 4 * M, "what was reported since is skipped");
}

Test(sack_recovery, three_reports_start_it_and_the_hole_is_sent)
{
    struct tcp_one one; /* RFC 6675 5 (1), (4) */
    send_window(&one, 10);
    report1(&one, 0, 1, 2);
    cr_assert_eq(one_out(&one)->seq, S + 10 * M, "5 (3): room in the pipe");
    one_quiet(&one);
    report1(&one, 0, 1, 3);
    cr_assert_eq(one_out(&one)->seq, S + 11 * M);
    report1(&one, 0, 1, 4);
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_FAST);
    cr_assert_eq(one.ctx.recover, S + 12 * M);
    cr_assert_eq(one.ctx.ssthresh, 5 * M, "half the flight without limited transmit");
    cr_assert_eq(one.ctx.cwnd, 5 * M, "not inflated");
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->seq == S && tx->len == M && tx->retransmission);
    cr_assert_eq(sack_pipe(&one.ctx, M, 3), 9 * M, "12 - 3 reported - 1 lost + 1 sent again");
    one_quiet(&one);
}

Test(sack_recovery, one_report_of_enough_bytes_starts_it)
{
    struct tcp_one one; /* RFC 6675 4 IsLost: more than (DupThresh - 1) * SMSS; 5 (2) */
    send_window(&one, 10);
    report1(&one, 0, 1, 3);
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_NONE, "two segments are not more than two");
    send_window(&one, 10);
    report1(&one, 0, 1, 4);
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_FAST);
}

Test(sack_recovery, all_lost_holes_go_within_one_round_trip)
{
    struct tcp_one one; /* segments 0, 2, 4 of 20 are lost */
    send_window(&one, 20);
    report(&one, S, 3, (const unsigned[][2]){{5, 20}, {3, 4}, {1, 2}});
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_FAST);
    cr_assert_eq(one_out(&one)->seq, S);
    cr_assert_eq(one_out(&one)->seq, S + 2 * M);
    cr_assert_eq(one_out(&one)->seq, S + 4 * M);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert_eq(tx->seq, S + 20 * M, "NextSeg (2): then new data");
    cr_assert_not(tx->retransmission);
    one_drain(&one);
    report1(&one, 2, 3, 4);
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_FAST);
    cr_assert_not(one_out(&one)->retransmission, "no hole is sent twice");
    one_feed(&one, one.ctx.rcv_nxt, S + 20 * M, TCP_ACK, 0);
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_NONE);
    cr_assert_eq(one.ctx.cwnd, one.ctx.ssthresh);
}

Test(sack_recovery, pipe_limits_what_is_sent)
{
    struct tcp_one one; /* RFC 6675 5 (C) */
    send_window(&one, 20);
    report1(&one, 0, 10, 14);
    one_drain(&one);
    /* Segments 0 to 9 are lost. In the pipe are 14 to 19 and the retransmissions; cwnd is 10
     * segments. */
    cr_assert_eq(one.ctx.cwnd, 10 * M);
    cr_assert_eq(sack_pipe(&one.ctx, M, 3), 10 * M);
    cr_assert_eq(one.ctx.high_rxt, S + 4 * M);
    report1(&one, 0, 10, 15);
    cr_assert_eq(one_out(&one)->seq, S + 4 * M);
    one_quiet(&one);
}

Test(sack_recovery, rescues_the_tail_once)
{
    struct tcp_one one; /* RFC 6675 4 NextSeg (4); 5 (4.3): not before the first partial ACK */
    one_establish(&one, SACK);
    one_write(&one, 10 * M);
    one_drain(&one); /* 0 and 9 are lost */
    report1(&one, 0, 1, 9);
    cr_assert_eq(one_out(&one)->seq, S);
    one_quiet(&one);
    report(&one, S + 9 * M, 0, NULL);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->seq == S + 9 * M && tx->retransmission);
    cr_assert_eq(one.ctx.rescue_rxt, one.ctx.recover);
    one_quiet(&one);
}

Test(sack_recovery, does_not_rescue_what_is_in_flight_again)
{
    struct tcp_one one; /* RFC 6675 4: NextSeg (4) only sends a tail not sent again yet */
    one_establish(&one, SACK);
    one_write(&one, 10 * M);
    one_drain(&one); /* 0 and 1 are lost */
    report1(&one, 0, 2, 10);
    cr_assert_eq(one_out(&one)->seq, S);
    cr_assert_eq(one_out(&one)->seq, S + M);
    one_quiet(&one);
    report1(&one, 1, 2, 10);
    one_quiet(&one);
}

Test(sack_recovery, sends_a_lost_fin_again)
{
    struct tcp_one one;
    one_establish(&one, SACK);
    one_write(&one, 10 * M);
    one_close(&one);
    one_drain(&one);
    report1(&one, 0, 1, 9);
    cr_assert_eq(one_out(&one)->seq, S);
    one_quiet(&one);
    report(&one, S + 9 * M, 0, NULL);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->flags & TCP_FIN);
    cr_assert_eq(tx->seq + tx->len, one.ctx.tx_prod);
}

Test(sack_recovery, a_filled_hole_with_nothing_reported_above_resends_nothing)
{
    struct tcp_one one; /* RFC 6675 5: segments 0 and 1 were late and not lost */
    send_window(&one, 20);
    report1(&one, 0, 2, 5);
    cr_assert_eq(one_out(&one)->seq, S);
    one_drain(&one);
    for (unsigned acked = 5; acked < 20; acked += 2) {
        report(&one, S + acked * M, 0, NULL);
        while (tcp_output(&one.ctx, &one.params, one.now, &one.tx))
            cr_assert_not(one.tx.retransmission, "%u", acked);
    }
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_FAST);
}

Test(sack_recovery, takes_only_silence_about_what_arrived_for_a_full_receiver)
{
    struct tcp_one one; /* holes at 0, 2 and 4; the peer drops all from 8 on */
    const unsigned blocks[][2] = {{5, 8}, {3, 4}, {1, 2}};
    send_window(&one, 40);
    report(&one, S, 3, blocks);
    one_drain(&one);
    one.seg.window = ONE_WINDOW - 1000;
    report(&one, S, 3, blocks);
    cr_assert_not(one.ctx.flags & CTX_FLAG_SACK_FULL, "it tells its window");
    report(&one, S, 2, (const unsigned[][2]){{1, 2}, {5, 8}});
    cr_assert(one.ctx.flags & CTX_FLAG_SACK_FULL, "a segment arrived and is not reported");
    send_window(&one, 40);
    report1(&one, 0, 1, 4);
    one_drain(&one);
    report1(&one, 0, 1, 4);
    cr_assert_not(one.ctx.flags & CTX_FLAG_SACK_FULL, "it has intervals left: a duplicate");
}

Test(sack_recovery, begins_by_an_ack_that_advances_too)
{
    struct tcp_one one; /* RFC 6675 2 and 5 */
    send_window(&one, 10);
    report(&one, S + M, 1, (const unsigned[][2]){{2, 5}});
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_FAST);
    cr_assert_eq(one_out(&one)->seq, S + M);
    one_feed(&one, one.ctx.rcv_nxt, one.ctx.snd_max, TCP_ACK, 0);
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_NONE);
}

Test(sack_recovery, begins_by_news_in_an_ack_that_others_overtook)
{
    struct tcp_one one; /* RFC 6675 2: the acknowledgment number does not matter */
    send_window(&one, 10);
    report(&one, S + 2 * M, 0, NULL);
    one_drain(&one);
    report(&one, S + M, 1, (const unsigned[][2]){{3, 6}});
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_FAST);
    cr_assert_eq(one_out(&one)->seq, S + 2 * M);
}

Test(sack_recovery, a_peer_that_stops_reporting_is_helped_as_by_newreno)
{
    struct tcp_one one; /* RFC 6582 3.2 step 3 */
    send_window(&one, 10);
    for (int i = 0; i < 3; i++)
        one_feed(&one, one.ctx.rcv_nxt, S, TCP_ACK, 0);
    cr_assert_eq(one.ctx.recovery, CTX_RECOVERY_FAST);
    cr_assert_eq(one_out(&one)->seq, S);
    one_drain(&one);
    one_feed(&one, one.ctx.rcv_nxt, S + 4 * M, TCP_ACK, 0);
    cr_assert_eq(one_out(&one)->seq, S + 4 * M);
    report1(&one, 5, 7, 9);
    cr_assert_eq(one.ctx.cwnd, one.ctx.ssthresh, "it reports after all: the pipe counts");
}

Test(sack_recovery, scoreboard_moves_with_the_context)
{
    struct tcp_one one;
    send_window(&one, 20);
    report1(&one, 0, 10, 14);
    one_out(&one);
    tcp_image_from_live(&one.ctx, one.now);
    cr_assert(tcp_image_check(&one.ctx));
    tcp_live_from_image(&one.ctx, one.now);
    cr_assert_eq(one_out(&one)->seq, S + M);
}

enum { LOSSES = 4 };

struct outcome {
    uint64_t retransmissions, ps;
};

/* Transfers 200 segments, of which `losses` in one window are lost. If `again` is set, the
 * retransmission of the first one is lost, too. */
static struct outcome transfer(uint8_t features, uint32_t losses, bool again)
{
    struct tcp_pair *pair = malloc(sizeof *pair);
    struct pair_params params = {.seed = 7,
                                 .bytes = {200000, 0},
                                 .offered = {features, features},
                                 .rcv_ws = 2,
                                 .ring_log2 = 16,
                                 .mss = 1000,
                                 .drop_first = 50,
                                 .drop_step = 3,
                                 .drop_limit = losses,
                                 .drop_again = again};
    pair_init(pair, &params);
    uint64_t start_ps = pair->now_ps;
    while (pair->end[1].received < 200000)
        cr_assert(pair_step(pair, 3000 * PS_PER_S));
    cr_assert_eq(pair->lost, losses);
    struct outcome outcome = {pair->end[0].retransmissions, pair->now_ps - start_ps};
    free(pair);
    return outcome;
}

Test(sack_recovery, mends_four_losses_sooner_than_newreno)
{
    const uint8_t plain = CTX_FEATURE_MSS | CTX_FEATURE_WS;
    struct outcome newreno = transfer(plain, LOSSES, false);
    struct outcome sack = transfer(plain | SACK, LOSSES, false);
    cr_log_info("retransmissions %lu, %lu; us %lu, %lu", newreno.retransmissions,
                sack.retransmissions, newreno.ps / PS_PER_US, sack.ps / PS_PER_US);
    cr_assert_leq(sack.retransmissions, LOSSES + 1, "these and at most a rescue");
    cr_assert_lt(sack.ps + 2 * 200 * PS_PER_US, newreno.ps, "two round trips at least");
}

Test(sack_recovery, sends_far_less_again_than_newreno_when_a_retransmission_is_lost_too)
{
    const uint8_t plain = CTX_FEATURE_MSS | CTX_FEATURE_WS;
    struct outcome newreno = transfer(plain, LOSSES, true);
    struct outcome sack = transfer(plain | SACK, LOSSES, true);
    cr_log_info("retransmissions %lu, %lu; us %lu, %lu", newreno.retransmissions,
                sack.retransmissions, newreno.ps / PS_PER_US, sack.ps / PS_PER_US);
    cr_assert_lt(sack.retransmissions * 3, newreno.retransmissions * 2);
    cr_assert_leq(sack.ps, newreno.ps);
}

Test(sack_recovery, is_no_worse_when_the_receiver_runs_out_of_intervals)
{
    const uint8_t plain = CTX_FEATURE_MSS | CTX_FEATURE_WS;
    struct outcome newreno = transfer(plain, 8, false);
    struct outcome sack = transfer(plain | SACK, 8, false);
    cr_log_info("retransmissions %lu, %lu; us %lu, %lu", newreno.retransmissions,
                sack.retransmissions, newreno.ps / PS_PER_US, sack.ps / PS_PER_US);
    cr_assert_leq(sack.retransmissions, newreno.retransmissions + 1);
    cr_assert_leq(sack.ps, newreno.ps);
}

/* Asserts how many intervals the receiver has, and their first sequence numbers in the order in
 * which it reports them. */
static void listed(const struct conn_ctx *ctx, unsigned count, const uint32_t *start)
{
    cr_assert_eq(reassembly_count(ctx), count);
    for (unsigned i = 0; i < count; i++)
        cr_assert_eq(ctx->ooo[2 * reassembly_recent(ctx, i)], start[i], "%u", i);
    cr_assert(reassembly_is_sane(ctx));
}

Test(reassembly, intervals_are_listed_by_their_last_segment)
{
    struct conn_ctx ctx = {.rcv_nxt = 1}; /* RFC 2018 4 */
    reassembly_insert(&ctx, 300, 400);
    reassembly_insert(&ctx, 100, 200);
    reassembly_insert(&ctx, 700, 800);
    reassembly_insert(&ctx, 500, 600);
    listed(&ctx, 4, (const uint32_t[]){500, 700, 100, 300});
    cr_assert_eq(reassembly_insert(&ctx, 900, 910), REASSEMBLY_FULL);
    listed(&ctx, 4, (const uint32_t[]){500, 700, 100, 300});
    cr_assert_eq(reassembly_insert(&ctx, 310, 320), REASSEMBLY_KNOWN);
    listed(&ctx, 4, (const uint32_t[]){300, 500, 700, 100});
    reassembly_insert(&ctx, 600, 700); /* joins two intervals */
    listed(&ctx, 3, (const uint32_t[]){500, 300, 100});
    ctx.rcv_nxt = 100;
    reassembly_advance(&ctx);
    cr_assert_eq(ctx.rcv_nxt, 200);
    listed(&ctx, 2, (const uint32_t[]){500, 300});
    ctx.rcv_nxt = 500;
    reassembly_advance(&ctx);
    cr_assert_eq(ctx.rcv_nxt, 800);
    listed(&ctx, 0, NULL);
}
