/* Tests models/tcp/rebuild/tcp_rebuild.c: contexts made from what the host knows of a connection whose NIC is dead. */
#include "models/tcp/rebuild/tcp_rebuild.h"

#include "models/tcp/tcp.h"
#include "models/tcp/tcp_params.h"

#include <criterion/criterion.h>

enum { UNA = 5000, TOLD = 6000, NXT = 9000, RING_LOG2 = 14, MSS = 1460 };

static struct tcp_params params;
static struct conn_ctx ctx;
static const struct tcp_now now = {.us = 1000000, .ms = 1000};

static void setup(void)
{
    tcp_params_default(&params);
    ctx = (struct conn_ctx){.ip_version = 4,
                            .tx_ring_log2 = RING_LOG2,
                            .rx_ring_log2 = RING_LOG2,
                            .adv_mss = MSS,
                            .offered = CTX_FEATURE_WS | CTX_FEATURE_TS};
}

TestSuite(tcp_rebuild, .init = setup);

static struct tcp_known known_in(uint8_t tcp_state)
{
    return (struct tcp_known){.tcp_state = tcp_state,
                              .features = CTX_FEATURE_WS,
                              .mss = MSS,
                              .rcv_ws = 2,
                              .snd_una = UNA,
                              .snd_wnd = 30000,
                              .tx_told = TOLD,
                              .rcv_nxt = NXT,
                              .rx_told = NXT - 100};
}

Test(tcp_rebuild, sends_everything_in_doubt_again)
{
    struct tcp_known known = known_in(TCP_ESTABLISHED);
    struct tcp_tx tx;
    tcp_rebuild(&ctx, &known, &params, now);
    cr_assert(tcp_output(&ctx, &params, now, &tx));
    cr_assert_eq(tx.seq, UNA);
    cr_assert_eq(tx.len, TOLD - UNA);
    cr_assert(tx.retransmission);
    cr_assert_eq(tx.ack, NXT);
    cr_assert_eq(ctx.rto, params.rto_initial_us);
    cr_assert_eq(ctx.adv_mss, MSS, "the constant line stays");
}

Test(tcp_rebuild, acknowledges_at_once_if_there_is_nothing_to_send)
{
    struct tcp_known known = known_in(TCP_ESTABLISHED);
    struct tcp_tx tx;
    known.snd_una = TOLD;
    tcp_rebuild(&ctx, &known, &params, now);
    cr_assert_eq(ctx.recovery, CTX_RECOVERY_NONE);
    cr_assert(tcp_output(&ctx, &params, now, &tx));
    cr_assert_eq(tx.seq, TOLD);
    cr_assert_eq(tx.len, 0);
    cr_assert_eq(tx.ack, NXT);
    cr_assert_not(tcp_output(&ctx, &params, now, &tx));
}

/* A window must not shrink, so the edge is the highest that can have been advertised. */
Test(tcp_rebuild, keeps_the_right_edge)
{
    struct tcp_known known = known_in(TCP_ESTABLISHED);
    struct tcp_tx tx;
    tcp_rebuild(&ctx, &known, &params, now);
    cr_assert(tcp_output(&ctx, &params, now, &tx));
    uint32_t edge = tx.ack + ((uint32_t)tx.window << 2);
    cr_assert_leq(edge, known.rx_told + (1u << RING_LOG2));
    cr_assert_gt(edge + (1u << 2), known.rx_told + (1u << RING_LOG2), "rounded down by the scale");
}

struct state_row {
    uint8_t before, after;
    bool fin_told, fin_sent;
};

Test(tcp_rebuild, counts_a_fin_as_sent_if_the_place_was_told_of_it)
{
    static const struct state_row rows[] = {
        {TCP_ESTABLISHED, TCP_ESTABLISHED, false, false},
        {TCP_ESTABLISHED, TCP_FIN_WAIT_1, true, true},
        {TCP_CLOSE_WAIT, TCP_CLOSE_WAIT, false, false},
        {TCP_CLOSE_WAIT, TCP_LAST_ACK, true, true},
        {TCP_FIN_WAIT_1, TCP_FIN_WAIT_1, true, true},
        {TCP_FIN_WAIT_2, TCP_FIN_WAIT_2, true, true},
        {TCP_CLOSING, TCP_CLOSING, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tcp_known known = known_in(rows[i].before);
        known.fin_told = rows[i].fin_told;
        known.peer_fin = rows[i].before == TCP_CLOSE_WAIT || rows[i].before == TCP_CLOSING;
        tcp_rebuild(&ctx, &known, &params, now);
        cr_assert_eq(ctx.tcp_state, rows[i].after, "row %zu", i);
        cr_assert_eq(ctx.snd_max, TOLD + rows[i].fin_sent, "row %zu", i);
        cr_assert_eq((ctx.flags & CTX_FLAG_PEER_FIN) != 0, known.peer_fin, "row %zu", i);
        cr_assert_eq(ctx.snd_una, rows[i].before == TCP_FIN_WAIT_2 ? TOLD + 1 : UNA, "row %zu", i);
        cr_assert(tcp_is_sane(&ctx), "row %zu", i);
    }
}

Test(tcp_rebuild, repeats_the_syn_ack)
{
    struct tcp_known known = known_in(TCP_SYN_RCVD);
    struct tcp_tx tx;
    known.tx_told = UNA + 1;
    known.rx_told = NXT;
    tcp_rebuild(&ctx, &known, &params, now);
    cr_assert(tcp_output(&ctx, &params, now, &tx));
    cr_assert_eq(tx.flags & (TCP_SYN | TCP_ACK), TCP_SYN | TCP_ACK);
    cr_assert_eq(tx.seq, UNA);
    cr_assert_eq(tx.ack, NXT);
}

Test(tcp_rebuild, refuses_what_no_connection_can_have)
{
    struct tcp_known good = known_in(TCP_ESTABLISHED);
    cr_assert(tcp_can_rebuild(&good));
    struct tcp_known bad[] = {good, good, good, good, good, good};
    bad[0].tcp_state = TCP_TIME_WAIT;
    bad[1].tcp_state = TCP_SYN_SENT;
    bad[2].mss = 0;
    bad[3].rcv_ws = 15;
    bad[4].rx_told = NXT + 1;
    bad[5].snd_una = TOLD + 1;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(tcp_can_rebuild(&bad[i]), "row %zu", i);
}
