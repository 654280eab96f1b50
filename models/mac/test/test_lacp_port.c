/* Tests models/mac/lacp/lacp_port.c with two ports of one link, on which LACPDUs are delayed or lost. */
#include "models/mac/lacp/lacp_port.h"

#include "models/base/rng.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { IN_FLIGHT = 16 };

#define DELAY_PS (100 * PS_PER_US)

/* The LACPDUs that are on their way to one port. */
struct way {
    struct lacp_pdu pdus[IN_FLIGHT];
    uint64_t due_ps[IN_FLIGHT];
    size_t count;
    bool is_cut; /* LACPDUs that are sent now get lost */
    uint64_t sent;
    uint64_t sent_ps[4]; /* times of the last ones, oldest first */
};

static struct {
    struct lacp_port_machine port[2];
    struct way to[2];
    uint64_t now_ps;
} net;

static struct lacp_port identity(uint8_t number)
{
    return (struct lacp_port){.system_priority = 0x8000,
                              .system = {2, 0, 0, 0, 0, number},
                              .key = 1,
                              .port_priority = 0x80,
                              .port = number};
}

static void open_link(enum lacp_period period, bool agreed)
{
    memset(&net, 0, sizeof net);
    for (uint8_t i = 0; i < 2; i++) {
        struct lacp_port id = identity((uint8_t)(i + 1));
        lacp_port_begin(&net.port[i], &id, period, 0);
    }
    if (agreed)
        lacp_port_begin_agreed(&net.port[0], &net.port[1], 0);
}

static void post(int from)
{
    struct way *way = &net.to[1 - from];
    struct lacp_pdu pdu;
    while (lacp_port_take_pdu(&net.port[from], &pdu, net.now_ps)) {
        /* A port sends at most three LACPDUs in a second (IEEE 802.1AX 6.4.16). */
        cr_assert(way->sent < 3 || net.now_ps - way->sent_ps[1] >= LACP_FAST_PS);
        memmove(way->sent_ps, way->sent_ps + 1, sizeof way->sent_ps - sizeof way->sent_ps[0]);
        way->sent_ps[3] = net.now_ps;
        way->sent++;
        if (way->is_cut)
            continue;
        cr_assert_lt(way->count, IN_FLIGHT);
        way->pdus[way->count] = pdu;
        way->due_ps[way->count++] = net.now_ps + DELAY_PS;
    }
}

static void deliver(int to)
{
    struct way *way = &net.to[to];
    while (way->count && way->due_ps[0] <= net.now_ps) {
        struct lacp_pdu pdu = way->pdus[0];
        way->count--;
        memmove(way->pdus, way->pdus + 1, way->count * sizeof *way->pdus);
        memmove(way->due_ps, way->due_ps + 1, way->count * sizeof *way->due_ps);
        lacp_port_hear(&net.port[to], &pdu, net.now_ps);
    }
}

static void run_to(uint64_t until_ps)
{
    for (;;) {
        for (int i = 0; i < 2; i++)
            post(i);
        uint64_t next = TIME_NEVER;
        for (int i = 0; i < 2; i++) {
            next = u64_min(next, lacp_port_next_ps(&net.port[i]));
            if (net.to[i].count)
                next = u64_min(next, net.to[i].due_ps[0]);
        }
        if (next > until_ps)
            break;
        cr_assert_geq(next, net.now_ps);
        net.now_ps = next;
        for (int i = 0; i < 2; i++) {
            deliver(i);
            lacp_port_run(&net.port[i], net.now_ps);
        }
    }
    net.now_ps = until_ps;
}

static bool both_distribute(void)
{
    return lacp_port_is_distributing(&net.port[0]) && lacp_port_is_distributing(&net.port[1]);
}

static void set_carrier(bool up)
{
    for (int i = 0; i < 2; i++) {
        lacp_port_set_carrier(&net.port[i], up, net.now_ps);
        net.to[i].count = 0;
    }
}

Test(lacp_port, two_ports_agree_after_the_wait_for_others)
{
    open_link(LACP_FAST, false);
    run_to(LACP_AGGREGATE_WAIT_PS);
    cr_assert(!both_distribute());
    run_to(LACP_AGGREGATE_WAIT_PS + LACP_FAST_PS + PS_PER_MS);
    cr_assert(both_distribute());
    /* The bits are activity, short timeout, aggregation, synchronization, collecting and distributing. */
    cr_assert_eq(net.port[0].actor.state, 0x3f);
    cr_assert_eq(memcmp(&net.port[0].partner, &net.port[1].actor, sizeof net.port[0].partner), 0);
}

Test(lacp_port, ports_that_have_agreed_stay_so_and_send_once_per_period)
{
    for (int slow = 0; slow < 2; slow++) {
        open_link(slow ? LACP_SLOW : LACP_FAST, true);
        uint64_t period = slow ? LACP_SLOW_PS : LACP_FAST_PS;
        run_to(100 * period + DELAY_PS);
        cr_assert(both_distribute());
        cr_assert_eq(net.to[0].sent, 100);
        cr_assert_eq(net.to[1].sent, 100);
    }
}

struct silence_row {
    char name[32];
    enum lacp_period period;
    uint64_t from_s, to_s; /* time after the last LACPDU that arrived */
};

static struct silence_row silence_rows[] = {
    {"fast", LACP_FAST, 2, 3},
    {"slow", LACP_SLOW, 60, 90},
};

ParameterizedTestParameters(lacp_port, a_silent_partner_expires_after_three_periods)
{
    return cr_make_param_array(struct silence_row, silence_rows,
                               sizeof silence_rows / sizeof *silence_rows);
}

/* Only one direction fails. Port 0 must stop because it receives nothing, and port 1 because port 0 tells it. */
ParameterizedTest(struct silence_row *row, lacp_port, a_silent_partner_expires_after_three_periods)
{
    open_link(row->period, true);
    uint64_t dead_ps = 10 * 60 * PS_PER_S + PS_PER_MS;
    run_to(dead_ps);
    net.to[0].is_cut = true;
    run_to(dead_ps + row->from_s * PS_PER_S - PS_PER_MS);
    cr_assert(both_distribute(), "%s", row->name);
    run_to(dead_ps + row->to_s * PS_PER_S + 2 * DELAY_PS);
    cr_assert(!lacp_port_is_distributing(&net.port[0]), "%s", row->name);
    cr_assert_eq(net.port[0].rx, LACP_RX_EXPIRED);
    cr_assert(net.port[0].actor.state & LACP_EXPIRED);
    cr_assert(!lacp_port_is_distributing(&net.port[1]), "it was told");
    run_to(dead_ps + row->to_s * PS_PER_S + 4 * PS_PER_S);
    cr_assert_eq(net.port[0].rx, LACP_RX_DEFAULTED);
    cr_assert(net.port[0].actor.state & LACP_DEFAULTED);
    net.to[0].is_cut = false;
    run_to(net.now_ps + 6 * PS_PER_S);
    cr_assert(both_distribute(), "%s", row->name);
}

Test(lacp_port, two_lost_pdus_harm_nobody)
{
    open_link(LACP_FAST, true);
    run_to(10 * PS_PER_S + PS_PER_MS);
    net.to[0].is_cut = true;
    run_to(12 * PS_PER_S + PS_PER_MS);
    net.to[0].is_cut = false;
    run_to(14 * PS_PER_S);
    cr_assert(both_distribute());
    cr_assert_eq(net.to[1].sent, 14, "nothing but periodic ones");
}

Test(lacp_port, without_carrier_nothing_is_sent_and_the_port_stops_at_once)
{
    open_link(LACP_FAST, true);
    run_to(5 * PS_PER_S);
    set_carrier(false);
    cr_assert(!both_distribute());
    cr_assert_eq(lacp_port_next_ps(&net.port[0]), TIME_NEVER);
    uint64_t sent = net.to[0].sent;
    run_to(20 * PS_PER_S);
    cr_assert_eq(net.to[0].sent, sent);
    set_carrier(true);
    run_to(23 * PS_PER_S + 10 * PS_PER_MS);
    cr_assert(both_distribute());
}

/* The cable is plugged into another switch, so the port detaches, waits, and joins again. */
Test(lacp_port, another_partner_is_another_group)
{
    open_link(LACP_FAST, true);
    run_to(5 * PS_PER_S);
    struct lacp_port other = identity(9);
    lacp_port_begin(&net.port[1], &other, LACP_FAST, net.now_ps);
    run_to(5 * PS_PER_S + PS_PER_MS);
    cr_assert_eq(net.port[0].mux, LACP_MUX_WAITING);
    run_to(9 * PS_PER_S);
    cr_assert(both_distribute());
    cr_assert_eq(net.port[0].partner.port, 9);
}

/* The LACPDU names another key than ours for its partner, so the far end does not know us yet. Until it does, our port
 * must not distribute. */
Test(lacp_port, a_partner_that_does_not_know_us_is_not_in_sync)
{
    open_link(LACP_FAST, true);
    struct lacp_pdu pdu = {.actor = net.port[1].actor, .partner = net.port[0].actor};
    pdu.partner.key = 77;
    lacp_port_hear(&net.port[0], &pdu, PS_PER_MS);
    cr_assert_eq(net.port[0].mux, LACP_MUX_ATTACHED);
    cr_assert_lt(lacp_port_next_ps(&net.port[0]), PS_PER_MS, "it is told at once");
}

Test(lacp_port, a_port_that_may_not_be_aggregated_is_never_selected)
{
    open_link(LACP_FAST, false);
    net.port[1].actor.state &= (uint8_t) ~(unsigned)LACP_AGGREGATION;
    run_to(30 * PS_PER_S);
    cr_assert_eq(net.port[0].mux, LACP_MUX_DETACHED);
}

/* Loses LACPDUs and flaps the carrier at random. A port may distribute for at most three periods while the far end
 * does not collect. After the last fault both agree again within 10 s, or 100 s if the periods are slow. */
Test(lacp_port, random_faults_never_deceive_for_long)
{
    struct rng rng;
    rng_init(&rng, 1, "lacp");
    for (int round = 0; round < 300; round++) {
        uint64_t wrong_ps[2] = {TIME_NEVER, TIME_NEVER};
        open_link(round % 2 ? LACP_SLOW : LACP_FAST, round % 3 == 0);
        for (int i = 0; i < 100; i++) {
            int which = (int)rng_below(&rng, 2);
            if (rng_below(&rng, 3) == 0)
                net.to[which].is_cut = !net.to[which].is_cut;
            if (rng_below(&rng, 10) == 0)
                set_carrier(!net.port[0].is_enabled);
            run_to(net.now_ps + rng_below(&rng, 3 * PS_PER_S));
            for (int p = 0; p < 2; p++) {
                bool is_deceived = lacp_port_is_distributing(&net.port[p]) &&
                                   net.port[1 - p].mux < LACP_MUX_COLLECTING;
                wrong_ps[p] = !is_deceived ? TIME_NEVER : u64_min(wrong_ps[p], net.now_ps);
                uint64_t longest_ps = 3 * (round % 2 ? LACP_SLOW_PS : LACP_FAST_PS);
                if (is_deceived)
                    cr_assert_leq(net.now_ps - wrong_ps[p], longest_ps);
            }
        }
        net.to[0].is_cut = net.to[1].is_cut = false;
        set_carrier(true);
        run_to(net.now_ps + (round % 2 ? 3 * LACP_SLOW_PS : 0) + 10 * PS_PER_S);
        cr_assert(both_distribute(), "round %d: %d and %d", round, net.port[0].mux,
                  net.port[1].mux);
    }
}
