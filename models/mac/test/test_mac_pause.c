/* Tests models/mac: how it sends and obeys pause frames, and what it does with other frames of type 8808
 * (docs/timing.md, section 3.4). */
#include "models/base/units.h"
#include "models/mac/mac_control.h"
#include "models/mac/test/mac_pair.h"
#include "models/test/timing_case.h"
#include "models/wire/checksum.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

static struct mac_pair net;

static void pair_open(uint64_t gbps)
{
    mac_pair_init(&net);
    net.params.rate_bps = gbps * UINT64_C(1000000000);
    mac_pair_open(&net);
}

Test(mac_control, the_pause_frame_of_timing_3_4_has_its_check_sequence)
{
    static const uint8_t source[6] = {2, 0, 0, 0, 0, 1};
    static const uint8_t head[18] = {1, 0x80, 0xc2, 0,    0, 1, 2, 0,    0,
                                     0, 0,    1,    0x88, 8, 0, 1, 0xff, 0xff};
    uint8_t frame[MAC_CONTROL_BYTES];
    uint16_t quanta = 0;
    mac_control_build_pause(frame, source, 0xffff);
    cr_assert_eq(memcmp(frame, head, sizeof head), 0);
    for (uint32_t i = sizeof head; i < MAC_CONTROL_BYTES; i++)
        cr_assert_eq(frame[i], 0);
    /* The FCS is dd7cb2ff on the wire, where the least significant byte comes first. */
    timing_case("3.4 check sequence", 0xffb27cdd, checksum_crc32(frame, sizeof frame));
    cr_assert_eq(checksum_crc32(frame, sizeof frame), UINT32_C(0xffb27cdd));
    cr_assert_eq(mac_control_parse(frame, sizeof frame, &quanta), MAC_CONTROL_PAUSE);
    cr_assert_eq(quanta, 0xffff);
}

struct control_row {
    char name[48];
    uint8_t bytes[6]; /* bytes of the frame from the type on */
    uint32_t len;
    enum mac_control_kind kind;
};

static struct control_row control_rows[] = {
    {"pause", {0x88, 8, 0, 1, 0, 9}, 60, MAC_CONTROL_PAUSE},
    {"priority flow control", {0x88, 8, 1, 1, 0, 255}, 60, MAC_CONTROL_PFC},
    {"another opcode", {0x88, 8, 0, 2, 0, 9}, 60, MAC_CONTROL_OTHER},
    {"no opcode", {0x88, 8, 0, 1, 0, 9}, 15, MAC_CONTROL_OTHER},
    {"no quanta", {0x88, 8, 0, 1, 0, 9}, 17, MAC_CONTROL_OTHER},
    {"another type", {0x88, 9, 0, 1, 0, 9}, 60, MAC_CONTROL_NONE},
    {"no type", {0x88, 8, 0, 1, 0, 9}, 13, MAC_CONTROL_NONE},
};

ParameterizedTestParameters(mac_control, each_kind_is_recognised)
{
    return cr_make_param_array(struct control_row, control_rows,
                               sizeof control_rows / sizeof *control_rows);
}

ParameterizedTest(struct control_row *row, mac_control, each_kind_is_recognised)
{
    uint8_t frame[60] = {0};
    uint16_t quanta = 0;
    memcpy(frame + 12, row->bytes, sizeof row->bytes);
    cr_assert_eq(mac_control_parse(frame, row->len, &quanta), row->kind, "%s", row->name);
    cr_assert_eq(quanta, row->kind == MAC_CONTROL_PAUSE ? 9 : 0);
}

struct quantum_row {
    uint64_t gbps, quantum_ps, longest_ps;
};

static struct quantum_row quantum_rows[] = {
    {10, 51200, UINT64_C(3355392000)},
    {25, 20480, UINT64_C(1342156800)},
    {40, 12800, UINT64_C(838848000)},
    {100, 5120, UINT64_C(335539200)},
};

ParameterizedTestParameters(mac_pause, quanta_last_as_in_timing_3_4)
{
    return cr_make_param_array(struct quantum_row, quantum_rows,
                               sizeof quantum_rows / sizeof *quantum_rows);
}

/* Lets b pause a, and gives a frame to a when it has received the pause. Returns the time from there to the start of
 * the frame, without the transmit latency. */
static uint64_t resumed_after_ps(uint64_t gbps, uint16_t quanta)
{
    pair_open(gbps);
    uint64_t byte_ps = 8000 / gbps;
    mac_send_pause(net.b, quanta, 0);
    uint64_t align_ps = (gbps < 40 ? 4 : 8) * byte_ps;
    uint64_t start_ps = ceil_div(net.params.latency_tx_ps, align_ps) * align_ps;
    uint64_t heard_ps = start_ps + 72 * byte_ps + net.params.cable_ps + net.params.latency_rx_ps;
    mac_pair_run(&net, heard_ps);
    mac_pair_send(&net, net.a, 1514);
    mac_pair_run(&net, PS_PER_S);
    cr_assert_eq(net.at_b.count, 1);
    uint64_t first_ps =
        net.at_b.entries[0].mac_time_ps - net.params.cable_ps - (8 + 1518) * byte_ps;
    uint64_t resumed_ps = first_ps - heard_ps - net.params.latency_tx_ps;
    mac_pair_close(&net);
    cr_assert_lt(resumed_ps - quanta * 64 * byte_ps, align_ps, "the next start lane");
    return resumed_ps;
}

ParameterizedTest(struct quantum_row *row, mac_pause, quanta_last_as_in_timing_3_4)
{
    /* A quantum is a multiple of the distance of start lanes, so the wait for a lane is the same with and without
     * pause. */
    uint64_t at_once_ps = resumed_after_ps(row->gbps, 0);
    uint64_t quantum_ps = resumed_after_ps(row->gbps, 1) - at_once_ps;
    uint64_t longest_ps = resumed_after_ps(row->gbps, 0xffff) - at_once_ps;
    timing_case("3.4 one quantum, ps", row->quantum_ps, quantum_ps);
    timing_case("3.4 65535 quanta, ps", row->longest_ps, longest_ps);
    cr_assert_eq(quantum_ps, row->quantum_ps);
    cr_assert_eq(resumed_after_ps(row->gbps, 100) - at_once_ps, 100 * row->quantum_ps);
    cr_assert_eq(longest_ps, row->longest_ps);
}

/* At 10G a pause frame, which has 64 bytes, is received 67,200 ps (rounded up to a start lane) + 72 * 800 ps + 50,000
 * ps + 121,620 ps after it was sent. */
enum { HEARD_PS = 67200 + 72 * 800 + 50000 + 121620, FRAME_PS = 1538 * 800 };

static uint64_t start_of(size_t i) { return net.at_b.entries[i].mac_time_ps - 50000 - 1526 * 800; }

Test(mac_pause, the_frame_under_way_is_completed_and_the_reaction_is_within_60_quanta)
{
    pair_open(10);
    for (int i = 0; i < 10; i++)
        mac_pair_send(&net, net.a, 1514);
    mac_pair_run(&net, 10 * PS_PER_NS);
    mac_send_pause(net.b, 1000, net.loop.now_ps);
    mac_pair_run(&net, PS_PER_S);
    cr_assert_eq(net.at_b.count, 10);
    cr_assert_eq(start_of(0), 67200);
    /* The pause frame is received at 309,220 ps, while the first frame is being sent. */
    cr_assert_geq(start_of(1), 10000 + HEARD_PS + 1000 * 51200 + 67200);
    cr_assert_lt(start_of(1), 10000 + HEARD_PS + 1000 * 51200 + 67200 + 2 * 3200);
    cr_assert_lt(net.params.latency_tx_ps + net.params.latency_rx_ps, 60 * 51200);
    mac_pair_close(&net);
}

Test(mac_pause, the_newest_value_replaces_and_zero_releases)
{
    pair_open(10);
    mac_send_pause(net.b, 0xffff, 0);
    mac_pair_run(&net, PS_PER_US);
    mac_pair_send(&net, net.a, 1514);
    mac_pair_send(&net, net.a, 1514);
    mac_send_pause(net.b, 10, net.loop.now_ps);
    mac_pair_run(&net, 50 * PS_PER_US);
    cr_assert_eq(net.at_b.count, 2, "10 quanta are over, 65535 are not");
    cr_assert_lt(start_of(0), PS_PER_US + HEARD_PS + 10 * 51200 + 67200 + 2 * 3200);
    mac_send_pause(net.b, 0xffff, net.loop.now_ps);
    mac_pair_run(&net, 60 * PS_PER_US);
    mac_pair_send(&net, net.a, 1514);
    mac_pair_run(&net, 100 * PS_PER_US);
    cr_assert_eq(net.at_b.count, 2);
    mac_send_pause(net.b, 0, net.loop.now_ps);
    mac_pair_run(&net, 110 * PS_PER_US);
    cr_assert_eq(net.at_b.count, 3);
    cr_assert_geq(start_of(2), 100 * PS_PER_US + HEARD_PS + 67200);
    cr_assert_lt(start_of(2), 100 * PS_PER_US + HEARD_PS + 67200 + 2 * 3200);
    cr_assert_eq(mac_get_stats(net.a)->rx_pause, 4);
    mac_pair_close(&net);
}

Test(mac_pause, a_pause_frame_overtakes_the_queue_and_is_not_paused_itself)
{
    pair_open(10);
    mac_send_pause(net.b, 0xffff, 0);
    mac_pair_run(&net, PS_PER_US);
    for (int i = 0; i < 20; i++)
        mac_pair_send(&net, net.a, 1514);
    mac_send_pause(net.a, 7, net.loop.now_ps);
    mac_pair_run(&net, 2 * PS_PER_US);
    cr_assert_eq(mac_get_stats(net.b)->rx_pause, 1);
    cr_assert_eq(net.at_b.count, 0);
    mac_pair_run(&net, PS_PER_S);
    cr_assert_eq(net.at_b.count, 20);
    for (size_t i = 1; i < 20; i++)
        cr_assert_lt(net.at_b.entries[i - 1].id, net.at_b.entries[i].id);
    mac_pair_close(&net);
}

Test(mac_pause, who_does_not_obey_only_counts)
{
    mac_pair_init(&net);
    net.params.pause_obeyed = false;
    mac_pair_open(&net);
    mac_send_pause(net.b, 0xffff, 0);
    mac_pair_run(&net, PS_PER_US);
    mac_pair_send(&net, net.a, 60);
    mac_pair_run(&net, 2 * PS_PER_US);
    cr_assert_eq(net.at_b.count, 1);
    cr_assert_eq(mac_get_stats(net.a)->rx_pause, 1);
    mac_pair_close(&net);
}

static void count_event(void *self, const struct probe_event *event)
{
    uint64_t *kinds = self;
    *kinds |= UINT64_C(1) << event->kind;
}

Test(mac_pause, a_consumed_pause_frame_is_no_frame_of_anybody)
{
    uint64_t kinds = 0;
    mac_pair_init(&net);
    probe_add(&net.probe, (struct probe_listener){count_event, &kinds, UINT64_MAX});
    mac_pair_open(&net);
    mac_send_pause(net.a, 1, 0);
    mac_send_pause(net.b, 1, 0);
    mac_pair_run(&net, PS_PER_MS);
    const struct mac_stats *stats = mac_get_stats(net.a);
    cr_assert_eq(stats->tx_pause, 1);
    cr_assert_eq(stats->rx_pause, 1);
    cr_assert_eq(stats->tx_frames + stats->rx_frames, 0);
    cr_assert_eq(net.at_a.count + net.at_b.count, 0);
    cr_assert_eq(kinds, 0, "nothing to judge, nothing to monitor");
    for (int i = 0; i < DROP_REASON_COUNT; i++)
        cr_assert_eq(stats->drops.count[i], 0);
    mac_pair_close(&net);
}

Test(mac_pause, priority_flow_control_and_unknown_opcodes_are_counted_and_dropped)
{
    pair_open(10);
    for (uint8_t opcode = 1; opcode <= 2; opcode++) {
        struct frame *frame = frame_log_make(net.pool, 60, 0);
        memcpy(frame->data, "\x01\x80\xc2\x00\x00\x01", 6);
        memcpy(frame->data + 12, "\x88\x08", 2);
        frame->data[14] = 1;
        frame->data[15] = opcode; /* 0101 is priority flow control, and 0102 is unknown */
        mac_pair_send_frame(&net, net.b, frame);
    }
    mac_pair_run(&net, PS_PER_MS);
    cr_assert_eq(mac_get_stats(net.a)->rx_pfc, 1);
    cr_assert_eq(mac_pair_drops(net.a, DROP_MAC_CONTROL), 2);
    cr_assert_eq(net.at_a.count, 0);
    mac_pair_close(&net);
}

/* A receiver that takes one frame in 2 us. A frame of 1514 bytes takes 1.23 us on the line, so the receiver is
 * slower. */
struct slow {
    uint32_t level, level_max;
    uint64_t next_ps;
};

static uint32_t slow_level(void *self, uint64_t now_ps)
{
    struct slow *slow = self;
    for (; slow->next_ps <= now_ps && slow->level > 0; slow->next_ps += 2 * PS_PER_US)
        slow->level--;
    return slow->level;
}

static void slow_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct slow *slow = self;
    (void)slow_level(slow, now_ps);
    if (slow->level == 0)
        slow->next_ps = now_ps + 2 * PS_PER_US;
    slow->level++;
    slow->level_max = u32_max(slow->level_max, slow->level);
    frame_free(net.pool, frame);
}

static struct slow overload(uint32_t threshold, uint16_t quanta)
{
    struct slow slow = {0, 0, 0};
    mac_pair_init(&net);
    net.params.pause_threshold = threshold;
    net.params.pause_quanta = quanta;
    mac_pair_open(&net);
    mac_destroy(net.a);
    net.a = mac_create(&net.params, 0, NULL, (struct frame_sink){slow_accept, &slow}, net.pool,
                       NULL, NULL);
    mac_connect(net.a, net.b);
    mac_connect(net.b, net.a);
    mac_on_rx_level(net.a, slow_level, &slow);
    stage_loop_init(&net.loop);
    stage_loop_add(&net.loop, mac_stage(net.a, "a"));
    stage_loop_add(&net.loop, mac_stage(net.b, "b"));
    for (int i = 0; i < 400; i++)
        mac_pair_send(&net, net.b, 1514);
    mac_pair_run(&net, 4 * PS_PER_MS);
    cr_assert_eq(mac_get_stats(net.a)->rx_frames, 400);
    return slow;
}

Test(mac_pause, a_full_receiver_asks_for_pause_and_releases_at_half)
{
    struct slow slow = overload(16, 0xffff);
    cr_assert_geq(slow.level_max, 17);
    cr_assert_leq(slow.level_max, 19, "the frame under way and one more may still come");
    cr_assert_gt(mac_get_stats(net.a)->tx_pause, 20, "on and off, again and again");
    cr_assert_eq(mac_get_stats(net.a)->tx_pause % 2, 0, "each request was released");
    mac_pair_close(&net);
}

Test(mac_pause, a_short_pause_is_asked_for_again_before_it_ends)
{
    struct slow slow = overload(16, 100); /* 5.12 us, but 16 us are needed */
    cr_assert_leq(slow.level_max, 19);
    cr_assert_gt(mac_get_stats(net.a)->tx_pause, 60);
    mac_pair_close(&net);
}

Test(mac_pause, without_a_threshold_none_is_sent)
{
    struct slow slow = overload(0, 0xffff);
    cr_assert_gt(slow.level_max, 100);
    cr_assert_eq(mac_get_stats(net.a)->tx_pause, 0);
    mac_pair_close(&net);
}

Test(mac_pause, a_link_that_comes_back_is_not_paused)
{
    pair_open(10);
    mac_send_pause(net.b, 0xffff, 0);
    mac_pair_run(&net, PS_PER_US);
    for (int up = 0; up < 2; up++) {
        mac_set_link(net.a, up, net.loop.now_ps);
        mac_set_link(net.b, up, net.loop.now_ps);
        mac_pair_run(&net, 2 * PS_PER_US);
    }
    mac_pair_send(&net, net.a, 60);
    mac_pair_run(&net, 3 * PS_PER_US);
    cr_assert_eq(net.at_b.count, 1);
    mac_pair_close(&net);
}
