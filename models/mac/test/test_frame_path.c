/* Tests the path of a frame outside of the NIC: the client's MAC, the switch, the MACs of a member and of the NIC, and
 * back. */
#include "models/base/rng.h"
#include "models/base/stage_loop.h"
#include "models/lan_switch/lan_switch.h"
#include "models/mac/mac.h"
#include "models/test/frame_log.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

/* The stages, in the order in which the loop runs them. */
enum { CLIENT, UPLINK, MEMBER0, MEMBER1, NIC0, NIC1, SWITCH, STAGES };

struct path {
    struct frame_pool *pool;
    struct mac *mac[SWITCH];
    struct lan_switch *sw;
    struct frame_log client, nic[2];
    struct probe probe;
    uint64_t event_hash, event_count; /* of the probe events and the calls of on_room() */
    struct stage stages[STAGES];
    uint64_t armed_ps[STAGES]; /* times that run_armed() uses; the wakers set them */
    struct stage_loop loop;
    struct mac_params edge, link; /* between client and switch; between switch and NICs */
    struct lan_switch_params sw_params;
    bool with_faults, with_lacp;
};

static struct path net;

static void on_wake(void *self, uint64_t at_ps)
{
    uint64_t *armed_ps = self;
    *armed_ps = u64_min(*armed_ps, at_ps);
}

/* Gives a frame to the switch. The MACs need a sink before the switch exists, and the switch needs the sinks of the
 * MACs, so this function and the next one look up the sink of the switch when they are called. */
static void to_switch_uplink(void *self, struct frame *frame, uint64_t now_ps)
{
    (void)self;
    struct frame_sink sink = lan_switch_uplink_sink(net.sw);
    frame_sink_accept(&sink, frame, now_ps);
}

static void to_switch_member(void *self, struct frame *frame, uint64_t now_ps)
{
    unsigned member = self == &net.mac[MEMBER1];
    struct frame_sink sink = lan_switch_member_sink(net.sw, member);
    frame_sink_accept(&sink, frame, now_ps);
}

static void note(uint64_t what, uint64_t now_ps)
{
    cr_assert_eq(now_ps, net.loop.now_ps, "reported at the time it describes");
    net.event_hash = (net.event_hash ^ what ^ now_ps) * UINT64_C(0x9e3779b97f4a7c15);
    net.event_count++;
}

static void on_event(void *self, const struct probe_event *event)
{
    (void)self;
    note((uint64_t)event->kind << 40 | (uint64_t)event->nic << 32 | event->frame.id, event->now_ps);
}

static void on_space(void *self, uint64_t now_ps)
{
    note((uint64_t)((struct mac **)self - net.mac) << 50, now_ps);
}

static struct mac *make_mac(int stage, const struct mac_params *params, int nic,
                            struct frame_sink sink)
{
    const struct waker waker = {on_wake, &net.armed_ps[stage]};
    net.mac[stage] = mac_create(params, nic, NULL, sink, net.pool, &waker, &net.probe);
    mac_on_tx_space(net.mac[stage], on_space, &net.mac[stage]);
    net.stages[stage] = mac_stage(net.mac[stage], "mac");
    return net.mac[stage];
}

static void join(int a, int b)
{
    mac_connect(net.mac[a], net.mac[b]);
    mac_connect(net.mac[b], net.mac[a]);
}

static void path_init(uint64_t edge_gbps, uint64_t link_gbps, enum port_policy policy)
{
    mac_params_default(&net.edge);
    mac_params_default(&net.link);
    net.edge.rate_bps = edge_gbps * UINT64_C(1000000000);
    net.link.rate_bps = link_gbps * UINT64_C(1000000000);
    net.link.cable_ps = 25 * PS_PER_NS;
    lan_switch_params_default(&net.sw_params);
    net.sw_params.policy = policy;
}

/* Starts faults of all kinds except duplicates, because the test counts the frames. */
static void add_faults(struct mac *mac)
{
    for (int kind = 0; kind < LINE_FAULT_KINDS; kind++) {
        const struct line_fault_rule rule = {.kind = (enum line_fault_kind)kind,
                                             .rate_ppm = 30000,
                                             .behind = 2,
                                             .delay_ps = PS_PER_US,
                                             .jitter_ps = 2 * PS_PER_US};
        if (kind != LINE_FAULT_DUPLICATE)
            mac_fault_start(mac, mac_fault_add(mac, &rule, 1, "path"), 0);
    }
}

static void path_open(void)
{
    net.pool = frame_pool_create(4000);
    net.event_hash = net.event_count = 0;
    net.loop.now_ps = 0;
    for (int i = 0; i < STAGES; i++)
        net.armed_ps[i] = TIME_NEVER;
    probe_init(&net.probe);
    probe_add(&net.probe, (struct probe_listener){on_event, NULL, UINT64_MAX});
    frame_log_init(&net.client, net.pool);
    frame_log_init(&net.nic[0], net.pool);
    frame_log_init(&net.nic[1], net.pool);
    make_mac(CLIENT, &net.edge, -1, frame_log_sink(&net.client));
    make_mac(UPLINK, &net.edge, -1, (struct frame_sink){to_switch_uplink, NULL});
    for (int i = 0; i < 2; i++) {
        make_mac(MEMBER0 + i, &net.link, -1,
                 (struct frame_sink){to_switch_member, &net.mac[MEMBER0 + i]});
        make_mac(NIC0 + i, &net.link, i, frame_log_sink(&net.nic[i]));
        join(MEMBER0 + i, NIC0 + i);
    }
    join(CLIENT, UPLINK);
    for (int i = 0; net.with_faults && i < SWITCH; i++)
        add_faults(net.mac[i]);
    for (int i = MEMBER0; net.with_lacp && i <= NIC1; i++) {
        const struct lacp_port port = {.system = {2, 0, 0, 0, 0, (uint8_t)i}, .key = 1, .port = 1};
        cr_assert(mac_lacp_join(net.mac[i], &port, LACP_FAST, NULL, NULL, 0));
    }
    const struct frame_sink members[2] = {mac_tx_sink(net.mac[MEMBER0]),
                                          mac_tx_sink(net.mac[MEMBER1])};
    const struct waker waker = {on_wake, &net.armed_ps[SWITCH]};
    net.sw =
        lan_switch_create(&net.sw_params, members, mac_tx_sink(net.mac[UPLINK]), net.pool, &waker);
    net.stages[SWITCH] = lan_switch_stage(net.sw, "switch");
    stage_loop_init(&net.loop);
    for (int i = 0; i < STAGES; i++)
        stage_loop_add(&net.loop, net.stages[i]);
}

static void path_close(void)
{
    lan_switch_destroy(net.sw);
    for (int i = 0; i < SWITCH; i++)
        mac_destroy(net.mac[i]);
    cr_assert_eq(frame_pool_in_use(net.pool), 0);
    frame_pool_destroy(net.pool);
}

static uint64_t send(int stage, uint32_t len, uint64_t now_ps)
{
    struct frame *frame = frame_log_make(net.pool, len, now_ps);
    uint64_t id = frame->id;
    struct frame_sink sink = mac_tx_sink(net.mac[stage]);
    frame_sink_accept(&sink, frame, now_ps);
    return id;
}

/* Returns the time at which the last bit of a frame arrives, if a MAC whose line is idle takes the frame at `t`. */
static uint64_t hop(const struct mac_params *params, uint64_t t, uint32_t len)
{
    uint64_t byte_ps = 8 * PS_PER_S / params->rate_bps;
    uint64_t lane_ps = byte_ps * (params->rate_bps < UINT64_C(40000000000) ? 4 : 8);
    uint64_t start = ceil_div(t + params->latency_tx_ps, lane_ps) * lane_ps;
    return start + (8 + u32_max(len, 60) + 4) * byte_ps + params->cable_ps;
}

struct path_row {
    char name[48];
    uint64_t edge_gbps, link_gbps;
    uint32_t len;
    uint64_t at_ps;
};

static struct path_row path_rows[] = {
    {"10G all the way, 1514", 10, 10, 1514, 0}, {"10G all the way, 60", 10, 10, 60, 777},
    {"25G to 10G, 999", 25, 10, 999, 123456},   {"10G to 100G, 61", 10, 100, 61, 1},
    {"40G to 25G, 1500", 40, 25, 1500, 5000},
};

ParameterizedTestParameters(frame_path, a_lone_frame_arrives_when_arithmetic_says)
{
    return cr_make_param_array(struct path_row, path_rows, sizeof path_rows / sizeof *path_rows);
}

ParameterizedTest(struct path_row *row, frame_path, a_lone_frame_arrives_when_arithmetic_says)
{
    path_init(row->edge_gbps, row->link_gbps, PORT_POLICY_NIC0);
    path_open();
    stage_loop_run(&net.loop, row->at_ps);
    uint64_t there = send(CLIENT, row->len, row->at_ps);
    uint64_t back = send(NIC1, row->len, row->at_ps);
    stage_loop_run(&net.loop, PS_PER_MS);
    cr_assert_eq(net.nic[0].count, 1);
    cr_assert_eq(net.client.count, 1);

    uint64_t decided = hop(&net.edge, row->at_ps, row->len) + net.edge.latency_rx_ps + 400000;
    uint64_t last_bit = hop(&net.link, decided, row->len);
    cr_assert_eq(net.nic[0].entries[0].id, there);
    cr_assert_eq(net.nic[0].entries[0].mac_time_ps, last_bit, "%s", row->name);
    cr_assert_eq(net.nic[0].entries[0].now_ps, last_bit + net.link.latency_rx_ps);

    decided = hop(&net.link, row->at_ps, row->len) + net.link.latency_rx_ps + 400000;
    last_bit = hop(&net.edge, decided, row->len);
    cr_assert_eq(net.client.entries[0].id, back);
    cr_assert_eq(net.client.entries[0].mac_time_ps, last_bit, "%s", row->name);
    cr_assert_eq(net.client.entries[0].now_ps, last_bit + net.edge.latency_rx_ps);
    path_close();
}

/* Frames of 64 bytes are sent at line rate. The second hop adds only its own delay. */
Test(frame_path, a_saturated_path_keeps_the_rate_of_timing_3_1)
{
    path_init(10, 10, PORT_POLICY_NIC0);
    path_open();
    for (int i = 0; i < 400; i++)
        send(CLIENT, 60, 0);
    stage_loop_run(&net.loop, PS_PER_MS);
    cr_assert_eq(net.nic[0].count, 400);
    for (int i = 0; i < 400; i++)
        cr_assert_eq(net.nic[0].entries[i].mac_time_ps - net.nic[0].entries[0].mac_time_ps,
                     (uint64_t)i * 67200);
    path_close();
}

Test(frame_path, two_members_at_once_exceed_the_uplink_and_the_switch_port_drops)
{
    path_init(10, 10, PORT_POLICY_NIC0);
    net.edge.tx_queue_frames = 10;
    path_open();
    for (int i = 0; i < 100; i++) {
        send(NIC0, 1514, 0);
        send(NIC1, 1514, 0);
    }
    stage_loop_run(&net.loop, PS_PER_MS);
    uint64_t dropped = mac_get_stats(net.mac[UPLINK])->drops.count[DROP_MAC_QUEUE_FULL];
    cr_assert_gt(dropped, 80);
    cr_assert_eq(net.client.count + dropped, 200);
    path_close();
}

Test(frame_path, a_link_that_dies_under_traffic_moves_it_to_the_other_nic)
{
    path_init(10, 10, PORT_POLICY_NIC0);
    net.sw_params.detect_ps = 20 * PS_PER_US;
    path_open();
    for (uint64_t us = 0; us < 100; us++) {
        stage_loop_run(&net.loop, us * PS_PER_US);
        if (us == 40) {
            mac_set_link(net.mac[MEMBER0], false, net.loop.now_ps);
            mac_set_link(net.mac[NIC0], false, net.loop.now_ps);
            lan_switch_set_member_up(net.sw, 0, false, net.loop.now_ps);
        }
        send(CLIENT, 200, net.loop.now_ps);
    }
    stage_loop_run(&net.loop, PS_PER_MS);
    uint64_t lost = mac_get_stats(net.mac[MEMBER0])->drops.count[DROP_LINK_DOWN] +
                    mac_get_stats(net.mac[NIC0])->drops.count[DROP_LINK_DOWN];
    cr_assert_geq(lost, 20);
    cr_assert_leq(lost, 22);
    cr_assert_eq(net.nic[0].count + net.nic[1].count + lost, 100);
    cr_assert_gt(net.nic[1].count, 30);
    path_close();
}

/* Without latencies and cables, the switch has received a frame of N bytes N byte times after its preamble, or 64 byte
 * times with cut-through (docs/timing.md, section 3.5). */
static const struct {
    uint64_t gbps, stored_ps, cut_ps;
    uint32_t bytes;
} stored[] = {
    {10, 51200, 51200, 64},    {10, 1214400, 51200, 1518}, {25, 485760, 20480, 1518},
    {40, 303600, 12800, 1518}, {100, 121440, 5120, 1518},  {100, 720000, 5120, 9000},
};

Test(frame_path, a_switch_stores_a_frame_for_its_length)
{
    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++)
        for (int cut = 0; cut < 2; cut++) {
            path_init(stored[i].gbps, stored[i].gbps, PORT_POLICY_NIC0);
            net.edge.cut_through = cut;
            net.edge.mtu_bytes = net.link.mtu_bytes = 9000;
            net.edge.latency_tx_ps = net.edge.latency_rx_ps = net.edge.cable_ps = 0;
            net.link.latency_tx_ps = net.link.latency_rx_ps = net.link.cable_ps = 0;
            net.sw_params.forward_ps = 0;
            path_open();
            send(CLIENT, stored[i].bytes - 4, 0);
            uint64_t preamble_ps = 8 * 8000 / stored[i].gbps, handed_on_ps = 0;
            while (handed_on_ps == 0 && stage_loop_step(&net.loop, PS_PER_MS))
                if (lan_switch_get_stats(net.sw)->to_member[0] == 1)
                    handed_on_ps = net.loop.now_ps;
            uint64_t got_ps = handed_on_ps - preamble_ps;
            timing_case(cut ? "3.5 cut through, ps" : "3.5 store and forward, ps",
                        cut ? stored[i].cut_ps : stored[i].stored_ps, got_ps);
            cr_assert_eq(got_ps, cut ? stored[i].cut_ps : stored[i].stored_ps, "%u at %lluG",
                         stored[i].bytes, (unsigned long long)stored[i].gbps);
            stage_loop_run(&net.loop, PS_PER_MS);
            cr_assert_eq(net.nic[0].count, 1);
            path_close();
        }
}

/* The switch decides as soon as it has 64 bytes. The outgoing port is not faster than the incoming one, so it always
 * has the next byte in time. */
Test(frame_path, cut_through_saves_all_of_a_frame_but_its_first_64_bytes)
{
    for (int cut = 0; cut < 2; cut++) {
        path_init(10, 10, PORT_POLICY_NIC0);
        net.edge.cut_through = cut;
        path_open();
        send(CLIENT, 1514, 0);
        stage_loop_run(&net.loop, PS_PER_MS);
        uint64_t cable_ps = net.edge.cable_ps, start_ps = 67200;
        uint64_t known_ps = start_ps + cable_ps + (uint64_t)(8 + (cut ? 64 : 1518)) * 800;
        uint64_t decided_ps = known_ps + net.edge.latency_rx_ps + net.sw_params.forward_ps;
        uint64_t again_ps = (decided_ps + net.link.latency_tx_ps + 3199) / 3200 * 3200;
        cr_assert_eq(net.nic[0].entries[0].mac_time_ps, again_ps + 1526 * 800 + net.link.cable_ps);
        path_close();
    }
}

Test(frame_path, cut_through_passes_damage_on_and_the_nic_drops_it)
{
    for (int cut = 0; cut < 2; cut++) {
        path_init(10, 10, PORT_POLICY_NIC0);
        net.edge.cut_through = cut;
        path_open();
        struct frame *frame = frame_log_make(net.pool, 1000, 0);
        frame->flags = FRAME_BAD_FCS;
        struct frame_sink sink = mac_tx_sink(net.mac[CLIENT]);
        frame_sink_accept(&sink, frame, 0);
        stage_loop_run(&net.loop, PS_PER_MS);
        int dropper = cut ? NIC0 : UPLINK;
        cr_assert_eq(mac_get_stats(net.mac[dropper])->drops.count[DROP_BAD_FCS], 1);
        cr_assert_eq(mac_get_stats(net.mac[UPLINK])->rx_bad_fcs_passed, cut);
        path_close();
    }
}

Test(frame_path, a_link_cut_in_the_middle_of_a_cut_through_frame_spoils_it)
{
    path_init(10, 10, PORT_POLICY_NIC0);
    net.edge.cut_through = true;
    path_open();
    send(CLIENT, 1514, 0);
    stage_loop_run(&net.loop, PS_PER_US); /* the switch has already begun to send the frame */
    mac_set_link(net.mac[CLIENT], false, net.loop.now_ps);
    mac_set_link(net.mac[UPLINK], false, net.loop.now_ps);
    stage_loop_run(&net.loop, PS_PER_MS);
    cr_assert_eq(net.nic[0].count, 0);
    cr_assert_eq(mac_get_stats(net.mac[NIC0])->drops.count[DROP_BAD_FCS], 1);
    path_close();
}

/* Runs the stages at the times that the wakers and next_ps() gave, as a SystemC shell does. It never polls them. */
static void run_armed(uint64_t limit_ps)
{
    for (;;) {
        uint64_t next = TIME_NEVER;
        for (int i = 0; i < STAGES; i++)
            next = u64_min(next, net.armed_ps[i]);
        if (next > limit_ps) {
            net.loop.now_ps = u64_max(net.loop.now_ps, limit_ps);
            return;
        }
        net.loop.now_ps = u64_max(net.loop.now_ps, next);
        for (int i = 0; i < STAGES; i++) {
            if (net.armed_ps[i] > net.loop.now_ps)
                continue;
            net.armed_ps[i] = TIME_NEVER;
            net.stages[i].run(net.stages[i].self, net.loop.now_ps);
            on_wake(&net.armed_ps[i], net.stages[i].next_ps(net.stages[i].self));
        }
    }
}

static void disturb(struct rng *rng, bool with_pause, uint64_t now_ps)
{
    if (rng_below(rng, 10) == 0)
        mac_set_link(net.mac[rng_below(rng, SWITCH)], rng_below(rng, 8) != 0, now_ps);
    if (rng_below(rng, 50) == 0)
        mac_set_fenced(net.mac[NIC0 + rng_below(rng, 2)], rng_below(rng, 4) == 0, now_ps);
    if (with_pause && rng_below(rng, 4) == 0)
        mac_send_pause(net.mac[rng_below(rng, SWITCH)], (uint16_t)rng_below(rng, 80), now_ps);
}

/* Sends random traffic. Odd seeds have pause frames too. Seeds from 4 on have cut-through, those from 6 on faults as
 * well, and those from 8 on LACP. */
static void random_traffic(void (*run)(uint64_t limit_ps), uint64_t seed)
{
    struct rng rng;
    rng_init(&rng, seed, "traffic");
    path_init(10, 10, PORT_POLICY_RANDOM);
    net.edge.tx_queue_frames = 20;
    net.link.tx_queue_frames = 2;
    net.link.latency_tx_ps =
        0; /* so the next frame may arrive while one still waits in latency_rx */
    net.link.latency_rx_ps = 300 * PS_PER_NS;
    net.edge.cut_through = seed >= 4;
    net.with_faults = seed >= 6;
    net.with_lacp = seed >= 8;
    path_open();
    uint64_t now = 0;
    for (int i = 0; i < 1500; i++) {
        now += rng_below(&rng, 8) ? rng_below(&rng, 500000) : rng_below(&rng, 5 * PS_PER_US);
        run(now);
        static const int ends[3] = {CLIENT, NIC0, NIC1};
        send(ends[rng_below(&rng, 3)], 14 + (uint32_t)rng_below(&rng, 1500), now);
        disturb(&rng, seed % 2, now);
    }
    run(now + PS_PER_MS);
}

static void run_polled(uint64_t limit_ps) { stage_loop_run(&net.loop, limit_ps); }

/* Both ways to drive the stages must give the same events and frames. Each frame must arrive or be counted as dropped,
 * even if links go down and NICs are fenced. */
Test(frame_path, a_driver_that_only_listens_to_wakers_sees_the_same)
{
    for (uint64_t seed = 1; seed <= 11; seed++) {
        static struct frame_log polled[3];
        random_traffic(run_polled, seed);
        polled[0] = net.client;
        polled[1] = net.nic[0];
        polled[2] = net.nic[1];
        uint64_t event_hash = net.event_hash, event_count = net.event_count;
        path_close();
        random_traffic(run_armed, seed);
        const struct frame_log *armed[3] = {&net.client, &net.nic[0], &net.nic[1]};
        cr_assert_eq(net.event_count, event_count);
        cr_assert_eq(net.event_hash, event_hash);
        struct drop_counters drops = {{0}};
        uint64_t seen = 0;
        for (int i = 0; i < 3; i++) {
            cr_assert_eq(armed[i]->count, polled[i].count);
            cr_assert_gt(armed[i]->count, 10);
            cr_assert_eq(memcmp(armed[i]->entries, polled[i].entries,
                                armed[i]->count * sizeof *armed[i]->entries),
                         0, "seed %llu", (unsigned long long)seed);
            seen += armed[i]->count;
        }
        for (int i = 0; i < SWITCH; i++)
            drop_add(&drops, &mac_get_stats(net.mac[i])->drops);
        drop_add(&drops, &lan_switch_get_stats(net.sw)->drops);
        for (int i = 0; i < DROP_REASON_COUNT; i++)
            seen += drops.count[i];
        /* The drops include lost control frames, which are not among the 1500 frames. */
        bool has_control = seed % 2 || net.with_lacp;
        cr_assert(has_control ? seen >= 1500 : seen == 1500, "seed %llu", (unsigned long long)seed);
        cr_assert_gt(drops.count[DROP_LINK_DOWN], 0);
        path_close();
    }
}
