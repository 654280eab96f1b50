/* Tests models/mac: link aggregation control (LACP) between the two MACs of a link. */
#include "models/base/units.h"
#include "models/mac/test/mac_pair.h"

#include <criterion/criterion.h>
#include <string.h>

static struct mac_pair net;

/* The number of changes that each port has reported, and the last one with its time. */
static struct reports {
    uint64_t changes, last_ps;
    bool distributes;
} reports[2];

static void on_change(void *self, bool distributes, uint64_t now_ps)
{
    struct reports *t = self;
    cr_assert_neq(t->distributes, distributes, "told of changes only");
    *t = (struct reports){t->changes + 1, now_ps, distributes};
}

static void pair_open(enum lacp_period period, bool agreed)
{
    mac_pair_init(&net);
    mac_pair_open(&net);
    struct mac *macs[2] = {net.a, net.b};
    memset(reports, 0, sizeof reports);
    for (uint8_t i = 0; i < 2; i++) {
        struct lacp_port id = {.system = {2, 0, 0, 0, 0, i}, .key = 1, .port = 1};
        reports[i].distributes = agreed;
        cr_assert(mac_lacp_join(macs[i], &id, period, on_change, &reports[i], 0));
    }
    if (agreed)
        mac_lacp_agree(net.a, 0);
}

static void set_link(bool up)
{
    mac_set_link(net.a, up, net.loop.now_ps);
    mac_set_link(net.b, up, net.loop.now_ps);
}

Test(mac_lacp, two_macs_agree_over_their_link_and_lacpdus_are_no_frames_of_anybody)
{
    pair_open(LACP_FAST, false);
    mac_pair_run(&net, 10 * PS_PER_S);
    cr_assert(mac_lacp_distributes(net.a) && mac_lacp_distributes(net.b));
    cr_assert(reports[0].distributes && reports[1].distributes);
    cr_assert_geq(reports[0].last_ps, LACP_AGGREGATE_WAIT_PS);
    const struct mac_stats *a = mac_get_stats(net.a), *b = mac_get_stats(net.b);
    cr_assert_eq(a->tx_slow, b->rx_slow);
    cr_assert_eq(b->tx_slow, a->rx_slow);
    cr_assert_geq(a->tx_slow, 10);
    cr_assert_eq(a->tx_frames + a->rx_frames + b->tx_frames + b->rx_frames, 0);
    cr_assert_eq(net.at_a.count + net.at_b.count, 0);
    mac_pair_close(&net);
}

Test(mac_lacp, a_line_that_dies_silently_one_way_is_noticed_by_both_ends)
{
    const struct line_fault_rule rule = {.kind = LINE_FAULT_DROP, .rate_ppm = LINE_FAULT_PPM};
    mac_pair_init(&net);
    mac_pair_open(&net);
    int all = mac_fault_add(net.b, &rule, 1, "a to b");
    struct mac *macs[2] = {net.a, net.b};
    for (uint8_t i = 0; i < 2; i++) {
        struct lacp_port id = {.system = {2, 0, 0, 0, 0, i}, .key = 1, .port = 1};
        reports[i] = (struct reports){.distributes = true};
        cr_assert(mac_lacp_join(macs[i], &id, LACP_FAST, on_change, &reports[i], 0));
    }
    mac_lacp_agree(net.a, 0);
    mac_pair_run(&net, 5 * PS_PER_S + PS_PER_MS);
    mac_fault_start(net.b, all, net.loop.now_ps);
    mac_pair_run(&net, 9 * PS_PER_S);
    for (int i = 0; i < 2; i++) {
        cr_assert(!reports[i].distributes);
        cr_assert_eq(reports[i].changes, 1);
        cr_assert_geq(reports[i].last_ps, 7 * PS_PER_S);
        cr_assert_leq(reports[i].last_ps, 8 * PS_PER_S + PS_PER_MS);
        cr_assert_eq(mac_get_stats(macs[i])->lacp_losses, 1);
    }
    mac_pair_close(&net);
}

Test(mac_lacp, a_cut_link_is_left_at_once_and_joined_again)
{
    pair_open(LACP_SLOW, true);
    mac_pair_run(&net, PS_PER_S);
    set_link(false);
    cr_assert(!mac_lacp_distributes(net.a) && !mac_lacp_distributes(net.b));
    cr_assert_eq(reports[0].last_ps, PS_PER_S);
    mac_pair_run(&net, 2 * PS_PER_S);
    set_link(true);
    mac_pair_run(&net, 8 * PS_PER_S);
    cr_assert(mac_lacp_distributes(net.a) && mac_lacp_distributes(net.b));
    mac_pair_close(&net);
}

Test(mac_lacp, data_passes_and_a_paused_lacpdu_waits_like_data)
{
    pair_open(LACP_FAST, true);
    mac_pair_run(&net, PS_PER_S - PS_PER_MS);
    mac_send_pause(net.b, 0xffff, net.loop.now_ps); /* pauses a for 3.4 ms at 10G */
    mac_pair_send(&net, net.b, 100);
    mac_pair_run(&net, PS_PER_S + PS_PER_MS);
    cr_assert_eq(mac_get_stats(net.b)->rx_slow, 0);
    cr_assert_eq(mac_get_stats(net.a)->rx_slow, 1);
    cr_assert_eq(net.at_a.count, 1);
    mac_pair_run(&net, PS_PER_S + 3 * PS_PER_MS);
    cr_assert_eq(mac_get_stats(net.b)->rx_slow, 1);
    mac_pair_close(&net);
}

static struct frame *slow_frame(bool is_response)
{
    const struct lacp_marker marker = {7, {2, 0, 0, 0, 0, 7}, 1234};
    struct frame *frame = frame_log_make(net.pool, LACP_FRAME_BYTES, net.loop.now_ps);
    lacp_build_marker(frame->data, marker.system, is_response, &marker);
    return frame;
}

Test(mac_lacp, a_marker_is_answered_and_a_response_is_not)
{
    pair_open(LACP_FAST, true);
    mac_pair_send_frame(&net, net.a, slow_frame(false));
    mac_pair_send_frame(&net, net.a, slow_frame(true));
    mac_pair_run(&net, PS_PER_MS);
    cr_assert_eq(mac_get_stats(net.b)->rx_slow, 2);
    cr_assert_eq(mac_get_stats(net.b)->tx_slow, 1);
    cr_assert_eq(mac_get_stats(net.a)->rx_slow, 1);
    cr_assert_eq(net.at_a.count + net.at_b.count, 0);
    mac_pair_close(&net);
}

Test(mac_lacp, a_port_that_takes_no_part_hands_such_frames_on)
{
    mac_pair_init(&net);
    mac_pair_open(&net);
    mac_pair_send_frame(&net, net.a, slow_frame(false));
    mac_pair_run(&net, PS_PER_MS);
    cr_assert_eq(net.at_b.count, 1);
    cr_assert(mac_lacp_distributes(net.a));
    mac_pair_close(&net);
}
