/* Tests ICMP errors and the limit R2 of one connection, in cases that no packet script covers. */
#include "models/tcp/seq.h"
#include "models/tcp/test/tcp_one.h"

#include <criterion/criterion.h>

static struct tcp_one one;

static void icmp(enum nic_notice notice, bool is_hard, uint32_t seq, uint32_t mtu)
{
    struct tcp_icmp error = {(uint8_t)notice, is_hard, seq, mtu};
    tcp_on_icmp(&one.ctx, &error, &one.result);
    cr_assert(tcp_is_sane(&one.ctx));
}

struct edge_row {
    char name[32];
    int32_t from_una; /* distance of the quoted sequence number from snd_una */
    bool believed;
};

/* RFC 5927 4.1: An ICMP error is believed only if it quotes data in flight. */
Test(tcp_icmp, only_what_quotes_data_in_flight_is_believed)
{
    static const struct edge_row rows[] = {{"before the first", -1, false},
                                           {"the first", 0, true},
                                           {"the last", 2499, true},
                                           {"the next", 2500, false}};
    one_establish(&one, 0);
    one_write(&one, 2500);
    (void)one_drain(&one);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t seq = one.ctx.snd_una + (uint32_t)rows[i].from_una;
        icmp(NIC_NOTICE_HOST_UNREACHABLE, false, seq, 0);
        cr_assert_eq(one.result.verdict == NIC_VERDICT_APPLIED, rows[i].believed, "%s",
                     rows[i].name);
        cr_assert_eq(one.result.notice != NIC_NOTICE_NONE, rows[i].believed, "%s", rows[i].name);
        cr_assert_eq(one.result.terminated, NIC_TERM_NONE);
    }
}

struct state_row {
    char name[32];
    enum tcp_state state;
    bool believed;
};

Test(tcp_icmp, states_without_anything_in_flight_ignore_it)
{
    static const struct state_row rows[] = {{"closed", TCP_CLOSED, false},
                                            {"listen", TCP_LISTEN, false},
                                            {"time wait", TCP_TIME_WAIT, false},
                                            {"close wait", TCP_CLOSE_WAIT, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        one_establish(&one, 0);
        one_write(&one, 1000);
        (void)one_drain(&one);
        one.ctx.tcp_state = (uint8_t)rows[i].state;
        struct tcp_icmp error = {NIC_NOTICE_PORT_UNREACHABLE, true, one.ctx.snd_una, 0};
        tcp_on_icmp(&one.ctx, &error, &one.result);
        cr_assert_eq(one.result.verdict == NIC_VERDICT_APPLIED, rows[i].believed, "%s",
                     rows[i].name);
        cr_assert_eq(one.ctx.tcp_state, rows[i].state);
    }
}

struct mtu_row {
    char name[40];
    uint8_t ip_version;
    uint32_t mtu;
    uint16_t mss; /* 0: unchanged */
};

/* The rules are those of RFC 1191 3 and 7.1 and of RFC 8201 4. The MSS is 1000 before the error. */
Test(tcp_icmp, the_mss_follows_the_path_down_and_never_up)
{
    static const struct mtu_row rows[] = {{"smaller", 4, 900, 860},
                                          {"equal", 4, 1040, 0},
                                          {"larger", 4, 1500, 0},
                                          {"not said: a plateau", 4, 0, 1006 - 40},
                                          {"absurd", 4, 1, 48},
                                          {"the least of IPv4", 4, 68, 48},
                                          {"below the least of IPv6", 6, 900, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        one_establish(&one, 0);
        one.ctx.ip_version = rows[i].ip_version;
        one_write(&one, 2500);
        (void)one_drain(&one);
        uint32_t cwnd = one.ctx.cwnd;
        icmp(NIC_NOTICE_PATH_MTU, false, one.ctx.snd_una, rows[i].mtu);
        cr_assert_eq(one.ctx.mss, rows[i].mss ? rows[i].mss : ONE_MSS, "%s", rows[i].name);
        cr_assert_eq(one.ctx.cwnd, cwnd, "RFC 1191 6.5: %s", rows[i].name);
        cr_assert_eq(one.ctx.snd_nxt == one.ctx.snd_una, rows[i].mss != 0, "%s", rows[i].name);
        cr_assert_eq(one.result.reason, rows[i].mss ? DROP_NONE : DROP_ICMP_STALE);
    }
}

/* Data that the peer has reported by SACK is not sent again, but the FIN is. */
Test(tcp_icmp, what_goes_again_spares_what_has_arrived_and_ends_with_the_fin)
{
    one_establish(&one, CTX_FEATURE_SACK);
    one_write(&one, 3000);
    one_close(&one);
    cr_assert_eq(one_drain(&one), 3);
    one.seg.options = TCP_HAS_SACK;
    one.seg.sack_count = 1;
    one.seg.sack[0][0] = ONE_ISS + 1 + 1000;
    one.seg.sack[0][1] = ONE_ISS + 1 + 2000;
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 1, TCP_ACK, 0);
    icmp(NIC_NOTICE_PATH_MTU, false, one.ctx.snd_una, 640);
    const uint32_t first[] = {1, 601, 2001, 2601}, len[] = {600, 400, 600, 400};
    for (int i = 0; i < 4; i++) {
        const struct tcp_tx *tx = one_out(&one);
        cr_assert_eq(tx->seq - ONE_ISS, first[i]);
        cr_assert_eq(tx->len, len[i]);
        cr_assert_eq((tx->flags & TCP_FIN) != 0, i == 3);
    }
    one_quiet(&one);
}

/* RFC 5482: The user timeout is a time, and probes of a closed window count like
 * retransmissions. */
Test(tcp_icmp, user_timeout_ends_unanswered_window_probes)
{
    one_establish(&one, 0);
    one.ctx.user_timeout = 20; /* 2 s */
    one.seg.window = 0;
    one_feed(&one, ONE_IRS + 1, ONE_ISS + 1, TCP_ACK, 0);
    one_write(&one, 100);
    (void)one_drain(&one);
    uint32_t waited = 0;
    while (one.ctx.tcp_state == TCP_ESTABLISHED && waited < 10000000) {
        uint32_t us = tcp_deadline_us(&one.ctx, one.now);
        waited += us;
        one_wait(&one, us);
        if (one.ctx.tcp_state == TCP_ESTABLISHED)
            (void)one_drain(&one);
    }
    cr_assert_eq(one.result.terminated, NIC_TERM_RTX_EXHAUSTED);
    cr_assert_eq(waited, 2000000);
}

Test(tcp_icmp, notice_of_retransmissions_can_be_switched_off)
{
    for (int on = 0; on < 2; on++) {
        one_establish(&one, 0);
        one.params.rexmt_notice = on ? 2 : 0;
        one_write(&one, 100);
        unsigned notices = 0;
        for (int i = 0; i < 5; i++) {
            (void)one_drain(&one);
            one_wait(&one, tcp_deadline_us(&one.ctx, one.now));
            notices += one.result.notice == NIC_NOTICE_RETRANSMITTING;
        }
        cr_assert_eq(notices, on);
    }
}
