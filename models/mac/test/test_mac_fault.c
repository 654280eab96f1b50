/* Tests models/mac: faults of a line, and the verdicts of the frames that they hit. */
#include "models/base/units.h"
#include "models/mac/test/mac_pair.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

static struct mac_pair net;

/* Sets up a pair with one fault rule on the line toward b, which is active from the beginning. */
static void open_with(const struct line_fault_rule *rule, uint64_t seed)
{
    mac_pair_init(&net);
    mac_pair_open(&net);
    cr_assert_eq(mac_fault_add(net.b, rule, seed, "test"), 0);
    mac_fault_start(net.b, 0, 0);
}

static void send_many(int count, uint32_t len)
{
    for (int i = 0; i < count; i++)
        mac_pair_send(&net, net.a, len);
    mac_pair_run(&net, net.loop.now_ps + 10 * PS_PER_MS);
}

static uint64_t chosen(enum line_fault_kind kind) { return mac_fault_stats(net.b)->chosen[kind]; }

/* Returns the time at which the last bit of frame `i` arrives at b, if frames of 1514 bytes follow each other at 10G
 * with gaps of 12 bytes and without faults. */
static uint64_t arrival_ps(uint64_t i) { return 67200 + 50000 + 1526 * 800 + i * 1538 * 800; }

static struct line_fault_rule numbered(enum line_fault_kind kind, uint32_t first, uint32_t last)
{
    return (struct line_fault_rule){
        .kind = kind, .range_count = 1, .ranges = {{first, last}}, .behind = 1};
}

Test(mac_fault, without_a_chosen_frame_the_line_is_as_before)
{
    struct line_fault_rule rule = numbered(LINE_FAULT_DROP, 1000, 1001);
    open_with(&rule, 1);
    send_many(100, 1514);
    cr_assert_eq(net.at_b.count, 100);
    for (size_t i = 0; i < 100; i++) {
        uint64_t exact_ps = arrival_ps(i) - (i % 2 ? 1600 : 0); /* the gaps have 10 and 14 bytes */
        cr_assert_eq(net.at_b.entries[i].mac_time_ps, exact_ps);
        cr_assert_eq(net.at_b.entries[i].now_ps, exact_ps + 121620);
    }
    cr_assert_eq(mac_fault_stats(net.b)->frames, 100);
    cr_assert_eq(mac_fault_stats(net.a)->frames, 0, "the other direction has none");
    mac_pair_close(&net);
}

Test(mac_fault, a_dropped_frame_is_counted_as_a_fault)
{
    struct line_fault_rule rule = numbered(LINE_FAULT_DROP, 3, 5);
    rule.range_count = 2;
    rule.ranges[1] = (struct line_fault_range){9, 9};
    open_with(&rule, 1);
    send_many(10, 100);
    static const uint64_t left[6] = {1, 2, 6, 7, 8, 10};
    cr_assert_eq(net.at_b.count, 6);
    for (int i = 0; i < 6; i++)
        cr_assert_eq(net.at_b.entries[i].id, left[i]);
    cr_assert_eq(mac_pair_drops(net.b, DROP_FAULT), 4);
    cr_assert_eq(chosen(LINE_FAULT_DROP), 4);
    mac_pair_close(&net);
}

struct damage_row {
    char name[32];
    enum line_fault_kind kind;
    enum drop_reason reason;
};

static struct damage_row damage_rows[] = {
    {"corrupt", LINE_FAULT_CORRUPT, DROP_BAD_FCS},
    {"truncate", LINE_FAULT_TRUNCATE, DROP_RUNT},
};

ParameterizedTestParameters(mac_fault, a_damaged_frame_is_dropped_by_the_receiver)
{
    return cr_make_param_array(struct damage_row, damage_rows,
                               sizeof damage_rows / sizeof *damage_rows);
}

ParameterizedTest(struct damage_row *row, mac_fault, a_damaged_frame_is_dropped_by_the_receiver)
{
    struct line_fault_rule rule = numbered(row->kind, 2, 3);
    open_with(&rule, 1);
    send_many(4, 500);
    cr_assert_eq(net.at_b.count, 2);
    cr_assert_eq(mac_pair_drops(net.b, row->reason), 2, "%s", row->name);
    cr_assert_eq(mac_pair_drops(net.b, DROP_FAULT), 0);
    cr_assert_eq(chosen(row->kind), 2);
    mac_pair_close(&net);
}

Test(mac_fault, a_duplicate_is_a_new_frame_right_behind_and_never_overlaps)
{
    struct line_fault_rule rule = numbered(LINE_FAULT_DUPLICATE, 2, 2);
    open_with(&rule, 1);
    send_many(3, 1514);
    cr_assert_eq(net.at_b.count, 4);
    const struct frame_log_entry *e = net.at_b.entries;
    cr_assert_eq(e[1].id, 2);
    cr_assert_eq(e[2].id, 4, "a new id");
    cr_assert_eq(e[3].id, 3);
    cr_assert_eq(e[2].len, 1514);
    for (int i = 0; i < 3; i++)
        cr_assert_geq(e[i + 1].mac_time_ps - e[i].mac_time_ps, 1526 * 800);
    cr_assert_eq(chosen(LINE_FAULT_DUPLICATE), 1);
    mac_pair_close(&net);
}

Test(mac_fault, a_reordered_frame_comes_behind_so_many_others)
{
    struct line_fault_rule rule = numbered(LINE_FAULT_REORDER, 2, 2);
    rule.behind = 3;
    open_with(&rule, 1);
    send_many(7, 1000);
    static const uint64_t order[7] = {1, 3, 4, 5, 2, 6, 7};
    cr_assert_eq(net.at_b.count, 7);
    for (int i = 0; i < 7; i++)
        cr_assert_eq(net.at_b.entries[i].id, order[i], "place %d", i);
    mac_pair_close(&net);
}

Test(mac_fault, a_reordered_frame_does_not_wait_for_ever)
{
    struct line_fault_rule rule = numbered(LINE_FAULT_REORDER, 1, 2);
    rule.delay_ps = 100 * PS_PER_US;
    open_with(&rule, 1);
    mac_pair_send(&net, net.a, 1514);
    mac_pair_run(&net, PS_PER_MS);
    cr_assert_eq(net.at_b.count, 1);
    cr_assert_eq(net.at_b.entries[0].mac_time_ps, arrival_ps(0) + 100 * PS_PER_US);
    cr_assert_eq(chosen(LINE_FAULT_REORDER), 1);
    mac_pair_close(&net);
}

Test(mac_fault, a_delayed_frame_is_late_by_the_delay_and_overtaken)
{
    struct line_fault_rule rule = numbered(LINE_FAULT_DELAY, 1, 1);
    rule.delay_ps = 10 * PS_PER_US;
    open_with(&rule, 1);
    mac_pair_send(&net, net.a, 1514);
    mac_pair_send(&net, net.a, 1514);
    mac_pair_run(&net, PS_PER_MS);
    cr_assert_eq(net.at_b.entries[0].id, 2);
    cr_assert_eq(net.at_b.entries[1].id, 1);
    cr_assert_eq(net.at_b.entries[1].mac_time_ps, arrival_ps(0) + 10 * PS_PER_US);
    cr_assert_eq(net.at_b.entries[1].now_ps, arrival_ps(0) + 10 * PS_PER_US + 121620);
    mac_pair_close(&net);
}

Test(mac_fault, jitter_is_between_delay_and_delay_plus_jitter)
{
    struct line_fault_rule rule = {.kind = LINE_FAULT_DELAY,
                                   .rate_ppm = LINE_FAULT_PPM,
                                   .delay_ps = 5 * PS_PER_US,
                                   .jitter_ps = 3 * PS_PER_US};
    open_with(&rule, 1);
    uint64_t least_ps = TIME_NEVER, most_ps = 0;
    for (size_t i = 0; i < 200; i++) {
        uint64_t at_ps = i * 64 * 800 * 1000;
        mac_pair_run(&net, at_ps);
        mac_pair_send(&net, net.a, 1514);
        mac_pair_run(&net, at_ps + 20 * PS_PER_US);
        cr_assert_eq(net.at_b.count, i + 1);
        uint64_t late_ps = net.at_b.entries[i].mac_time_ps - at_ps - arrival_ps(0);
        least_ps = u64_min(least_ps, late_ps);
        most_ps = u64_max(most_ps, late_ps);
    }
    cr_assert_geq(least_ps, 5 * PS_PER_US);
    cr_assert_leq(most_ps, 8 * PS_PER_US);
    cr_assert_gt(most_ps - least_ps, 5 * PS_PER_US / 2);
    mac_pair_close(&net);
}

static uint64_t drops_by_rate(uint32_t ppm, uint64_t seed)
{
    struct line_fault_rule rule = {.kind = LINE_FAULT_DROP, .rate_ppm = ppm};
    uint64_t hash = 0;
    open_with(&rule, seed);
    for (int i = 0; i < 4; i++)
        send_many(500, 60);
    cr_assert_eq(net.at_b.count + mac_pair_drops(net.b, DROP_FAULT), 2000);
    for (size_t i = 0; i < net.at_b.count; i++)
        hash = hash * 31 + net.at_b.entries[i].id;
    hash = hash << 12 | mac_pair_drops(net.b, DROP_FAULT);
    mac_pair_close(&net);
    return hash;
}

Test(mac_fault, a_rate_is_kept_and_depends_on_the_seed_only)
{
    uint64_t first = drops_by_rate(100000, 7);
    cr_assert_eq(drops_by_rate(100000, 7), first);
    cr_assert_neq(drops_by_rate(100000, 8), first);
    cr_assert_geq(first & 0xfff, 150);
    cr_assert_leq(first & 0xfff, 250);
    cr_assert_eq(drops_by_rate(0, 7) & 0xfff, 0);
    cr_assert_eq(drops_by_rate(LINE_FAULT_PPM, 7) & 0xfff, 2000);
}

Test(mac_fault, a_rule_applies_from_its_start_for_its_time)
{
    struct line_fault_rule rule = {
        .kind = LINE_FAULT_DROP, .rate_ppm = LINE_FAULT_PPM, .lasting_ps = 100 * PS_PER_US};
    mac_pair_init(&net);
    mac_pair_open(&net);
    cr_assert_eq(mac_fault_add(net.b, &rule, 1, "test"), 0);
    for (int i = 0; i < 10; i++) {
        mac_pair_run(&net, (uint64_t)i * 50 * PS_PER_US);
        if (i == 2 || i == 6)
            mac_fault_start(net.b, 0, net.loop.now_ps);
        mac_pair_send(&net, net.a, 60);
    }
    mac_pair_run(&net, PS_PER_MS);
    cr_assert_eq(mac_pair_drops(net.b, DROP_FAULT), 4, "2, 3, 6 and 7");
    cr_assert_eq(net.at_b.count, 6);
    mac_pair_close(&net);
}

Test(mac_fault, what_a_link_holds_is_lost_when_it_goes_down)
{
    struct line_fault_rule rule = numbered(LINE_FAULT_DELAY, 1, 10);
    rule.delay_ps = PS_PER_MS;
    open_with(&rule, 1);
    struct line_fault_rule late = numbered(LINE_FAULT_REORDER, 11, 12);
    late.behind = 100;
    cr_assert_eq(mac_fault_add(net.b, &late, 1, "test"), 1);
    mac_fault_start(net.b, 1, 0);
    for (int i = 0; i < 12; i++)
        mac_pair_send(&net, net.a, 60);
    mac_pair_run(&net, 100 * PS_PER_US);
    mac_set_link(net.b, false, net.loop.now_ps);
    cr_assert_eq(mac_pair_drops(net.b, DROP_LINK_DOWN), 12);
    cr_assert_eq(mac_fault_stats(net.b)->held_max, 12);
    mac_pair_close(&net);
}

Test(mac_fault, frames_still_held_at_the_end_go_back_to_the_pool)
{
    struct line_fault_rule rule = numbered(LINE_FAULT_REORDER, 1, 5);
    rule.behind = 9;
    open_with(&rule, 1);
    for (int i = 0; i < 8; i++)
        mac_pair_send(&net, net.a, 60);
    mac_pair_run(&net, 2 * PS_PER_US);
    mac_pair_close(&net);
}

/* --- verdicts by length: VLAN tags, jumbo, damage --- */

struct length_row {
    char name[48];
    uint32_t mtu, len;
    uint8_t tags[8];
    uint8_t flags;
    enum drop_reason reason;
};

static struct length_row length_rows[] = {
    {"untagged, longest", 1500, 1514, {8, 0}, 0, DROP_NONE},
    {"untagged, too long", 1500, 1515, {8, 0}, 0, DROP_OVERSIZE},
    {"one tag, longest", 1500, 1518, {0x81, 0, 0, 5, 8, 0}, 0, DROP_NONE},
    {"one tag, too long", 1500, 1519, {0x81, 0, 0, 5, 8, 0}, 0, DROP_OVERSIZE},
    {"two tags, longest", 1500, 1522, {0x88, 0xa8, 0, 5, 0x81, 0, 0, 6}, 0, DROP_NONE},
    {"two tags, too long", 1500, 1523, {0x91, 0, 0, 5, 0x81, 0, 0, 6}, 0, DROP_OVERSIZE},
    {"jumbo, longest", 9000, 9014, {8, 0}, 0, DROP_NONE},
    {"jumbo, too long", 9000, 9015, {8, 0}, 0, DROP_OVERSIZE},
    {"too long and damaged", 1500, 1515, {8, 0}, FRAME_BAD_FCS, DROP_JABBER},
    {"long enough and damaged", 1500, 1514, {8, 0}, FRAME_BAD_FCS, DROP_BAD_FCS},
    {"63 bytes on the line", 1500, 59, {8, 0}, FRAME_UNPADDED, DROP_RUNT},
    {"63 bytes and damaged", 1500, 59, {8, 0}, FRAME_UNPADDED | FRAME_BAD_FCS, DROP_RUNT},
    {"64 bytes on the line", 1500, 60, {8, 0}, FRAME_UNPADDED, DROP_NONE},
    {"short, padded to 64", 1500, 20, {8, 0}, 0, DROP_NONE},
};

ParameterizedTestParameters(mac_verdict, length_and_damage_give_one_verdict)
{
    return cr_make_param_array(struct length_row, length_rows,
                               sizeof length_rows / sizeof *length_rows);
}

ParameterizedTest(struct length_row *row, mac_verdict, length_and_damage_give_one_verdict)
{
    mac_pair_init(&net);
    net.params.mtu_bytes = row->mtu;
    mac_pair_open(&net);
    struct frame *frame = frame_log_make(net.pool, row->len, 0);
    memcpy(frame->data + 12, row->tags, sizeof row->tags);
    frame->flags = row->flags;
    mac_pair_send_frame(&net, net.b, frame);
    mac_pair_run(&net, PS_PER_MS);
    cr_assert_eq(net.at_a.count, row->reason == DROP_NONE, "%s", row->name);
    for (int i = 1; i < DROP_REASON_COUNT; i++)
        cr_assert_eq(mac_get_stats(net.a)->drops.count[i], i == (int)row->reason, "%s: %s",
                     row->name, drop_reason_key((enum drop_reason)i));
    mac_pair_close(&net);
}
