/* Tests models/stats/move_cost.c: what is counted, and for which transfer of the connection. */
#include "models/base/drop_reason.h"
#include "models/base/units.h"
#include "models/hwif/conn_ctx.h"
#include "models/stats/move_cost.h"
#include "models/wire/tcp_hdr.h"

#include <criterion/criterion.h>

enum { CONN = 3, ISS = 1000, IRS = 5000 };

static struct move_costs *costs;

static void event(struct probe_event event)
{
    event.conn = CONN;
    move_costs_on_event(costs, &event, CONN);
}

static void open_connection(uint64_t irs)
{
    event((struct probe_event){.kind = PROBE_CONN_OPEN, .opened = {.irs = irs, .iss = ISS}});
}

static void setup(void)
{
    costs = move_costs_create(8);
    open_connection(IRS);
}

static void teardown(void) { move_costs_destroy(costs); }

TestSuite(move_cost, .init = setup, .fini = teardown);

/* The peer's `len` bytes from the byte `at` of its stream on reach a MAC. */
static void peer_data(uint64_t ps, uint32_t at, uint32_t len)
{
    struct tcp_segment seg = {.seq = IRS + 1 + at, .flags = TCP_ACK, .payload_len = len};
    move_costs_received(costs, CONN, &seg, ps);
}

/* A segment of the server with `len` bytes leaves, which acknowledges the peer's bytes before `ack`. */
static void server_data(uint64_t ps, uint32_t at, uint32_t len, uint32_t ack)
{
    struct tcp_segment seg = {.seq = ISS + 1 + at,
                              .ack = IRS + 1 + ack,
                              .flags = TCP_ACK,
                              .window = 500,
                              .payload_len = len};
    move_costs_sent(costs, CONN, &seg, ps);
}

static uint64_t count_of(size_t number, enum move_cost_kind kind)
{
    return move_costs_of(costs, number)->count[kind];
}

struct ack_row {
    char name[64];
    struct tcp_segment seg; /* ack relative to the peer's first byte */
    bool is_dup;
};

/* The five conditions of RFC 5681 section 2, after an acknowledgment of 100 bytes while 200 to 300 have come. */
static const struct ack_row ack_rows[] = {
    {"the same again", {.ack = 100, .flags = TCP_ACK, .window = 500}, true},
    {"with data", {.ack = 100, .flags = TCP_ACK, .window = 500, .payload_len = 1}, false},
    {"with FIN", {.ack = 100, .flags = TCP_ACK | TCP_FIN, .window = 500}, false},
    {"another window", {.ack = 100, .flags = TCP_ACK, .window = 501}, false},
    {"further", {.ack = 300, .flags = TCP_ACK, .window = 500}, false},
    {"less far", {.ack = 50, .flags = TCP_ACK, .window = 500}, false},
    {"a reset", {.ack = 100, .flags = TCP_ACK | TCP_RST, .window = 500}, false},
};

Test(move_cost, an_acknowledgment_is_a_duplicate_by_rfc_5681)
{
    for (size_t i = 0; i < sizeof ack_rows / sizeof ack_rows[0]; i++) {
        open_connection(IRS);
        move_costs_begin(costs, CONN, 1, 10);
        peer_data(10, 0, 100);
        server_data(20, 0, 0, 100);
        peer_data(30, 200, 100);
        struct tcp_segment seg = ack_rows[i].seg;
        seg.ack += IRS + 1;
        seg.seq = ISS + 1;
        move_costs_sent(costs, CONN, &seg, 40);
        cr_expect_eq(count_of(i, COST_DUP_ACK), ack_rows[i].is_dup, "%s", ack_rows[i].name);
    }
}

Test(move_cost, with_nothing_outstanding_no_acknowledgment_is_a_duplicate)
{
    move_costs_begin(costs, CONN, 1, 0);
    peer_data(10, 0, 100);
    server_data(20, 0, 0, 100);
    server_data(30, 0, 0, 100);
    cr_expect_eq(count_of(0, COST_DUP_ACK), 0);
}

Test(move_cost, a_window_is_compared_in_bytes)
{
    struct tcp_segment syn = {.seq = ISS,
                              .ack = IRS + 1,
                              .flags = TCP_SYN | TCP_ACK,
                              .window = 500,
                              .options = TCP_HAS_WS,
                              .ws = 7};
    move_costs_begin(costs, CONN, 1, 0);
    move_costs_sent(costs, CONN, &syn, 10);
    peer_data(20, 100, 100);
    server_data(30, 0, 0, 0);
    cr_expect_eq(count_of(0, COST_DUP_ACK), 0, "500 bytes, then 64,000");
    server_data(40, 0, 0, 0);
    cr_expect_eq(count_of(0, COST_DUP_ACK), 1);
}

Test(move_cost, segments_with_a_known_byte_are_sent_again)
{
    move_costs_begin(costs, CONN, 1, 0);
    peer_data(10, 100, 100);
    peer_data(20, 0, 100); /* late, but new */
    cr_expect_eq(count_of(0, COST_REXMIT_PEER), 0);
    peer_data(30, 199, 2);
    cr_expect_eq(count_of(0, COST_REXMIT_PEER), 1);
    server_data(40, 0, 10, 0);
    server_data(50, 10, 10, 0);
    cr_expect_eq(count_of(0, COST_REXMIT_OWN), 0);
    server_data(60, 0, 20, 0);
    cr_expect_eq(count_of(0, COST_REXMIT_OWN), 1);
}

Test(move_cost, a_peer_that_answered_is_known_from_its_first_segment)
{
    open_connection(PROBE_IRS_UNKNOWN);
    move_costs_begin(costs, CONN, 1, 0);
    struct tcp_segment syn = {.seq = IRS, .flags = TCP_SYN | TCP_ACK};
    move_costs_received(costs, CONN, &syn, 10);
    cr_expect_eq(count_of(0, COST_REXMIT_PEER), 0);
    move_costs_received(costs, CONN, &syn, 20);
    cr_expect_eq(count_of(0, COST_REXMIT_PEER), 1);
}

/* T0 lies before the begin, and events between them belong to the new transfer. */
Test(move_cost, each_event_counts_for_the_transfer_in_whose_window_it_lies)
{
    event((struct probe_event){.kind = PROBE_REXMT_TIMEOUT, .now_ps = 10});
    event((struct probe_event){.kind = PROBE_REXMT_TIMEOUT, .now_ps = 20});
    move_costs_begin(costs, CONN, 1, 15);
    cr_expect_eq(count_of(0, COST_RTO), 1);
    event((struct probe_event){.kind = PROBE_REXMT_TIMEOUT, .now_ps = 30});
    event((struct probe_event){.kind = PROBE_REXMT_TIMEOUT, .now_ps = 40});
    cr_expect_eq(count_of(0, COST_RTO), 3);
    move_costs_begin(costs, CONN, 2, 40);
    cr_expect_eq(count_of(0, COST_RTO), 2);
    cr_expect_eq(count_of(1, COST_RTO), 1);
    event((struct probe_event){.kind = PROBE_REXMT_TIMEOUT, .now_ps = 39});
    cr_expect_eq(count_of(0, COST_RTO), 3, "an event may be reported late");
    move_costs_begin(costs, CONN, 3, 5);
    cr_expect_eq(move_costs_of(costs, 2)->from_ps, 40, "no window reaches back behind another");
    cr_expect_eq(count_of(0, COST_RTO), 3);
    cr_expect_eq(count_of(1, COST_RTO), 0);
    cr_expect_eq(count_of(2, COST_RTO), 1);
}

Test(move_cost, the_next_connection_of_the_id_begins_without_a_transfer)
{
    move_costs_begin(costs, CONN, 1, 0);
    peer_data(10, 0, 100);
    open_connection(IRS);
    peer_data(20, 0, 100);
    peer_data(30, 0, 100);
    cr_expect_eq(count_of(0, COST_REXMIT_PEER), 0);
    move_costs_begin(costs, CONN, 1, 25);
    cr_expect_eq(count_of(1, COST_REXMIT_PEER), 1);
}

Test(move_cost, only_frames_that_never_reached_tcp_are_dropped)
{
    static const uint16_t reasons[] = {DROP_HOLD_FULL, DROP_TCP_OLD, DROP_NO_RX_BUFFER,
                                       DROP_TCP_PAWS, DROP_FENCED};
    move_costs_begin(costs, CONN, 1, 0);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        event((struct probe_event){
            .kind = PROBE_FRAME_DROPPED, .now_ps = 10, .drop.reason = reasons[i]});
    cr_expect_eq(count_of(0, COST_DROPPED), 3);
}

static void context(enum probe_kind kind, uint16_t gen, uint32_t cwnd, uint32_t una)
{
    struct conn_ctx ctx = {.cwnd = cwnd, .snd_una = una, .snd_max = 500};
    event((struct probe_event){.kind = (uint8_t)kind, .gen = gen, .context.image = &ctx});
}

Test(move_cost, the_congestion_window_after_is_that_when_the_first_frame_is_acknowledged)
{
    context(PROBE_CTX_WRITTEN, 1, 1, 400);
    move_costs_begin(costs, CONN, 1, 0);
    const struct move_cost *cost = move_costs_of(costs, 0);
    context(PROBE_CTX_WRITTEN, 1, 2, 500);
    cr_expect_not(cost->has_image);
    context(PROBE_CTX_OUT, 1, 3000, 400);
    context(PROBE_CTX_IN, 2, 3000, 400);
    context(PROBE_CTX_WRITTEN, 2, 2500, 500);
    cr_expect_not(cost->has_after, "nothing was sent at the new place");
    event((struct probe_event){
        .kind = PROBE_TX_BUILT, .gen = 2, .built.seq = 500, .built.bytes = 100});
    event((struct probe_event){
        .kind = PROBE_TX_BUILT, .gen = 2, .built.seq = 600, .built.bytes = 100});
    context(PROBE_CTX_WRITTEN, 2, 2000, 599);
    cr_expect_not(cost->has_after);
    context(PROBE_CTX_WRITTEN, 2, 1500, 600);
    context(PROBE_CTX_WRITTEN, 2, 1600, 600);
    cr_expect(cost->has_image && cost->has_after);
    cr_expect_eq(cost->cwnd_before, 3000);
    cr_expect_eq(cost->cwnd_after, 1500);
}

Test(move_cost, the_gap_ends_at_t12_and_begins_with_the_last_frame)
{
    move_costs_begin(costs, CONN, 1, 0);
    move_costs_first_built(costs, CONN, 0, 50);
    cr_expect_eq(move_costs_of(costs, 0)->gap_ps, TIME_NEVER, "the server has sent nothing");
    server_data(60, 0, 10, 0);
    server_data(70, 10, 10, 0);
    move_costs_first_built(costs, CONN, 0, 100);
    cr_expect_eq(move_costs_of(costs, 0)->gap_ps, 30);
}
