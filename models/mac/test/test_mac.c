/* Tests models/mac: complete frames over a link (docs/timing.md, sections 3.1, 3.2 and 3.5). */
#include "models/base/stage_loop.h"
#include "models/mac/mac.h"
#include "models/test/frame_log.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <string.h>

/* Two MACs and the link between them. In most tests a is the port of a NIC. */
struct link {
    struct frame_pool *pool;
    struct mac *a, *b;
    struct frame_log at_a, at_b;
    struct stage_loop loop;
    struct mac_params params;
    struct probe probe;
};

static struct link net;
static const uint8_t station_a[6] = {2, 0, 0, 0, 0, 0xa};

static void link_open(uint64_t gbps, uint32_t mtu, int nic_a, int nic_b)
{
    mac_params_default(&net.params);
    net.params.rate_bps = gbps * UINT64_C(1000000000);
    net.params.mtu_bytes = mtu;
    net.params.tx_queue_frames = 64;
    net.pool = frame_pool_create(1000);
    frame_log_init(&net.at_a, net.pool);
    frame_log_init(&net.at_b, net.pool);
    net.a = mac_create(&net.params, nic_a, station_a, frame_log_sink(&net.at_a), net.pool, NULL,
                       &net.probe);
    net.b =
        mac_create(&net.params, nic_b, NULL, frame_log_sink(&net.at_b), net.pool, NULL, &net.probe);
    mac_connect(net.a, net.b);
    mac_connect(net.b, net.a);
    stage_loop_init(&net.loop);
    stage_loop_add(&net.loop, mac_stage(net.a, "a"));
    stage_loop_add(&net.loop, mac_stage(net.b, "b"));
}

static void link_close(void)
{
    mac_destroy(net.a);
    mac_destroy(net.b);
    cr_assert_eq(frame_pool_in_use(net.pool), 0);
    frame_pool_destroy(net.pool);
}

static uint64_t send(struct mac *mac, uint32_t len)
{
    struct frame *frame = frame_log_make(net.pool, len, net.loop.now_ps);
    uint64_t id = frame->id;
    struct frame_sink sink = mac_tx_sink(mac);
    frame_sink_accept(&sink, frame, net.loop.now_ps);
    return id;
}

static void run_to(uint64_t ps) { stage_loop_run(&net.loop, ps); }

static uint64_t drops(const struct mac *mac, enum drop_reason reason)
{
    return mac_get_stats(mac)->drops.count[reason];
}

struct latency_row {
    char name[48];
    uint64_t gbps, at_ps, start_ps;
    uint32_t len;
};

/* A frame starts 67,200 ps after the MAC has taken it, rounded up to 4 byte times (8 at 40 and 100G). */
static struct latency_row latency_rows[] = {
    {"10G at 0, on the grid", 10, 0, 67200, 1514},
    {"10G just behind a lane", 10, 1, 70400, 60},
    {"10G at an odd time", 10, 1000000, 1068800, 1514},
    {"10G short frame is padded to 64", 10, 0, 67200, 20},
    {"25G", 25, 12345, 79360 + 1280, 300},
    {"40G", 40, 5, 67200 + 1600 - 67200 % 1600, 61},
    {"100G", 100, 5, 67840, 9000},
};

ParameterizedTestParameters(mac, first_bit_last_bit_and_delivery_are_exact)
{
    return cr_make_param_array(struct latency_row, latency_rows,
                               sizeof latency_rows / sizeof *latency_rows);
}

ParameterizedTest(struct latency_row *row, mac, first_bit_last_bit_and_delivery_are_exact)
{
    link_open(row->gbps, 9000, 0, -1);
    run_to(row->at_ps);
    send(net.a, row->len);
    run_to(PS_PER_S);
    uint64_t bytes = 8 + (row->len < 60 ? 60 : row->len) + 4;
    uint64_t last_bit = row->start_ps + bytes * 8000 / row->gbps;
    cr_assert_eq(net.at_b.entries[0].mac_time_ps, last_bit + 50000, "%s: %llu not %llu", row->name,
                 (unsigned long long)net.at_b.entries[0].mac_time_ps,
                 (unsigned long long)last_bit + 50000);
    cr_assert_eq(net.at_b.entries[0].now_ps, last_bit + 50000 + 121620);
    if (row->at_ps == 0) /* here the latency ends exactly at a start lane */
        timing_case("3.5 MAC and PCS, transmit, ps", 67200,
                    net.at_b.entries[0].mac_time_ps - 50000 - bytes * 8000 / row->gbps);
    timing_case("3.5 MAC and PCS, receive, ps", 121620,
                net.at_b.entries[0].now_ps - net.at_b.entries[0].mac_time_ps);
    cr_assert_eq(net.at_b.entries[0].len, row->len, "padding exists on the wire only");
    link_close();
}

Test(mac, both_directions_run_at_once_and_keep_order_and_ids)
{
    uint64_t to_b[50], to_a[50];
    link_open(10, 1500, 0, -1);
    for (int i = 0; i < 50; i++) {
        to_b[i] = send(net.a, 100 + (uint32_t)i * 20);
        to_a[i] = send(net.b, 1400 - (uint32_t)i * 20);
    }
    run_to(PS_PER_MS);
    cr_assert_eq(net.at_b.count, 50);
    cr_assert_eq(net.at_a.count, 50);
    for (int i = 0; i < 50; i++) {
        cr_assert_eq(net.at_b.entries[i].id, to_b[i]);
        cr_assert_eq(net.at_a.entries[i].id, to_a[i]);
    }
    link_close();
}

Test(mac, a_full_queue_drops_the_new_frame)
{
    link_open(10, 1500, 0, -1);
    for (int i = 0; i < 64; i++) {
        cr_assert(mac_tx_has_space(net.a));
        send(net.a, 1514);
    }
    cr_assert_not(mac_tx_has_space(net.a));
    uint64_t lost = send(net.a, 1514);
    run_to(PS_PER_MS);
    cr_assert_eq(net.at_b.count, 64);
    cr_assert_neq(net.at_b.entries[63].id, lost);
    cr_assert_eq(drops(net.a, DROP_MAC_QUEUE_FULL), 1);
    cr_assert_eq(mac_get_stats(net.a)->tx_queue_max, 64);
    link_close();
}

struct space_log {
    uint64_t count, first_ps;
};

static void note_space(void *self, uint64_t now_ps)
{
    struct space_log *log = self;
    if (log->count++ == 0)
        log->first_ps = now_ps;
    cr_assert(mac_tx_has_space(net.a));
}

Test(mac, room_is_announced_once_when_the_full_queue_starts_a_frame)
{
    for (int nic = -1; nic <= 0; nic++) {
        struct space_log log = {0, 0};
        link_open(10, 1500, nic, -1);
        mac_on_tx_space(net.a, note_space, &log);
        for (int i = 0; i < 63; i++)
            send(net.a, 1514);
        run_to(67199);
        cr_assert_eq(log.count, 0);
        send(net.a, 1514);
        run_to(PS_PER_MS);
        cr_assert_eq(log.count, 1);
        cr_assert_eq(log.first_ps, 67200);
        link_close();
    }
}

/* A frame of 1,514 bytes takes 8 + 1,514 + 4 byte times. The gap before the next frame is not counted. */
Test(mac, tells_how_long_its_line_will_be_busy)
{
    link_open(10, 1500, 0, -1);
    cr_assert_eq(mac_tx_ahead_ps(net.a, 0, 0), 0);
    cr_assert_eq(mac_tx_ahead_ps(net.a, 1250, 0), PS_PER_US);
    send(net.a, 1514);
    cr_assert_eq(mac_tx_ahead_ps(net.a, 0, 0), 67200 + 1526 * 800);
    cr_assert_eq(mac_tx_ahead_ps(net.a, 10, 0), 67200 + 1536 * 800);
    run_to(67200 + 1000 * 800);
    cr_assert_eq(mac_tx_ahead_ps(net.a, 0, net.loop.now_ps), 526 * 800);
    run_to(PS_PER_MS);
    cr_assert_eq(mac_tx_ahead_ps(net.a, 0, net.loop.now_ps), 0);
    link_close();
}

Test(mac, tells_when_the_last_bit_of_a_frame_leaves)
{
    link_open(10, 1500, 0, -1);
    uint64_t first = send(net.a, 1514), second = send(net.a, 60);
    cr_assert_eq(mac_tx_left_ps(net.a, first), 67200 + 1526 * 800);
    uint64_t left_ps = mac_tx_left_ps(net.a, second);
    run_to(PS_PER_MS);
    /* mac_time_ps is the time at which the last bit arrives at the end of the cable. */
    cr_assert_eq(net.at_b.entries[1].mac_time_ps, left_ps + net.params.cable_ps);
    cr_assert_eq(mac_tx_left_ps(net.a, second), 0);
    link_close();
}

Test(mac, a_frame_that_is_lost_with_the_link_has_left)
{
    link_open(10, 1500, 0, -1);
    uint64_t first = send(net.a, 1514), second = send(net.a, 1514);
    run_to(100000);
    mac_set_link(net.a, false, net.loop.now_ps);
    cr_assert_eq(mac_tx_left_ps(net.a, first), 0);
    cr_assert_eq(mac_tx_left_ps(net.a, second), 0);
    link_close();
}

struct verdict_row {
    char name[48];
    uint8_t dst[6];
    uint32_t len;
    uint8_t flags;
    enum drop_reason reason;
};

static struct verdict_row verdict_rows[] = {
    {"to the station", {2, 0, 0, 0, 0, 0xa}, 60, 0, DROP_NONE},
    {"broadcast", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 60, 0, DROP_NONE},
    {"multicast", {1, 0x80, 0xc2, 0, 0, 2}, 60, 0, DROP_NONE},
    {"to another station", {2, 0, 0, 0, 0, 0xb}, 60, 0, DROP_WRONG_DESTINATION},
    {"damaged", {2, 0, 0, 0, 0, 0xa}, 60, FRAME_BAD_FCS, DROP_BAD_FCS},
    {"damaged on the way to another", {2, 0, 0, 0, 0, 0xb}, 60, FRAME_BAD_FCS, DROP_BAD_FCS},
    {"longest without a tag", {2, 0, 0, 0, 0, 0xa}, 1514, 0, DROP_NONE},
    {"one byte too long", {2, 0, 0, 0, 0, 0xa}, 1515, 0, DROP_OVERSIZE},
    {"shortest that has a type", {2, 0, 0, 0, 0, 0xa}, 14, 0, DROP_NONE},
    {"no whole Ethernet header", {2, 0, 0, 0, 0, 0xa}, 13, 0, DROP_RUNT},
};

ParameterizedTestParameters(mac, each_received_frame_gets_one_verdict)
{
    return cr_make_param_array(struct verdict_row, verdict_rows,
                               sizeof verdict_rows / sizeof *verdict_rows);
}

ParameterizedTest(struct verdict_row *row, mac, each_received_frame_gets_one_verdict)
{
    link_open(10, 1500, 0, -1);
    struct frame *frame = frame_log_make(net.pool, row->len, 0);
    memcpy(frame->data, row->dst, 6);
    frame->flags = row->flags;
    struct frame_sink sink = mac_tx_sink(net.b);
    frame_sink_accept(&sink, frame, 0);
    run_to(PS_PER_MS);
    const struct mac_stats *stats = mac_get_stats(net.a);
    cr_assert_eq(net.at_a.count, row->reason == DROP_NONE, "%s", row->name);
    cr_assert_eq(stats->rx_frames, net.at_a.count);
    for (int i = 1; i < DROP_REASON_COUNT; i++)
        cr_assert_eq(stats->drops.count[i], i == (int)row->reason, "%s", row->name);
    link_close();
}

Test(mac, station_can_change_and_null_takes_all)
{
    static const uint8_t other[6] = {2, 0, 0, 0, 0, 0xb};
    link_open(10, 1500, 0, -1);
    mac_set_station(net.a, other);
    struct mac *const senders[2] = {net.b, net.a};
    for (int i = 0; i < 2; i++) {
        struct frame *frame = frame_log_make(net.pool, 60, 0);
        memcpy(frame->data, other, 6);
        struct frame_sink sink = mac_tx_sink(senders[i]);
        frame_sink_accept(&sink, frame, 0);
    }
    run_to(PS_PER_MS);
    cr_assert_eq(net.at_a.count, 1);
    cr_assert_eq(net.at_b.count, 1);
    link_close();
}

/* At 10G a frame of 1514 bytes starts after 67,200 ps and takes 1526 * 800 ps, and the cable takes 50,000 ps. */
enum { FIRST_ARRIVAL_PS = 67200 + 1526 * 800 + 50000 };

Test(mac, a_cut_link_loses_queue_and_line_but_not_what_has_arrived)
{
    link_open(10, 1500, 0, -1);
    for (int i = 0; i < 10; i++) {
        send(net.a, 1514);
        send(net.b, 1514);
    }
    run_to(FIRST_ARRIVAL_PS); /* one is in b's receive latency, one on the line */
    mac_set_link(net.a, false, net.loop.now_ps);
    mac_set_link(net.b, false, net.loop.now_ps);
    cr_assert_not(mac_link_is_up(net.a));
    cr_assert(mac_tx_has_space(net.a));
    send(net.a, 60);
    run_to(PS_PER_MS);
    cr_assert_eq(net.at_b.count, 1);
    cr_assert_eq(net.at_a.count, 1);
    cr_assert_eq(drops(net.a, DROP_LINK_DOWN) + drops(net.b, DROP_LINK_DOWN), 9 + 9 + 1);
    mac_set_link(net.a, true, net.loop.now_ps);
    mac_set_link(net.b, true, net.loop.now_ps);
    uint64_t id = send(net.a, 1514);
    run_to(2 * PS_PER_MS);
    cr_assert_eq(net.at_b.count, 2);
    cr_assert_eq(net.at_b.entries[1].id, id);
    cr_assert_eq(net.at_b.entries[1].mac_time_ps, PS_PER_MS + FIRST_ARRIVAL_PS,
                 "the line was idle");
    link_close();
}

Test(mac, a_frame_with_any_bit_in_a_dead_receiver_is_lost)
{
    link_open(10, 1500, 0, -1);
    send(net.b, 1514);
    send(net.b, 1514);
    run_to(200000);
    mac_set_link(net.a, false, net.loop.now_ps); /* the first frame is on the line */
    run_to(FIRST_ARRIVAL_PS + 50000);            /* the second frame has begun to arrive */
    mac_set_link(net.a, true, net.loop.now_ps);
    uint64_t third = send(net.b, 1514);
    run_to(PS_PER_MS);
    cr_assert_eq(drops(net.a, DROP_LINK_DOWN), 2);
    cr_assert_eq(net.at_a.count, 1);
    cr_assert_eq(net.at_a.entries[0].id, third);
    link_close();
}

Test(mac, a_fenced_mac_neither_sends_nor_accepts)
{
    link_open(10, 1500, 0, -1);
    for (int i = 0; i < 5; i++) {
        send(net.a, 1514);
        send(net.b, 1514);
    }
    run_to(FIRST_ARRIVAL_PS);
    mac_set_fenced(net.a, true, net.loop.now_ps);
    send(net.a, 60);
    run_to(PS_PER_MS);
    cr_assert_eq(net.at_b.count, 2, "the frame under way is completed");
    cr_assert_eq(net.at_a.count, 0);
    cr_assert_eq(drops(net.a, DROP_FENCED), 3 + 1 + 5);
    mac_set_fenced(net.a, false, net.loop.now_ps);
    send(net.a, 60);
    send(net.b, 60);
    run_to(2 * PS_PER_MS);
    cr_assert_eq(net.at_b.count, 3);
    cr_assert_eq(net.at_a.count, 1);
    link_close();
}

/* After 100 ns the line is at byte 125. The next frame starts after the transmit latency and does not wait for the time
 * that the lost frames would have taken. */
Test(mac, after_a_cut_the_line_is_idle_at_once)
{
    link_open(10, 1500, 0, -1);
    for (int i = 0; i < 10; i++)
        send(net.a, 1514);
    run_to(100000);
    mac_set_link(net.a, false, net.loop.now_ps);
    mac_set_link(net.a, true, net.loop.now_ps);
    send(net.a, 60);
    run_to(PS_PER_MS);
    cr_assert_eq(net.at_b.count, 1);
    cr_assert_eq(net.at_b.entries[0].mac_time_ps, 169600 + 72 * 800 + 50000);
    link_close();
}

Test(mac, after_a_fence_the_line_ends_with_the_frame_under_way)
{
    link_open(10, 1500, 0, -1);
    for (int i = 0; i < 10; i++)
        send(net.a, 1514);
    run_to(100000);
    mac_set_fenced(net.a, true, net.loop.now_ps);
    mac_set_fenced(net.a, false, net.loop.now_ps);
    send(net.a, 1514);
    run_to(PS_PER_MS);
    cr_assert_eq(net.at_b.count, 2);
    cr_assert_eq(net.at_b.entries[0].mac_time_ps, FIRST_ARRIVAL_PS);
    cr_assert_eq(net.at_b.entries[1].mac_time_ps, FIRST_ARRIVAL_PS + (1526 + 10) * 800);
    link_close();
}

Test(mac, room_is_announced_after_a_fence_emptied_the_full_queue)
{
    struct space_log log = {0, 0};
    link_open(10, 1500, 0, -1);
    mac_on_tx_space(net.a, note_space, &log);
    for (int i = 0; i < 64; i++)
        send(net.a, 1514);
    run_to(100);
    mac_set_fenced(net.a, true, net.loop.now_ps);
    run_to(200);
    cr_assert_eq(log.count, 1);
    cr_assert_eq(log.first_ps, 100);
    link_close();
}

struct event_log {
    size_t count;
    struct probe_event events[64];
};

static void note_event(void *self, const struct probe_event *event)
{
    struct event_log *log = self;
    cr_assert_eq(event->now_ps, net.loop.now_ps, "emitted at the time it describes");
    log->events[log->count++] = *event;
}

Test(mac, a_nics_port_reports_first_bits_last_bits_and_drops)
{
    static struct event_log log;
    probe_init(&net.probe);
    probe_add(&net.probe, (struct probe_listener){note_event, &log, UINT64_MAX});
    link_open(10, 1500, 1, -1);
    uint64_t out = send(net.a, 1514), in = send(net.b, 1514);
    struct frame *bad = frame_log_make(net.pool, 60, 0);
    bad->flags = FRAME_BAD_FCS;
    uint64_t bad_id = bad->id;
    struct frame_sink sink = mac_tx_sink(net.b);
    frame_sink_accept(&sink, bad, 0);
    run_to(PS_PER_MS);
    cr_assert_eq(log.count, 3);
    cr_assert_eq(log.events[0].kind, PROBE_FRAME_TX);
    cr_assert_eq(log.events[0].frame.id, out);
    cr_assert_eq(log.events[0].now_ps, 67200);
    cr_assert_eq(log.events[1].kind, PROBE_FRAME_RX);
    cr_assert_eq(log.events[1].frame.id, in);
    cr_assert_eq(log.events[1].nic, 1);
    cr_assert_eq(log.events[1].conn, PROBE_NO_CONN);
    cr_assert_eq(log.events[1].now_ps, FIRST_ARRIVAL_PS);
    cr_assert_eq(log.events[2].kind, PROBE_FRAME_DROPPED);
    cr_assert_eq(log.events[2].drop.id, bad_id);
    cr_assert_eq(log.events[2].drop.reason, DROP_BAD_FCS);
    cr_assert_eq(net.at_a.entries[0].port, 1);
    link_close();
}

Test(mac, a_long_cable_holds_many_frames)
{
    link_open(100, 1500, -1, -1);
    mac_destroy(net.a);
    net.params.cable_ps = 100 * PS_PER_US;
    net.params.tx_queue_frames = 900;
    net.a = mac_create(&net.params, -1, NULL, frame_log_sink(&net.at_a), net.pool, NULL, NULL);
    mac_connect(net.a, net.b);
    mac_connect(net.b, net.a);
    stage_loop_init(&net.loop);
    stage_loop_add(&net.loop, mac_stage(net.a, "a"));
    stage_loop_add(&net.loop, mac_stage(net.b, "b"));
    for (int i = 0; i < 900; i++)
        send(net.a, 60);
    run_to(PS_PER_MS);
    cr_assert_eq(net.at_b.count, 900);
    cr_assert_gt(net.at_b.entries[0].mac_time_ps, 100 * PS_PER_US);
    link_close();
}

Test(mac, ends_of_different_rates_are_a_bug, .signal = SIGABRT)
{
    link_open(10, 1500, 0, -1);
    net.params.rate_bps = UINT64_C(25000000000);
    struct mac *other =
        mac_create(&net.params, -1, NULL, frame_log_sink(&net.at_a), net.pool, NULL, NULL);
    mac_connect(net.a, other);
}

Test(mac, sending_without_a_far_end_is_a_bug, .signal = SIGABRT)
{
    mac_params_default(&net.params);
    net.pool = frame_pool_create(10);
    net.a = mac_create(&net.params, -1, NULL, frame_log_sink(&net.at_a), net.pool, NULL, NULL);
    send(net.a, 60);
}
