/* Tests that every frame has exactly one verdict, and that the directory stores the port at which a frame arrived
 * before its record is used. */
#include "models/base/drop_reason.h"
#include "models/base/frame.h"
#include "models/check/check_state.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>
#include <string.h>

static struct check *check;
static struct probe probe;
static uint64_t now;
static struct frame rx_frame;

enum { CONN = 5, IRS = 1000, ISS = 5000 };

static void emit(struct probe_event event)
{
    event.now_ps = now += 1000;
    probe_emit(&probe, &event);
}

/* Emits an event about the connection, as the place `nic` reports it. */
static void report(unsigned nic, uint16_t gen, struct probe_event event)
{
    event.conn = CONN;
    event.nic = (uint8_t)nic;
    event.gen = gen;
    emit(event);
}

/* Emits an event about a frame that need not belong to a connection. */
static void of_frame(enum probe_kind kind, unsigned nic, struct probe_event event)
{
    event.kind = (uint8_t)kind;
    event.conn = PROBE_NO_CONN;
    event.nic = (uint8_t)nic;
    emit(event);
}

static void dropped(uint64_t id, enum drop_reason reason)
{
    of_frame(PROBE_FRAME_DROPPED, 0, (struct probe_event){.drop = {id, NULL, (uint16_t)reason}});
}

static void fence(bool is_fenced)
{
    emit((struct probe_event){.kind = PROBE_FENCE, .conn = PROBE_NO_CONN, .fence = {is_fenced}});
}

static void verdict(uint32_t conn, uint64_t id, enum nic_verdict decided)
{
    emit((struct probe_event){
        .kind = PROBE_RX_VERDICT, .conn = conn, .verdict = {.id = id, .verdict = decided}});
}

static void setup(void)
{
    struct check_params params = {.conn_max = 16};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    now = 0;
    report(0, 0, (struct probe_event){.kind = PROBE_CONN_OPEN, .opened = {IRS, ISS, NULL}});
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_fate, .init = setup, .fini = teardown);

static void received(uint64_t id, unsigned nic)
{
    rx_frame.len = 60;
    of_frame(PROBE_FRAME_RX, nic, (struct probe_event){.frame = {id, &rx_frame}});
}

static void expect_only(enum invariant invariant)
{
    cr_assert_eq(check_violations(check, invariant), 1, "%s: %llu", invariant_key(invariant),
                 (unsigned long long)check_violations(check, invariant));
    cr_assert_eq(check_violations_total(check), 1, "%s", check_report(check));
    cr_assert_not_null(strstr(check_report(check), invariant_key(invariant)));
}

static bool holds_even(const void *self, enum check_place place, unsigned nic, uint64_t frame)
{
    (void)self;
    return place == (nic == 0 ? CHECK_AT_NIC : CHECK_AT_HOST) && frame % 2 == 0;
}

Test(check_fate, rxonce_catches_a_second_verdict)
{
    received(9, 0);
    for (int i = 0; i < 2; i++)
        verdict(CONN, 9, NIC_VERDICT_APPLIED);
    expect_only(INVARIANT_RXONCE);
}

Test(check_fate, rxonce_catches_a_frame_without_a_verdict)
{
    received(9, 0);
    cr_assert_eq(check_open_frames(check), 1);
    check_finish(check, &(struct check_places){0}, now);
    expect_only(INVARIANT_RXONCE);
}

Test(check_fate, rxonce_takes_a_frame_that_something_holds_as_in_flight)
{
    received(8, 0);
    received(10, 1);
    verdict(PROBE_NO_CONN, 10, NIC_VERDICT_NOT_MINE);
    emit((struct probe_event){.kind = PROBE_RECORD_VISIBLE, .conn = PROBE_NO_CONN, .frame.id = 10});
    check_finish(check, &(struct check_places){holds_even, NULL}, now);
    cr_assert(check_violations_total(check) == 0 && check_frames_in_flight(check) == 2);
}

Test(check_fate, rxonce_catches_a_frame_that_is_nowhere_among_those_in_flight)
{
    received(8, 0);
    received(9, 0);
    check_finish(check, &(struct check_places){holds_even, NULL}, now);
    expect_only(INVARIANT_RXONCE);
}

Test(check_fate, rxonce_forgets_no_open_frame_when_many_pass)
{
    received(1, 0);
    for (uint64_t id = 2; id < 20000; id++) {
        received(id, 0);
        dropped(id, DROP_NONE);
    }
    check_finish(check, &(struct check_places){0}, now);
    expect_only(INVARIANT_RXONCE);
}

/* The host cannot know which verdicts a NIC gave before it died, so it may give up a frame that already has one. */
Test(check_fate, rxonce_lets_the_host_give_up_frames_of_a_dead_nic_only)
{
    received(9, 0);
    dropped(9, DROP_TCP_OLD);
    fence(true);
    dropped(9, DROP_NIC_LOST);
    cr_assert_eq(check_violations_total(check), 0);
    fence(false);
    dropped(9, DROP_NIC_LOST);
    expect_only(INVARIANT_RXONCE);
}

Test(check_fate, rxif_catches_the_wrong_port)
{
    received(9, 1);
    report(0, 0, (struct probe_event){.kind = PROBE_RXIF_STORED, .stored.id = 9});
    expect_only(INVARIANT_RXIF);
}

Test(check_fate, rxif_catches_a_record_used_before_the_store)
{
    received(9, 1);
    report(1, 0, (struct probe_event){.kind = PROBE_RECORD_USED, .verdict.id = 9});
    expect_only(INVARIANT_RXIF);
}
