/* Tests models/lan_switch: which member a frame takes, and when (docs/timing.md, section 3.7). */
#include "models/base/stage_loop.h"
#include "models/lan_switch/lan_switch.h"
#include "models/test/frame_log.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <string.h>

/* A switch with a frame log at each of its members and at its uplink. */
struct bench {
    struct frame_pool *pool;
    struct lan_switch_params params;
    struct lan_switch *sw;
    struct frame_log member[2], uplink;
    struct stage_loop loop;
};

static struct bench net;

static void bench_init(enum port_policy policy)
{
    lan_switch_params_default(&net.params);
    net.params.policy = policy;
    net.params.forward_ps = 1000;
    net.params.detect_ps = 50000;
}

static void bench_open(void)
{
    net.pool = frame_pool_create(4096);
    frame_log_init(&net.member[0], net.pool);
    frame_log_init(&net.member[1], net.pool);
    frame_log_init(&net.uplink, net.pool);
    const struct frame_sink members[2] = {frame_log_sink(&net.member[0]),
                                          frame_log_sink(&net.member[1])};
    net.sw = lan_switch_create(&net.params, members, frame_log_sink(&net.uplink), net.pool, NULL);
    stage_loop_init(&net.loop);
    stage_loop_add(&net.loop, lan_switch_stage(net.sw, "switch"));
}

static void bench_close(void)
{
    lan_switch_destroy(net.sw);
    cr_assert_eq(frame_pool_in_use(net.pool), 0);
    frame_pool_destroy(net.pool);
}

/* Makes a TCP frame from 10.0.0.1:sport to 10.0.0.2:2000. Section 3.7 of docs/timing.md has hashes of such flows. */
static struct frame *tcp_frame(uint16_t sport)
{
    struct frame *frame = frame_alloc(net.pool, net.loop.now_ps);
    struct packet_out out = {
        .src_mac = {2, 0, 0, 0, 0, 1},
        .dst_mac = {2, 0, 0, 0, 0, 2},
        .ip_version = 4,
        .sport = sport,
        .dport = 2000,
        .flags = TCP_ACK,
    };
    ip_addr_from_v4(out.src, 0x0a000001);
    ip_addr_from_v4(out.dst, 0x0a000002);
    frame->len = packet_build(frame->data, &out, 0);
    return frame;
}

/* Sends one frame through the switch. Returns the member by which it left, or -1 if it left by none. */
static int route(struct frame *frame)
{
    size_t before[2] = {net.member[0].count, net.member[1].count};
    struct frame_sink in = lan_switch_uplink_sink(net.sw);
    frame_sink_accept(&in, frame, net.loop.now_ps);
    stage_loop_run(&net.loop, net.loop.now_ps + net.params.forward_ps);
    for (int i = 0; i < 2; i++)
        if (net.member[i].count > before[i])
            return i;
    return -1;
}

static int route_tcp(uint16_t sport) { return route(tcp_frame(sport)); }

Test(lan_switch, decides_forward_ps_after_the_frame_and_keeps_order)
{
    bench_init(PORT_POLICY_NIC0);
    bench_open();
    struct frame_sink up = lan_switch_uplink_sink(net.sw);
    struct frame_sink down = lan_switch_member_sink(net.sw, 1);
    for (uint64_t i = 0; i < 300; i++) {
        stage_loop_run(&net.loop, i * 7);
        frame_sink_accept(&up, tcp_frame(1000), i * 7);
        frame_sink_accept(&down, tcp_frame(1000), i * 7);
    }
    stage_loop_run(&net.loop, 100000);
    cr_assert_eq(net.member[0].count, 300);
    cr_assert_eq(net.uplink.count, 300);
    for (uint64_t i = 0; i < 300; i++) {
        cr_assert_eq(net.member[0].entries[i].id, 2 * i + 1);
        cr_assert_eq(net.member[0].entries[i].now_ps, i * 7 + 1000);
        cr_assert_eq(net.uplink.entries[i].id, 2 * i + 2);
        cr_assert_eq(net.uplink.entries[i].now_ps, i * 7 + 1000);
    }
    cr_assert_eq(lan_switch_get_stats(net.sw)->to_uplink, 300);
    cr_assert_eq(lan_switch_get_stats(net.sw)->to_member[0], 300);
    bench_close();
}

Test(lan_switch, without_latency_a_frame_passes_at_once)
{
    bench_init(PORT_POLICY_NIC0);
    net.params.forward_ps = 0;
    bench_open();
    cr_assert_eq(route_tcp(1), 0);
    cr_assert_eq(net.member[0].entries[0].now_ps, 0);
    bench_close();
}

struct hash_row {
    char name[48];
    enum flow_hash_policy hash;
    uint16_t sport;
    int member;
};

static struct hash_row hash_rows[] = {
    {"layer3+4, 1000", FLOW_HASH_LAYER3_4, 1000, 1},
    {"layer3+4, 1001", FLOW_HASH_LAYER3_4, 1001, 1},
    {"layer3+4, 1002", FLOW_HASH_LAYER3_4, 1002, 0},
    {"layer2+3, 1000", FLOW_HASH_LAYER2_3, 1000, 0},
    {"layer2+3, 1002", FLOW_HASH_LAYER2_3, 1002, 0},
    {"layer2, 1000", FLOW_HASH_LAYER2, 1000, 1},
    {"layer2, 1002", FLOW_HASH_LAYER2, 1002, 1},
};

ParameterizedTestParameters(lan_switch, the_hash_chooses_and_a_swap_exchanges_the_members)
{
    return cr_make_param_array(struct hash_row, hash_rows, sizeof hash_rows / sizeof *hash_rows);
}

ParameterizedTest(struct hash_row *row, lan_switch,
                  the_hash_chooses_and_a_swap_exchanges_the_members)
{
    bench_init(PORT_POLICY_HASH);
    net.params.hash = row->hash;
    bench_open();
    for (int i = 0; i < 3; i++)
        cr_assert_eq(route_tcp(row->sport), row->member, "%s", row->name);
    lan_switch_swap(net.sw, net.loop.now_ps);
    cr_assert_eq(route_tcp(row->sport), 1 - row->member, "%s", row->name);
    lan_switch_swap(net.sw, net.loop.now_ps);
    cr_assert_eq(route_tcp(row->sport), row->member, "%s", row->name);
    cr_assert_eq(lan_switch_get_stats(net.sw)->rehashes, 2);
    bench_close();
}

Test(lan_switch, a_frame_that_says_its_member_goes_there_whatever_the_policy)
{
    bench_init(PORT_POLICY_NIC0);
    bench_open();
    for (int member = 0; member < 2; member++) {
        struct frame *frame = tcp_frame(1000);
        frame->flags = member ? FRAME_TO_NIC1 : FRAME_TO_NIC0;
        cr_assert_eq(route(frame), member);
    }
    cr_assert_eq(route(tcp_frame(1000)), 0);
    bench_close();
}

Test(lan_switch, another_hash_policy_applies_to_the_next_frame)
{
    bench_init(PORT_POLICY_HASH);
    bench_open();
    cr_assert_eq(route_tcp(1000), 1);
    lan_switch_set_hash(net.sw, FLOW_HASH_LAYER2_3, net.loop.now_ps);
    cr_assert_eq(route_tcp(1000), 0);
    lan_switch_set_hash(net.sw, FLOW_HASH_LAYER2_3, net.loop.now_ps);
    cr_assert_eq(lan_switch_get_stats(net.sw)->rehashes, 1);
    bench_close();
}

Test(lan_switch, a_decision_due_before_the_rehash_is_made_before_it)
{
    bench_init(PORT_POLICY_HASH);
    bench_open();
    struct frame_sink in = lan_switch_uplink_sink(net.sw);
    frame_sink_accept(&in, tcp_frame(1000), 0);
    lan_switch_swap(net.sw, 1000);
    cr_assert_eq(net.member[1].count, 1);
    bench_close();
}

Test(lan_switch, nic0_uses_member_0_only)
{
    bench_init(PORT_POLICY_NIC0);
    bench_open();
    for (uint16_t port = 1000; port < 1010; port++)
        cr_assert_eq(route_tcp(port), 0);
    bench_close();
}

Test(lan_switch, alternate_changes_with_each_frame_of_a_connection)
{
    bench_init(PORT_POLICY_ALTERNATE);
    bench_open();
    for (int i = 0; i < 6; i++) {
        cr_assert_eq(route_tcp(1000), (1 + i) % 2, "starts at the member of the hash");
        cr_assert_eq(route_tcp(1002), i % 2);
    }
    cr_assert_eq(lan_switch_get_stats(net.sw)->flows, 2);
    bench_close();
}

Test(lan_switch, flip_changes_after_so_many_frames_of_a_connection)
{
    bench_init(PORT_POLICY_FLIP);
    net.params.flip_frames = 3;
    bench_open();
    for (int i = 0; i < 12; i++) {
        cr_assert_eq(route_tcp(1000), (1 + i / 3) % 2);
        cr_assert_eq(route_tcp(1002), i / 3 % 2);
    }
    bench_close();
}

Test(lan_switch, round_robin_changes_with_each_frame_of_whatever_connection)
{
    bench_init(PORT_POLICY_ROUND_ROBIN);
    bench_open();
    for (int i = 0; i < 8; i++)
        cr_assert_eq(route_tcp((uint16_t)(1000 + i % 3)), i % 2);
    cr_assert_eq(route(frame_log_make(net.pool, 60, 0)), 0, "what is no TCP as well");
    lan_switch_set_member_up(net.sw, 1, false, net.loop.now_ps);
    stage_loop_run(&net.loop, net.loop.now_ps + net.params.detect_ps);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(route_tcp(1000), 0);
    bench_close();
}

Test(lan_switch, the_table_maps_connections_in_order_of_appearance)
{
    bench_init(PORT_POLICY_TABLE);
    (void)strcpy(net.params.table, "011");
    bench_open();
    static const int members[5] = {0, 1, 1, 0, 1}; /* the table repeats from the fourth on */
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 5; i++)
            cr_assert_eq(route_tcp((uint16_t)(1000 + i)), members[i]);
    lan_switch_assign(net.sw, 2, 0, net.loop.now_ps);
    lan_switch_assign(net.sw, 6, 1, net.loop.now_ps);
    cr_assert_eq(route_tcp(1002), 0);
    cr_assert_eq(route_tcp(1001), 1);
    cr_assert_eq(route_tcp(1005), 1);
    cr_assert_eq(route_tcp(1006), 1, "not seen before it was assigned");
    lan_switch_assign(net.sw, 2, 1, net.loop.now_ps);
    cr_assert_eq(route_tcp(1002), 1);
    lan_switch_swap(net.sw, net.loop.now_ps);
    cr_assert_eq(route_tcp(1002), 0);
    cr_assert_eq(lan_switch_get_stats(net.sw)->rehashes, 4);
    bench_close();
}

Test(lan_switch, without_a_table_the_policy_table_is_the_hash)
{
    bench_init(PORT_POLICY_HASH);
    bench_open();
    lan_switch_set_policy(net.sw, PORT_POLICY_TABLE, 1, net.loop.now_ps);
    cr_assert_eq(route_tcp(1000), 1);
    cr_assert_eq(route_tcp(1002), 0);
    bench_close();
}

Test(lan_switch, frames_without_tcp_go_by_the_hash_and_count_for_nobody)
{
    bench_init(PORT_POLICY_ALTERNATE);
    bench_open();
    int first = route(frame_log_make(net.pool, 60, 0));
    for (int i = 0; i < 4; i++)
        cr_assert_eq(route(frame_log_make(net.pool, 60, 0)), first);
    cr_assert_neq(route(frame_log_make(net.pool, 5, 0)), -1, "malformed frames pass too");
    cr_assert_eq(lan_switch_get_stats(net.sw)->flows, 0);
    bench_close();
}

static uint64_t random_route(uint64_t seed)
{
    uint64_t bits = 0;
    bench_init(PORT_POLICY_RANDOM);
    net.params.seed = seed;
    bench_open();
    for (int i = 0; i < 64; i++)
        bits = bits << 1 | (uint64_t)route_tcp(1000);
    cr_assert_gt(net.member[0].count, 16);
    cr_assert_gt(net.member[1].count, 16);
    bench_close();
    return bits;
}

Test(lan_switch, random_depends_on_the_seed_only)
{
    uint64_t first = random_route(7);
    cr_assert_eq(random_route(7), first);
    cr_assert_neq(random_route(8), first);
}

Test(lan_switch, a_dead_member_is_replaced_once_detected_and_used_again_later)
{
    bench_init(PORT_POLICY_HASH);
    bench_open();
    stage_loop_run(&net.loop, 100000);
    lan_switch_set_member_up(net.sw, 1, false, 100000);
    cr_assert_eq(route_tcp(1000), 1, "not detected yet");
    stage_loop_run(&net.loop, 150000);
    cr_assert_eq(route_tcp(1000), 0);
    cr_assert_eq(route_tcp(1002), 0, "the other member's flows stay");
    stage_loop_run(&net.loop, 200000);
    lan_switch_set_member_up(net.sw, 1, true, 200000);
    cr_assert_eq(route_tcp(1000), 0);
    stage_loop_run(&net.loop, 250000);
    cr_assert_eq(route_tcp(1000), 1);
    bench_close();
}

Test(lan_switch, with_no_member_left_frames_are_dropped_and_counted)
{
    bench_init(PORT_POLICY_HASH);
    net.params.detect_ps = 0;
    bench_open();
    lan_switch_set_member_up(net.sw, 0, false, 0);
    lan_switch_set_member_up(net.sw, 1, false, 0);
    cr_assert_eq(route_tcp(1000), -1);
    cr_assert_eq(lan_switch_get_stats(net.sw)->drops.count[DROP_NO_MEMBER], 1);
    bench_close();
}

Test(lan_switch, a_member_that_lacp_took_out_is_not_used)
{
    bench_init(PORT_POLICY_NIC0);
    bench_open();
    cr_assert_eq(route_tcp(1000), 0);
    lan_switch_set_member_bundled(net.sw, 0, false, net.loop.now_ps);
    cr_assert_eq(route_tcp(1000), 1);
    lan_switch_set_member_bundled(net.sw, 0, true, net.loop.now_ps);
    cr_assert_eq(route_tcp(1000), 0);
    bench_close();
}

Test(lan_switch, reserved_addresses_are_not_forwarded)
{
    bench_init(PORT_POLICY_NIC0);
    bench_open();
    for (int last = 0; last <= 0x10; last++) {
        struct frame *frame = tcp_frame(1000);
        memcpy(frame->data, "\x01\x80\xc2\x00\x00", 5);
        frame->data[5] = (uint8_t)last;
        cr_assert_eq(route(frame), last <= 0x0f ? -1 : 0);
    }
    cr_assert_eq(lan_switch_get_stats(net.sw)->drops.count[DROP_MAC_CONTROL], 16);
    bench_close();
}

Test(lan_switch, active_backup_uses_the_active_member_and_falls_back)
{
    bench_init(PORT_POLICY_HASH);
    net.params.active_backup = true;
    net.params.active = 1;
    net.params.detect_ps = 0;
    bench_open();
    cr_assert_eq(route_tcp(1000), 1);
    cr_assert_eq(route_tcp(1002), 1);
    lan_switch_set_active(net.sw, 0, net.loop.now_ps);
    cr_assert_eq(route_tcp(1000), 0);
    lan_switch_set_member_up(net.sw, 0, false, net.loop.now_ps);
    cr_assert_eq(route_tcp(1000), 1);
    bench_close();
}

Test(lan_switch, frames_still_waiting_at_the_end_go_back_to_the_pool)
{
    bench_init(PORT_POLICY_HASH);
    bench_open();
    struct frame_sink in = lan_switch_uplink_sink(net.sw);
    for (int i = 0; i < 100; i++)
        frame_sink_accept(&in, tcp_frame(1000), 0);
    bench_close();
}

Test(lan_switch, parameters_are_checked)
{
    struct error err = {STATUS_OK, ""};
    lan_switch_params_default(&net.params);
    cr_assert_eq(lan_switch_params_check(&net.params, &err), STATUS_OK);
    net.params.flip_frames = 0;
    cr_assert_eq(lan_switch_params_check(&net.params, &err), STATUS_BAD_INPUT);
    lan_switch_params_default(&net.params);
    net.params.active = 2;
    cr_assert_eq(lan_switch_params_check(&net.params, &err), STATUS_BAD_INPUT);
    lan_switch_params_default(&net.params);
    net.params.forward_ps = 2 * PS_PER_S;
    cr_assert_eq(lan_switch_params_check(&net.params, &err), STATUS_BAD_INPUT);
    lan_switch_params_default(&net.params);
    net.params.policy = PORT_POLICY_TABLE;
    cr_assert_eq(lan_switch_params_check(&net.params, &err), STATUS_BAD_INPUT);
    (void)strcpy(net.params.table, "0120");
    cr_assert_eq(lan_switch_params_check(&net.params, &err), STATUS_BAD_INPUT);
}

Test(lan_switch, flipping_after_no_frame_is_a_bug, .signal = SIGABRT)
{
    bench_init(PORT_POLICY_FLIP);
    net.params.flip_frames = 0;
    bench_open();
}
