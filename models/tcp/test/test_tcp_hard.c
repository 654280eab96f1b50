/* Tests models/tcp/rebuild/tcp_hard.c: images of the hard subset (docs/hwif.md, section 9). */
#include "models/tcp/rebuild/tcp_hard.h"

#include "models/tcp/cc/cc.h"
#include "models/tcp/rebuild/tcp_rebuild.h"
#include "models/tcp/tcp.h"
#include "models/tcp/tcp_image.h"
#include "models/tcp/tcp_params.h"

#include <criterion/criterion.h>
#include <string.h>

enum { UNA = 5000, TOLD = 9000, NXT = 70000, MSS = 1460 };

static struct tcp_params params;
static struct conn_ctx ctx;
static const struct tcp_now now = {.us = 5000000, .ms = 5000};

static void begin(uint8_t tcp_state)
{
    struct tcp_known known = {.tcp_state = tcp_state,
                              .features = CTX_FEATURE_SACK,
                              .mss = MSS,
                              .snd_una = UNA,
                              .snd_wnd = 30000,
                              .tx_told = TOLD,
                              .rcv_nxt = NXT,
                              .rx_told = NXT};
    tcp_params_default(&params);
    ctx =
        (struct conn_ctx){.ip_version = 4, .tx_ring_log2 = 16, .rx_ring_log2 = 16, .adv_mss = MSS};
    tcp_rebuild(&ctx, &known, &params, now);
}

/* Sends what the window allows, so that data is in flight and timed. */
static void send_all(void)
{
    struct tcp_tx tx;
    while (tcp_output(&ctx, &params, now, &tx))
        ;
}

/* Moves the context by an image of the hard subset, as two NICs do. */
static void move(void)
{
    tcp_image_from_live(&ctx, now);
    tcp_image_harden(&ctx);
    cr_assert(tcp_image_check(&ctx));
    for (size_t i = 2 * CTX_LINE_BYTES; i < CTX_CONST_LINE * (size_t)CTX_LINE_BYTES; i++)
        cr_assert_eq(((const uint8_t *)&ctx)[i], 0, "byte %zu", i);
    tcp_image_complete(&ctx, &params);
    cr_assert(tcp_image_check(&ctx));
    tcp_live_from_image(&ctx, now);
    cr_assert(tcp_is_sane(&ctx));
}

Test(tcp_hard, data_in_flight_is_timed_by_the_initial_rto)
{
    begin(TCP_ESTABLISHED);
    send_all();
    ctx.srtt = 8 * 300;
    ctx.rto = 200000;
    struct conn_ctx before = ctx;
    move();
    cr_assert_eq(ctx.srtt, 0);
    cr_assert_eq(ctx.rto, params.rto_initial_us);
    cr_assert_eq(tcp_deadline_us(&ctx, now), params.rto_initial_us);
    cr_assert_eq(ctx.snd_una, before.snd_una);
    cr_assert_eq(ctx.snd_nxt, before.snd_nxt);
    cr_assert_eq(ctx.snd_max, before.snd_max);
    cr_assert_eq(ctx.cwnd, before.cwnd, "it is in line 1");
    cr_assert_eq(ctx.ssthresh, before.ssthresh);
}

Test(tcp_hard, segments_beyond_a_hole_count_as_not_received)
{
    begin(TCP_ESTABLISHED);
    send_all();
    ctx.ooo[0] = NXT + 1000;
    ctx.ooo[1] = NXT + 2000;
    ctx.flags |= CTX_FLAG_OOO_FIN;
    ctx.fin_seq = NXT + 2000;
    move();
    cr_assert_eq(ctx.ooo[0], ctx.ooo[1]);
    cr_assert_not(ctx.flags & CTX_FLAG_OOO_FIN);
    cr_assert_eq(ctx.rcv_nxt, NXT);
}

Test(tcp_hard, an_acknowledgment_is_owed)
{
    struct tcp_tx tx;
    begin(TCP_ESTABLISHED);
    send_all();
    move();
    cr_assert(tcp_output(&ctx, &params, now, &tx));
    cr_assert_eq(tx.len, 0);
    cr_assert_eq(tx.ack, NXT);
}

/* The peer has everything before `ack`, not the segment there, and so many segments behind that. */
static void report_hole(uint32_t ack, uint32_t segments)
{
    struct tcp_result result;
    struct tcp_segment seg = {.seq = NXT,
                              .ack = ack,
                              .flags = TCP_ACK,
                              .window = 30000,
                              .options = TCP_HAS_SACK,
                              .sack_count = 1,
                              .sack = {{ack + MSS, ack + MSS + segments * MSS}}};
    tcp_input(&ctx, &seg, &params, now, &result);
}

/* The new place knows no recovery, and learns of the same hole anew. RecoveryPoint, which is in line 1, says that it is of a
 * window for which the old place has cut already (RFC 6675 5). */
Test(tcp_hard, the_losses_of_one_window_cut_once)
{
    begin(TCP_ESTABLISHED);
    ctx.snd_wnd = 30000;
    tcp_on_app_write(&ctx, UNA + 20 * MSS);
    ctx.cwnd = 20 * MSS;
    ctx.recovery = CTX_RECOVERY_NONE; /* the rebuild is over */
    ctx.recover = UNA - 1;
    send_all();
    for (uint32_t i = 1; i <= 4; i++)
        report_hole(UNA, i);
    cr_assert_eq(ctx.recovery, CTX_RECOVERY_FAST);
    uint32_t ssthresh = ctx.ssthresh;
    send_all();
    move();
    for (uint32_t i = 1; i <= 4; i++)
        report_hole(UNA + 8 * MSS, i);
    cr_assert_eq(ctx.recovery, CTX_RECOVERY_FAST, "it repairs the rest");
    cr_assert_eq(ctx.ssthresh, ssthresh);
}

Test(tcp_hard, fin_wait_2_ends_in_time)
{
    begin(TCP_FIN_WAIT_2);
    send_all();
    move();
    cr_assert(ctx.timers & CTX_TIMER_WAIT);
    cr_assert_eq(tcp_deadline_us(&ctx, now), params.fin_wait_2_us);
}
