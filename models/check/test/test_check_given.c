/*
 * Tests models/check/move/check_given.c against the rule of docs/hwif.md, section 4, "Order around an INSTALL": a NIC that
 * has given frames of a reserved connection to the host applies no frame that it has received later before these are
 * back. It waits for at most nics.engine.inject_wait after the held frames are applied, and with at most 64 frames.
 */
#include "models/base/drop_reason.h"
#include "models/base/frame.h"
#include "models/base/units.h"
#include "models/check/check_state.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>

enum { CONN = 3, OTHER_CONN = 4, GEN = 2, WAIT_US = 50, PARKED_MAX = 64 };

static struct check *check;
static struct probe probe;
static uint64_t now_ps;

static void emit(struct probe_event event)
{
    event.now_ps = now_ps += 1000;
    probe_emit(&probe, &event);
}

static void setup(void)
{
    struct check_params params = {.conn_max = 8,
                                  .inject_wait_ps = {WAIT_US * PS_PER_US, WAIT_US * PS_PER_US}};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    now_ps = 0;
    for (uint32_t conn = CONN; conn <= OTHER_CONN; conn++)
        emit((struct probe_event){.kind = PROBE_CONN_OPEN, .conn = conn, .opened = {1000, 5000}});
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_given, .init = setup, .fini = teardown);

static void received(uint8_t nic, uint64_t id)
{
    static union {
        struct frame frame;
        unsigned char bytes[sizeof(struct frame) + 64];
    } storage;
    storage.frame.id = id;
    emit((struct probe_event){
        .kind = PROBE_FRAME_RX, .conn = PROBE_NO_CONN, .nic = nic, .frame = {id, &storage.frame}});
}

static void decided(uint8_t nic, uint16_t gen, uint64_t id, enum nic_verdict verdict)
{
    emit((struct probe_event){.kind = PROBE_RX_VERDICT,
                              .conn = CONN,
                              .nic = nic,
                              .gen = gen,
                              .verdict = {.id = id, .verdict = (uint8_t)verdict}});
}

/* The NIC receives a frame and gives it to the host. */
static void given(uint8_t nic, uint16_t gen, uint64_t id, enum nic_verdict verdict)
{
    received(nic, id);
    decided(nic, gen, id, verdict);
}

static void applied(uint8_t nic, uint16_t gen, uint64_t id)
{
    decided(nic, gen, id, NIC_VERDICT_APPLIED);
}

static void becomes(uint8_t nic, uint16_t gen, enum own_state state)
{
    emit((struct probe_event){.kind = PROBE_OWN_STATE,
                              .conn = CONN,
                              .nic = nic,
                              .gen = gen,
                              .own.state = (uint8_t)state});
}

/* The NIC has installed the connection and has applied the frames of the held list. */
static void installed(uint8_t nic, uint16_t gen)
{
    becomes(nic, gen, OWN_ACTIVE);
    emit((struct probe_event){.kind = PROBE_MOVE_MARK,
                              .conn = CONN,
                              .nic = nic,
                              .gen = gen,
                              .mark = {.mark = MARK_HELD_APPLIED, .at_ps = now_ps}});
}

static void dropped(uint64_t id, enum drop_reason reason)
{
    emit((struct probe_event){.kind = PROBE_FRAME_DROPPED,
                              .conn = PROBE_NO_CONN,
                              .nic = 1,
                              .drop = {id, NULL, (uint16_t)reason}});
}

static void fence(uint8_t nic, bool is_fenced)
{
    emit((struct probe_event){
        .kind = PROBE_FENCE, .conn = PROBE_NO_CONN, .nic = nic, .fence.is_fenced = is_fenced});
}

static uint64_t violations(void) { return check_violations(check, INVARIANT_ORDER); }

Test(check_given, later_frames_that_wait_for_all_earlier_ones_are_in_order)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    given(1, GEN, 2, NIC_VERDICT_RESERVED);
    received(1, 3);
    installed(1, GEN);
    applied(1, GEN, 1);
    applied(1, GEN, 2);
    applied(1, GEN, 3);
    cr_assert_eq(violations(), 0);
}

Test(check_given, a_later_frame_that_overtakes_is_a_violation)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    received(1, 2);
    installed(1, GEN);
    applied(1, GEN, 2);
    cr_assert_eq(violations(), 1);
}

Test(check_given, each_nic_waits_for_its_own_time)
{
    check->params.inject_wait_ps[1] = 0;
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    received(1, 2);
    installed(1, GEN);
    applied(1, GEN, 2);
    cr_assert_eq(violations(), 0, "NIC 1 need not wait, whatever NIC 0 does");
    given(0, GEN + 1, 3, NIC_VERDICT_RESERVED);
    received(0, 4);
    installed(0, GEN + 1);
    applied(0, GEN + 1, 4);
    cr_assert_eq(violations(), 1);
}

Test(check_given, one_frame_that_is_still_away_is_enough)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    given(1, GEN, 2, NIC_VERDICT_RESERVED);
    received(1, 3);
    installed(1, GEN);
    applied(1, GEN, 1);
    applied(1, GEN, 3);
    cr_assert_eq(violations(), 1);
}

Test(check_given, a_frame_given_after_the_activation_is_waited_for_as_well)
{
    received(
        1,
        1); /* its lookup is answered before the connection is active, and its verdict follows later */
    installed(1, GEN);
    decided(1, GEN, 1, NIC_VERDICT_RESERVED);
    received(1, 2);
    applied(1, GEN, 2);
    cr_assert_eq(violations(), 1);
}

Test(check_given, the_wait_begins_again_with_a_frame_given_after_the_activation)
{
    received(1, 1);
    installed(1, GEN);
    now_ps += 40 * PS_PER_US;
    decided(1, GEN, 1, NIC_VERDICT_RESERVED);
    received(1, 2);
    now_ps += 40 * PS_PER_US; /* 80 us after the held frames were applied */
    applied(1, GEN, 2);
    cr_assert_eq(violations(), 1);
}

Test(check_given, nobody_waits_for_a_frame_that_the_driver_has_dropped)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    received(1, 2);
    installed(1, GEN);
    dropped(1, DROP_HOLD_FULL);
    applied(1, GEN, 2);
    cr_assert_eq(violations(), 0);
}

Test(check_given, the_wait_begins_when_the_held_frames_are_applied)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    received(1, 2);
    now_ps += 40 * PS_PER_US;
    installed(1, GEN);
    now_ps += 40 * PS_PER_US; /* 80 us after the frame was given to the host */
    applied(1, GEN, 2);
    cr_assert_eq(violations(), 1);
}

Test(check_given, a_frame_may_be_applied_when_the_wait_is_over)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    received(1, 2);
    installed(1, GEN);
    now_ps += WAIT_US * PS_PER_US;
    applied(1, GEN, 2);
    cr_assert_eq(violations(), 0);
}

Test(check_given, a_nic_with_as_many_waiting_frames_as_it_may_have_waits_no_longer)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    installed(1, GEN);
    for (uint64_t id = 2; id <= 2 + PARKED_MAX; id++) /* one more than may wait */
        received(1, id);
    applied(1, GEN, 2);
    cr_assert_eq(violations(), 0);
}

Test(check_given, frames_from_before_the_reservation_are_not_waited_for)
{
    given(1, 0, 1, NIC_VERDICT_NOT_MINE);
    given(1, 0, 2, NIC_VERDICT_MOVED);
    received(1, 3);
    installed(1, GEN);
    applied(1, GEN, 3);
    cr_assert_eq(violations(), 0);
}

Test(check_given, an_earlier_frame_that_comes_back_from_the_host_overtakes_nobody)
{
    given(1, 0, 1, NIC_VERDICT_NOT_MINE);
    given(1, GEN, 2, NIC_VERDICT_RESERVED);
    installed(1, GEN);
    applied(1, GEN, 1);
    cr_assert_eq(violations(), 0);
}

Test(check_given, a_nic_does_not_wait_for_frames_that_the_other_nic_gave)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    installed(0, GEN);
    received(0, 2);
    applied(0, GEN, 2);
    cr_assert_eq(violations(), 0);
}

Test(check_given, frames_that_come_by_the_host_may_be_applied_in_any_order)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    given(0, GEN - 1, 2, NIC_VERDICT_MOVED);
    given(1, GEN, 3, NIC_VERDICT_RESERVED);
    installed(1, GEN);
    applied(1, GEN, 3);
    applied(1, GEN, 2);
    applied(1, GEN, 1);
    cr_assert_eq(violations(), 0);
}

Test(check_given, frames_of_other_connections_do_not_wait)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    received(1, 2);
    installed(1, GEN);
    emit((struct probe_event){.kind = PROBE_RX_VERDICT,
                              .conn = OTHER_CONN,
                              .nic = 1,
                              .gen = GEN,
                              .verdict = {.id = 2, .verdict = NIC_VERDICT_APPLIED}});
    cr_assert_eq(violations(), 0);
}

Test(check_given, the_next_owner_does_not_wait_for_frames_of_an_earlier_reservation)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    installed(0, GEN + 1); /* the move to NIC 1 has failed */
    received(0, 2);
    applied(0, GEN + 1, 2);
    becomes(0, GEN + 1, OWN_TOMBSTONE);
    installed(1, GEN + 2);
    received(1, 3);
    applied(1, GEN + 2, 3);
    cr_assert_eq(violations(), 0);
}

Test(check_given, a_nic_that_was_reset_waits_only_for_frames_of_its_new_reservation)
{
    given(1, GEN, 1, NIC_VERDICT_RESERVED);
    fence(1, true);
    fence(1, false);
    given(1, GEN + 1, 2, NIC_VERDICT_RESERVED);
    received(1, 3);
    received(1, 4);
    installed(1, GEN + 1);
    dropped(1,
            DROP_NIC_LOST); /* this is no frame of the new reservation, so frame 2 is still away */
    applied(1, GEN + 1, 3);
    cr_assert_eq(violations(), 1);
    applied(1, GEN + 1, 2);
    applied(1, GEN + 1, 4);
    cr_assert_eq(violations(), 1);
}
