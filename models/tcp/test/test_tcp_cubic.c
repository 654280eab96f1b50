/* Tests CUBIC against RFC 9438. The expected window is computed here in floating point, with the
 * cube root by bisection. Further tests cover the decrease, fast convergence, Reno-friendliness,
 * timeouts and moves. */
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"
#include "models/tcp/test/tcp_one.h"
#include "models/tcp/test/tcp_pair.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

enum { SMSS = 1000 };

/* Returns the cube root by bisection. */
static double root_of(double cube)
{
    double low = 0, high = 1000;
    for (int i = 0; i < 100; i++) {
        double x = (low + high) / 2;
        if (x * x * x < cube)
            low = x;
        else
            high = x;
    }
    return low;
}

/* Computes equations (1) and (2) of RFC 9438, in segments and seconds. */
static double expected_window(double w_max, double epoch, double t)
{
    double k = w_max > epoch ? root_of((w_max - epoch) / 0.4) : 0;
    return 0.4 * (t - k) * (t - k) * (t - k) + w_max;
}

/* Returns a context after a loss at a window of `segments`, all of which were in flight. */
static struct conn_ctx after_loss(uint32_t segments)
{
    struct conn_ctx ctx = {.cc_alg = CC_CUBIC, .mss = SMSS};
    cc_of(&ctx)->on_established(&ctx, SMSS, false);
    ctx.cwnd = segments * SMSS;
    cc_of(&ctx)->on_loss(&ctx, ctx.cwnd, SMSS);
    return ctx;
}

struct row {
    char name[48];
    uint32_t segments, rtt_ms, seconds;
};

static struct row rows[] = {
    {"100 segments, 100 ms, up to K", 100, 100, 4},
    {"100 segments, 100 ms, beyond K", 100, 100, 9},
    {"1000 segments, 50 ms, concave", 1000, 50, 5},
    {"1000 segments, 200 ms, convex", 1000, 200, 14},
    {"5000 segments, 30 ms", 5000, 30, 16},
    {"20000 segments, 10 ms", 20000, 10, 20},
};

ParameterizedTestParameters(cubic, follows_its_function)
{
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

/* The ACKs are spread evenly, one for two segments. At the end cwnd must lie between the function's
 * values one RTT before and one RTT ahead (RFC 9438 4.4, 4.5). */
ParameterizedTest(struct row *row, cubic, follows_its_function)
{
    struct conn_ctx ctx = after_loss(row->segments);
    double epoch = ctx.cwnd / (double)SMSS, t = 0;
    ctx.srtt = row->rtt_ms * 1000 * 8;
    while (t < row->seconds) {
        cc_of(&ctx)->on_ack(&ctx, 2 * SMSS, SMSS, 77 + (uint32_t)(t * 1e6));
        t += row->rtt_ms / 1000.0 * 2 * SMSS / ctx.cwnd;
    }
    double ahead = expected_window(row->segments, epoch, t + row->rtt_ms / 1000.0);
    double now = expected_window(row->segments, epoch, t - row->rtt_ms / 1000.0);
    double cwnd = ctx.cwnd / (double)SMSS;
    cr_assert_leq(cwnd, ahead * 1.005 + 1, "%s: %f, at most %f", row->name, cwnd, ahead);
    cr_assert_geq(cwnd, now * 0.995 - 1, "%s: %f, at least %f", row->name, cwnd, now);
}

Test(cubic, decreases_by_three_tenths)
{
    struct conn_ctx ctx = after_loss(100); /* RFC 9438 4.6 */
    cr_assert_eq(ctx.ssthresh, 70 * SMSS);
    cr_assert_eq(ctx.cwnd, 70 * SMSS);
    ctx.cwnd = 3 * SMSS;
    cc_of(&ctx)->on_loss(&ctx, 2 * SMSS, SMSS);
    cr_assert_eq(ctx.ssthresh, 2 * SMSS, "never below two segments");
}

Test(cubic, first_window_after_a_loss_is_w_max_again_at_k)
{
    struct conn_ctx ctx = after_loss(200);
    ctx.srtt = 8000;
    double k = root_of(60 / 0.4); /* 5.3 s */
    for (uint32_t ms = 0; ms < (uint32_t)(k * 1000); ms++)
        cc_of(&ctx)->on_ack(&ctx, 2 * SMSS, SMSS, ms * 1000);
    cr_assert_float_eq(ctx.cwnd / (double)SMSS, 200, 1.0, "%u", ctx.cwnd);
}

Test(cubic, fast_convergence_releases_bandwidth)
{
    struct conn_ctx ctx = after_loss(100); /* RFC 9438 4.7 */
    ctx.cwnd = 80 * SMSS;
    cc_of(&ctx)->on_loss(&ctx, ctx.cwnd, SMSS);
    cr_assert_eq(ctx.cc_private_1, 68 * SMSS, "80 * (1 + 0.7) / 2");
    ctx.cwnd = 90 * SMSS;
    cc_of(&ctx)->on_loss(&ctx, ctx.cwnd, SMSS);
    cr_assert_eq(ctx.cc_private_1, 90 * SMSS, "above W_max: none");
}

/* RFC 9438 4.3: With a short RTT the cubic function is slower than Reno, so the estimate of Reno's
 * window rules. Its alpha is 9/17 segment per round trip until cwnd_prior, and one segment from
 * then on. */
Test(cubic, is_as_fast_as_reno_on_short_paths)
{
    struct conn_ctx ctx = after_loss(100);
    ctx.srtt = 8 * 1000;
    uint32_t us = 0, trips = 0;
    double estimate = 70;
    for (; trips < 100; trips++) {
        uint32_t acks = ctx.cwnd / (2 * SMSS);
        for (uint32_t i = 0; i < acks; i++, us += 1000 / acks) {
            cc_of(&ctx)->on_ack(&ctx, 2 * SMSS, SMSS, us);
            estimate += (estimate < 100 ? 9.0 / 17 : 1.0) * 2 / estimate;
        }
    }
    cr_assert_float_eq(ctx.cwnd / (double)SMSS, estimate, 1.5, "%u, %f", ctx.cwnd, estimate);
    cr_assert_gt(ctx.cwnd, 110 * SMSS);
}

Test(cubic, grows_at_most_by_half_per_round_trip)
{
    struct conn_ctx ctx = after_loss(10); /* RFC 9438 4.2: the target is clamped */
    cc_of(&ctx)->on_ack(&ctx, SMSS, SMSS, 0);
    uint32_t before = ctx.cwnd;
    cc_of(&ctx)->on_ack(&ctx, before, SMSS, 60000000); /* an ACK of a window after a minute */
    cr_assert_leq(ctx.cwnd, before + before / 2 + 1);
    cr_assert_gt(ctx.cwnd, before);
}

Test(cubic, slow_start_counts_bytes)
{
    struct conn_ctx ctx = {.cc_alg = CC_CUBIC};
    cc_of(&ctx)->on_established(&ctx, SMSS, false);
    cr_assert_eq(ctx.cwnd, 10 * SMSS);
    cc_of(&ctx)->on_ack(&ctx, 3 * SMSS, SMSS, 5);
    cr_assert_eq(ctx.cwnd, 12 * SMSS, "up to two segments (RFC 3465 2.2)");
    ctx.recovery = CTX_RECOVERY_RTO;
    cc_of(&ctx)->on_ack(&ctx, 2 * SMSS, SMSS, 6);
    cr_assert_eq(ctx.cwnd, 13 * SMSS, "up to one after a timeout (2.3)");
}

Test(cubic, after_a_timeout_k_is_zero)
{
    struct conn_ctx ctx = after_loss(100); /* RFC 9438 4.8 */
    ctx.cwnd = 100 * SMSS;
    cc_of(&ctx)->on_timeout(&ctx, 100 * SMSS, SMSS, true);
    cr_assert(ctx.cwnd == SMSS && ctx.ssthresh == 70 * SMSS);
    cc_of(&ctx)->on_timeout(&ctx, 100 * SMSS, SMSS, false);
    cr_assert_eq(ctx.ssthresh, 70 * SMSS, "kept on the second one (RFC 5681 3.1)");
    while (ctx.cwnd < ctx.ssthresh)
        cc_of(&ctx)->on_ack(&ctx, SMSS, SMSS, 1000);
    ctx.srtt = 8 * 200000;
    for (uint32_t ms = 1; ms <= 5000; ms += 5)
        cc_of(&ctx)->on_ack(&ctx, 2 * SMSS, SMSS, ms * 1000);
    double limit = expected_window(70, 70, 5.2);
    cr_assert_leq(ctx.cwnd / (double)SMSS, limit + 1, "%u, %f", ctx.cwnd, limit);
    cr_assert_geq(ctx.cwnd / (double)SMSS, expected_window(70, 70, 4.8) - 1);
}

Test(cubic, epoch_moves_as_an_age)
{
    struct tcp_one one;
    one_listen(&one, 0);
    one.params.congestion = CC_CUBIC;
    tcp_open_passive(&one.ctx, ONE_ISS, &one.params, one.now);
    cr_assert_eq(one.ctx.cc_alg, CC_CUBIC);
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    one_out(&one);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 1, TCP_ACK, 0);
    one.ctx.ssthresh = one.ctx.cwnd;
    one_write(&one, 5 * ONE_MSS);
    one_drain(&one);
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 1 + 2 * ONE_MSS, TCP_ACK, 0);
    uint32_t start = one.ctx.cc_private_0;
    cr_assert_eq(start, one.now.us);
    one.now.us += 500;
    tcp_image_from_live(&one.ctx, one.now);
    cr_assert_eq(one.ctx.cc_private_0, 500);
    one.now.us += 10000;
    tcp_live_from_image(&one.ctx, one.now);
    cr_assert_eq(one.ctx.cc_private_0, start + 10000);
}

Test(cubic, image_with_an_unknown_algorithm_is_refused)
{
    struct tcp_one one; /* I-CAP */
    one_establish(&one, 0);
    one.ctx.cc_alg = CC_ALG_COUNT - 1;
    tcp_image_seal(&one.ctx);
    cr_assert(tcp_image_check(&one.ctx));
    one.ctx.cc_alg = CC_ALG_COUNT;
    tcp_image_seal(&one.ctx);
    cr_assert_not(tcp_image_check(&one.ctx));
}

Test(cubic, delivers_everything_over_a_lossy_channel)
{
    struct tcp_pair *pair = malloc(sizeof *pair);
    const uint8_t all = CTX_FEATURE_TS | CTX_FEATURE_SACK | CTX_FEATURE_WS | CTX_FEATURE_MSS;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct pair_params params = {.seed = seed,
                                     .bytes = {60000, 60000},
                                     .loss_permille = 40,
                                     .dup_permille = 10,
                                     .reorder_permille = 50,
                                     .offered = {all, all},
                                     .rcv_ws = 2,
                                     .ring_log2 = 16,
                                     .mss = 1460,
                                     .congestion = CC_CUBIC,
                                     .ecn = seed % 2 == 0,
                                     .mark_permille = 30,
                                     .move_always = seed % 3 == 0};
        pair_init(pair, &params);
        pair_run(pair, 3000 * PS_PER_S);
        for (unsigned i = 0; i < 2; i++) {
            cr_assert_eq(pair->end[i].ctx.cc_alg, CC_CUBIC);
            cr_assert_eq(pair->end[i].received, 60000, "seed %lu", seed);
            cr_assert(pair->end[i].closed);
        }
    }
    free(pair);
}
