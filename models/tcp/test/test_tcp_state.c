/* Tests opening, closing, resets and SYNs in every state (RFC 9293 3.6 and 3.10.7, RFC 5961, RFC
 * 6191). */
#include "models/tcp/test/tcp_one.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { S = ONE_ISS + 1, R = ONE_IRS + 1, M = ONE_MSS };

enum { ALL = CTX_FEATURE_TS | CTX_FEATURE_SACK | CTX_FEATURE_WS | CTX_FEATURE_MSS };

Test(handshake, syn_ack_carries_what_both_offer)
{
    struct tcp_one one;
    one_listen(&one, ALL);
    one.ctx.rcv_ws = 3;
    one.seg.options = TCP_HAS_MSS | TCP_HAS_WS | TCP_HAS_TS;
    one.seg.ws = 5;
    one.seg.mss = 900;
    one.seg.tsval = 77;
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->seq == ONE_ISS && tx->ack == R && tx->flags == (TCP_SYN | TCP_ACK));
    cr_assert_eq(tx->window, 65536 - 65536 / 16); /* unscaled on a SYN */
    const uint8_t mss[] = {2, 4, ONE_MSS >> 8, ONE_MSS & 0xff};
    cr_assert_arr_eq(tx->options, mss, sizeof mss);
    cr_assert_eq(tx->options_len, 4 + 12 + 4);
    cr_assert_eq(tx->options[19], 3);
    cr_assert_eq(one.ctx.mss, 900);
    cr_assert_eq(one.ctx.features, CTX_FEATURE_TS | CTX_FEATURE_WS);
    cr_assert_eq(one.ctx.snd_ws, 5);
}

Test(handshake, no_mss_option_means_the_default)
{
    struct tcp_one one; /* RFC 9293 MUST-15 */
    one_listen(&one, 0);
    one.seg.options = 0;
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    cr_assert_eq(one.ctx.mss, 536);
    cr_assert_eq(one_out(&one)->options_len, 0);
    one_listen(&one, 0);
    one.ctx.ip_version = 6;
    one.ctx.adv_mss = 1440;
    one.seg.options = 0;
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    cr_assert_eq(one.ctx.mss, 1220);
}

Test(handshake, mss_never_exceeds_what_the_port_takes)
{
    struct tcp_one one;
    one_listen(&one, 0);
    one.ctx.ip_version = 6;
    one.ctx.adv_mss = 1460;
    one.seg.mss = 8940;
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    cr_assert_eq(one.ctx.mss, 1440);
    one_listen(&one, 0);
    one.ctx.adv_mss = 1460;
    one.seg.mss = 8960;
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    cr_assert_eq(one.ctx.mss, 1460);
    one_listen(&one, 0);
    one.seg.mss = 1460;
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    cr_assert_eq(one.ctx.mss, ONE_MSS, "nor the application's own limit");
}

Test(handshake, payload_of_a_syn_is_left_to_the_peer_to_repeat)
{
    struct tcp_one one;
    one_listen(&one, 0);
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 50);
    cr_assert_eq(one.result.payload_len, 0);
    cr_assert_eq(one_out(&one)->ack, R);
}

Test(handshake, data_and_fin_with_the_last_ack_are_taken)
{
    struct tcp_one one;
    one_listen(&one, 0);
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    one_out(&one);
    one_feed(&one, R, S, TCP_ACK | TCP_FIN, 50);
    cr_assert(one.result.established && one.result.peer_fin);
    cr_assert_eq(one.result.payload_len, 50);
    cr_assert_eq(one.ctx.tcp_state, TCP_CLOSE_WAIT);
    cr_assert_eq(one_out(&one)->ack, R + 51);
}

Test(handshake, a_repeated_syn_gets_the_same_syn_ack)
{
    struct tcp_one one;
    one_listen(&one, 0);
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    one_out(&one);
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->seq == ONE_ISS && tx->flags == (TCP_SYN | TCP_ACK) && tx->retransmission);
    one_quiet(&one);
}

Test(handshake, a_wrong_ack_is_answered_with_its_own_number)
{
    struct tcp_one one;
    one_listen(&one, 0);
    one_feed(&one, ONE_IRS, 0, TCP_SYN, 0);
    one_out(&one);
    one_feed(&one, R, S + 5, TCP_ACK, 0);
    cr_assert(one.result.reset_for_segment);
    struct tcp_segment seg = {.flags = TCP_ACK, .ack = S + 5};
    struct tcp_tx tx;
    cr_assert(tcp_build_reset_for(&seg, &tx));
    cr_assert(tx.seq == S + 5 && tx.flags == TCP_RST);
    seg = (struct tcp_segment){.flags = TCP_SYN, .seq = 9, .payload_len = 3};
    cr_assert(tcp_build_reset_for(&seg, &tx));
    cr_assert(tx.seq == 0 && tx.ack == 13 && tx.flags == (TCP_RST | TCP_ACK));
    seg.flags = TCP_RST;
    cr_assert_not(tcp_build_reset_for(&seg, &tx));
}

Test(handshake, active_open_and_its_refusal)
{
    struct tcp_one one;
    one_listen(&one, ALL);
    tcp_open_active(&one.ctx, ONE_ISS, &one.params, one.now);
    cr_assert_eq(one_out(&one)->flags, TCP_SYN);
    one_feed(&one, 0, S + 9, TCP_RST | TCP_ACK, 0);
    cr_assert_eq(one.result.reason, DROP_TCP_BAD_ACK);
    cr_assert_not(one.result.reset_for_segment);
    one_feed(&one, 0, S, TCP_RST | TCP_ACK, 0);
    cr_assert_eq(one.result.terminated, NIC_TERM_REMOTE_RESET);
}

/* --- states --- */

/* Brings a fresh connection to `state`. */
static void reach(struct tcp_one *one, enum tcp_state state)
{
    one_establish(one, 0);
    bool peer_first = state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK;
    if (peer_first)
        one_feed(one, R, S, TCP_ACK | TCP_FIN, 0);
    if (state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT)
        one_close(one);
    one_drain(one);
    if (state == TCP_FIN_WAIT_2 || state == TCP_TIME_WAIT)
        one_feed(one, R, S + 1, TCP_ACK, 0);
    if (state == TCP_CLOSING)
        one_feed(one, R, S, TCP_ACK | TCP_FIN, 0);
    if (state == TCP_TIME_WAIT)
        one_feed(one, R, S + 1, TCP_ACK | TCP_FIN, 0);
    one_drain(one);
    cr_assert_eq(one->ctx.tcp_state, state);
}

struct state_row {
    char name[48];
    enum tcp_state from;
    enum tcp_state on_fin, on_fin_acked;
    enum tcp_state on_reset;
    bool reset_terminates; /* otherwise the end is orderly */
};

/* CLOSED in on_fin or on_fin_acked means that the event cannot happen in that state. */
static struct state_row rows[] = {
    {"ESTABLISHED", TCP_ESTABLISHED, TCP_CLOSE_WAIT, TCP_CLOSED, TCP_CLOSED, true},
    {"FIN_WAIT_1", TCP_FIN_WAIT_1, TCP_CLOSING, TCP_FIN_WAIT_2, TCP_CLOSED, true},
    {"FIN_WAIT_2", TCP_FIN_WAIT_2, TCP_TIME_WAIT, TCP_CLOSED, TCP_CLOSED, true},
    {"CLOSE_WAIT", TCP_CLOSE_WAIT, TCP_CLOSED, TCP_CLOSED, TCP_CLOSED, true},
    {"CLOSING", TCP_CLOSING, TCP_CLOSED, TCP_TIME_WAIT, TCP_CLOSED, false},
    {"LAST_ACK", TCP_LAST_ACK, TCP_CLOSED, TCP_CLOSED, TCP_CLOSED, false},
    {"TIME_WAIT", TCP_TIME_WAIT, TCP_CLOSED, TCP_CLOSED, TCP_CLOSED, false},
};

ParameterizedTestParameters(state, follows_the_diagram)
{
    return cr_make_param_array(struct state_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct state_row *row, state, follows_the_diagram)
{
    struct tcp_one one;
    reach(&one, row->from);
    if (row->on_fin != TCP_CLOSED) {
        one_feed(&one, one.ctx.rcv_nxt, one.ctx.snd_una, TCP_ACK | TCP_FIN, 10);
        cr_assert_eq(one.ctx.tcp_state, row->on_fin, "%s: FIN", row->name);
        cr_assert(one.result.peer_fin);
        cr_assert_eq(one.result.payload_len, 10);
        cr_assert_eq(one_out(&one)->ack, R + 11);
        cr_assert_eq(one.result.closed, row->on_fin == TCP_TIME_WAIT);
    }
    if (row->on_fin_acked != TCP_CLOSED) {
        reach(&one, row->from);
        one_feed(&one, one.ctx.rcv_nxt, S + 1, TCP_ACK, 0);
        cr_assert_eq(one.ctx.tcp_state, row->on_fin_acked, "%s: ACK of FIN", row->name);
    }
    reach(&one, row->from); /* RFC 5961 3.2: the sequence number is exact */
    one_feed(&one, one.ctx.rcv_nxt, 0, TCP_RST, 0);
    cr_assert_eq(one.ctx.tcp_state, row->on_reset, "%s: RST", row->name);
    cr_assert_eq(one.result.terminated, row->reset_terminates ? NIC_TERM_REMOTE_RESET : 0);
    cr_assert_eq(one.result.closed, !row->reset_terminates);
    if (row->from == TCP_TIME_WAIT)
        return;
    reach(&one, row->from); /* the sequence number is in the window */
    one_feed(&one, one.ctx.rcv_nxt + 1, 0, TCP_RST, 0);
    cr_assert_eq(one.ctx.tcp_state, row->from, "%s: RST beside", row->name);
    cr_assert_eq(one.result.reason, DROP_TCP_CHALLENGED);
    cr_assert_eq(one_out(&one)->flags, TCP_ACK);
    one_feed(&one, one.ctx.rcv_nxt - 1, 0, TCP_RST, 0); /* outside the window */
    cr_assert_eq(one.result.reason, DROP_TCP_OUT_OF_WINDOW);
    one_quiet(&one);
    one_feed(&one, one.ctx.rcv_nxt + 100, 0, TCP_SYN, 0); /* RFC 5961 4.2 */
    cr_assert_eq(one.result.reason, DROP_TCP_CHALLENGED);
    cr_assert_eq(one.ctx.tcp_state, row->from);
    cr_assert_eq(one_out(&one)->ack, one.ctx.rcv_nxt);
    one_feed(&one, one.ctx.rcv_nxt, 0, 0, 10);
    cr_assert_eq(one.result.reason, DROP_TCP_NO_ACK);
}

Test(state, last_ack_ends_orderly)
{
    struct tcp_one one;
    reach(&one, TCP_LAST_ACK);
    one_feed(&one, R + 1, S + 1, TCP_ACK, 0);
    cr_assert(one.result.closed && !one.result.terminated);
    cr_assert_eq(one.ctx.tcp_state, TCP_CLOSED);
    one_quiet(&one);
}

Test(state, half_close_goes_on_receiving)
{
    struct tcp_one one;
    reach(&one, TCP_FIN_WAIT_2);
    for (uint32_t i = 0; i < 4; i++) {
        one_wait(&one, 40000000); /* each segment restarts the FIN_WAIT_2 timer */
        one_feed(&one, R + 100 * i, S + 1, TCP_ACK, 100);
        cr_assert_eq(one.result.payload_len, 100);
        one_drain(&one);
    }
    one_wait(&one, 60000000);
    cr_assert(one.result.closed && one.ctx.tcp_state == TCP_CLOSED);
}

Test(state, our_fin_follows_the_last_byte_and_is_sent_again)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, M + 10);
    one_close(&one);
    one_close(&one);
    one_write(&one, 50); /* too late, after the close */
    cr_assert_eq(one_out(&one)->flags, TCP_ACK);
    const struct tcp_tx *tx = one_out(&one);
    cr_assert(tx->len == 10 && tx->flags == (TCP_ACK | TCP_FIN | TCP_PSH));
    one_quiet(&one);
    one_feed(&one, R, S + M, TCP_ACK, 0);
    one_wait(&one, one.ctx.rto);
    tx = one_out(&one);
    cr_assert(tx->len == 10 && (tx->flags & TCP_FIN) && tx->retransmission);
    one_feed(&one, R, S + M + 11, TCP_ACK, 0);
    cr_assert_eq(one.ctx.tcp_state, TCP_FIN_WAIT_2);
}

Test(state, a_fin_beyond_a_hole_is_remembered)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_feed(&one, R + 100, S, TCP_ACK | TCP_FIN, 50);
    cr_assert_not(one.result.peer_fin);
    cr_assert_eq(one_out(&one)->ack, R);
    one_feed(&one, R, S, TCP_ACK, 100);
    cr_assert(one.result.peer_fin);
    cr_assert_eq(one.ctx.tcp_state, TCP_CLOSE_WAIT);
    cr_assert_eq(one_out(&one)->ack, R + 151);
    one_establish(&one, 0);
    one_feed(&one, R + 100, S, TCP_ACK | TCP_FIN, 0); /* a FIN without data */
    one_feed(&one, R, S, TCP_ACK, 100);
    cr_assert(one.result.peer_fin);
}

Test(state, data_after_the_peers_fin_is_refused)
{
    struct tcp_one one;
    reach(&one, TCP_CLOSE_WAIT);
    one_feed(&one, R + 1, S, TCP_ACK, 10);
    cr_assert_eq(one.result.reason, DROP_TCP_AFTER_CLOSE);
    cr_assert_eq(one.ctx.rcv_nxt, R + 1);
}

Test(time_wait, answers_a_repeated_fin_and_ends_after_two_msl)
{
    struct tcp_one one;
    reach(&one, TCP_TIME_WAIT);
    one_wait(&one, 59000000);
    one_feed(&one, R, S + 1, TCP_ACK | TCP_FIN, 0);
    cr_assert_eq(one.result.reason, DROP_TIME_WAIT);
    cr_assert_eq(one_out(&one)->ack, R + 1);
    one_wait(&one, 59000000);
    cr_assert_not(one.result.closed);
    one_wait(&one, 1000000);
    cr_assert(one.result.closed && one.ctx.tcp_state == TCP_CLOSED);
}

Test(time_wait, says_when_a_syn_may_reuse_it)
{
    struct tcp_one one; /* RFC 6191 */
    reach(&one, TCP_TIME_WAIT);
    one_feed(&one, R + 2, 0, TCP_SYN, 0);
    cr_assert(one.result.reusable);
    one_feed(&one, R - 10, 0, TCP_SYN, 0);
    cr_assert_not(one.result.reusable);
    cr_assert_eq(one_out(&one)->ack, R + 1);
    one.ctx.features = CTX_FEATURE_TS;
    one.ctx.ts_recent = 500;
    one.seg.options = TCP_HAS_TS;
    one.seg.tsval = 501;
    one_feed(&one, R - 10, 0, TCP_SYN, 0);
    cr_assert(one.result.reusable);
    one.seg.tsval = 499;
    one_feed(&one, R + 10, 0, TCP_SYN, 0);
    cr_assert_not(one.result.reusable);
}

Test(challenge, no_more_than_the_period_allows)
{
    struct tcp_one one; /* RFC 5961 10 */
    one_establish(&one, 0);
    unsigned answered = 0;
    for (int i = 0; i < 30; i++) {
        one_feed(&one, R + 10, 0, TCP_SYN, 0);
        answered += one_drain(&one);
    }
    cr_assert_eq(answered, one.params.challenge_max);
    one_wait(&one, one.params.challenge_period_us + 200000);
    one_feed(&one, R + 10, 0, TCP_SYN, 0);
    cr_assert_eq(one_drain(&one), 1);
}

/* Returns how many challenge ACKs twenty connections send in one second, with five reasons each. */
static unsigned challenges_of(struct tcp_challenges *all, uint32_t ms)
{
    unsigned sent = 0;
    for (int i = 0; i < 20; i++) {
        struct tcp_one one;
        one_establish(&one, 0);
        one.params.challenges = all;
        one_wait(&one, ms * 1000 - one.now.us);
        for (int j = 0; j < 5; j++) {
            one_feed(&one, R + 10, 0, TCP_SYN, 0);
            sent += one_drain(&one);
        }
    }
    return sent;
}

Test(challenge, all_connections_share_what_a_second_allows)
{
    struct tcp_challenges all = {.rate = 40, .key = 1};
    unsigned first = challenges_of(&all, 5000), second = challenges_of(&all, 6000);
    cr_assert(first >= 20 && first < 60, "%u", first);
    cr_assert(second >= 20 && second < 60, "%u", second);
    cr_assert_eq(all.refused, 200 - first - second);
    struct tcp_challenges other = {.rate = 40, .key = 2};
    cr_assert_neq(first, challenges_of(&other, 5000), "nobody knows the number without the key");
    struct tcp_challenges none = {.rate = 0};
    cr_assert_eq(challenges_of(&none, 5000), 100);
}

Test(reset, ours_carries_the_next_number)
{
    struct tcp_one one;
    one_establish(&one, 0);
    one_write(&one, 10);
    one_drain(&one);
    struct tcp_tx tx;
    tcp_build_reset(&one.ctx, one.now, &tx);
    cr_assert(tx.seq == S + 10 && tx.ack == R && tx.flags == (TCP_RST | TCP_ACK));
}
