/* The floors of a move, beside sums by hand from docs/timing.md: a byte takes 0.126953125 ns on Gen3 x8. */
#include "sim/floor/move_floor.h"
#include "sim/scenario/scenario.h"

#include <criterion/criterion.h>
#include <string.h>

static struct sim_config config;

static struct move_floor floor_of(const char *text, const char *mechanism)
{
    struct move_floor floor = {.reload_ps = 0};
    struct error err;
    static const struct scenario_set generator = {"traffic.kind=generator", "--set"};
    cr_assert_eq(scenario_parse(text, strlen(text), "test.yaml", &generator, 1, &config, &err),
                 STATUS_OK, "%s", err.text);
    cr_assert(move_floor(&config, mechanism, 1, &floor));
    return floor;
}

static const char pushed[] = "{team: {move: {commands: pushed}, host: {notify: poll}}}";
static const char fetched[] = "{team: {move: {commands: fetched}, host: {notify: poll}}}";

/* Of each phase in ps, by hand. A packet has 20 bytes beside its payload. */
Test(move_floor, pushed_by_hand)
{
    struct move_floor floor = floor_of(pushed, "host-pull");
    /* MAC 121.62 ns, 8 + 5 cycles of 4 ns, frame of 54 (56 on the wire) and record of 64, 100 + 100 */
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_DETECT], 121620 + 52000 + 20313 + 200000);
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_NOTIFY], 0);
    /* poll 20, record 60, foreign 118, lookup 32, command 50, line 50; 84 bytes on the link, 100 */
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_COMMAND], 330000 + 10664 + 100000);
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_QUIESCE], 28000);
    /* 12 cycles; 256 and 64 of the image and 64 of the event in three packets, 444 bytes; 100 + 100 */
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_EXTRACT], 48000 + 56367 + 200000);
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_DECIDE], 20000 + 60000 + 32000 + 50000 + 50000);
    /* the line; request of 20 bytes, completions of 276 and 84, 200, 172 and 27 ns */
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_TRANSFER], 110664 + 48242 + 399000);
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_INSTALL], 96000);
    cr_expect_eq(floor.blackout_ps, 1170273);
    cr_expect_eq(floor.reload_ps, 2032870);
}

/* A fetched command: a doorbell of 24 bytes and 100 ns instead of the line's, and a read of 64: 104 bytes and 399 ns. */
Test(move_floor, fetched_commands_cost_a_read)
{
    uint64_t more = 3047 + 100000 + 13203 + 399000 - 110664;
    struct move_floor a = floor_of(pushed, "host-pull"), b = floor_of(fetched, "host-pull");
    cr_expect_eq(b.phase_ps[MOVE_FLOOR_COMMAND] - a.phase_ps[MOVE_FLOOR_COMMAND], more);
    cr_expect_eq(b.phase_ps[MOVE_FLOOR_TRANSFER] - a.phase_ps[MOVE_FLOOR_TRANSFER], more);
    cr_expect_eq(b.reload_ps - a.reload_ps, 2 * more);
}

Test(move_floor, interrupts_cost_twice)
{
    struct move_floor a = floor_of(pushed, "host-pull");
    struct move_floor b =
        floor_of("{team: {move: {commands: pushed}, host: {notify: interrupt, interrupt: 700ns}}}",
                 "host-pull");
    cr_expect_eq(b.reload_ps - a.reload_ps, 2 * (700000 + 500000));
}

/* The lines of the image instead of the read of it. */
Test(move_floor, host_push)
{
    struct move_floor floor = floor_of(pushed, "host-push");
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_DECIDE], 212000 + 250000);
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_TRANSFER], 110664);
}

/* All packets on one link, the last on the other; 100 ns on each, 100 ns in the root complex. */
Test(move_floor, peer_to_peer)
{
    struct move_floor floor = floor_of(pushed, "peer-to-peer");
    cr_expect_eq(floor.phase_ps[MOVE_FLOOR_EXTRACT], 48000 + 45703 + 10664 + 300000);
    cr_expect_eq(floor.blackout_ps, 500367);
}

/* Half the lanes of the new NIC: the time of its bytes doubles, and nothing else changes. */
Test(move_floor, each_nic_has_its_link)
{
    struct move_floor a = floor_of(pushed, "host-pull");
    struct move_floor b = floor_of("{nics: {nic1: {pcie: {lanes: 4}}}, "
                                   "team: {move: {commands: pushed}, host: {notify: poll}}}",
                                   "host-pull");
    cr_expect_eq(b.phase_ps[MOVE_FLOOR_DETECT] - a.phase_ps[MOVE_FLOOR_DETECT], 20312);
    cr_expect_eq(b.phase_ps[MOVE_FLOOR_COMMAND], a.phase_ps[MOVE_FLOOR_COMMAND]);
    cr_expect_eq(b.phase_ps[MOVE_FLOOR_EXTRACT], a.phase_ps[MOVE_FLOOR_EXTRACT]);
    cr_expect_eq(b.phase_ps[MOVE_FLOOR_TRANSFER] - a.phase_ps[MOVE_FLOOR_TRANSFER], 58906);
}

Test(move_floor, a_slower_cache)
{
    struct move_floor a = floor_of(pushed, "host-pull");
    struct move_floor b = floor_of("{nics: {cache: {cycle: 8ns}}, "
                                   "team: {move: {commands: pushed}, host: {notify: poll}}}",
                                   "host-pull");
    cr_expect_eq(b.reload_ps - a.reload_ps, (5 + 7 + 12 + 24) * 4000);
}

Test(move_floor, only_mechanisms_that_freeze_and_install)
{
    struct move_floor floor = floor_of(pushed, "checkpoint");
    cr_expect_not(move_floor(&config, "forward", 0, &floor));
    cr_expect_not(move_floor(&config, "", 0, &floor));
    cr_expect_null(move_floor_config("no/such/folder"));
}
