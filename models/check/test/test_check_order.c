/* Tests models/check/tcp/check_order.c: a NIC must not overtake the frames that still wait in the other NIC's MAC. */
#include "models/base/frame.h"
#include "models/check/check_state.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>

enum { CONN = 3, HOST_FRAME = 500 };

static struct check *check;
static struct probe probe;
static uint64_t now_ps;

static void emit(struct probe_event event)
{
    event.now_ps = now_ps += 1000;
    event.conn =
        event.kind == PROBE_TX_BUILT || event.kind == PROBE_CONN_OPEN ? CONN : PROBE_NO_CONN;
    probe_emit(&probe, &event);
}

static void setup(void)
{
    struct check_params params = {.conn_max = 8};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    emit((struct probe_event){.kind = PROBE_CONN_OPEN, .opened.irs = 1000, .opened.iss = 5000});
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_order, .init = setup, .fini = teardown);

static void built(uint8_t nic, uint64_t id)
{
    static union {
        struct frame frame;
        unsigned char bytes[sizeof(struct frame) + 64];
    } storage;
    storage.frame.id = id;
    emit((struct probe_event){.kind = PROBE_TX_BUILT, .nic = nic, .built.frame = &storage.frame});
}

static void begun(uint8_t nic, uint64_t id)
{
    emit((struct probe_event){.kind = PROBE_FRAME_TX, .nic = nic, .frame.id = id});
}

static void lost(uint8_t nic, uint64_t id)
{
    emit((struct probe_event){.kind = PROBE_FRAME_DROPPED, .nic = nic, .drop.id = id});
}

static uint64_t violations(void) { return check_violations(check, INVARIANT_TXORDER); }

Test(check_order, the_next_owner_may_send_when_all_frames_have_begun)
{
    for (uint64_t id = 1; id <= 200; id++) /* more frames than the ring holds at first */
        built(0, id);
    for (uint64_t id = 1; id <= 200; id++)
        begun(0, id);
    begun(0, HOST_FRAME);
    built(1, 201);
    cr_assert_eq(violations(), 0);
}

Test(check_order, overtaking_the_last_frame_is_a_violation)
{
    for (uint64_t id = 1; id <= 3; id++)
        built(0, id);
    begun(0, 1);
    begun(0, 2);
    built(1, 4);
    cr_assert_eq(violations(), 1);
}

Test(check_order, lost_frames_are_not_waited_for)
{
    built(0, 1);
    built(0, 2);
    lost(0, 2);
    begun(0, 1);
    built(1, 3);
    cr_assert_eq(violations(), 0);
    built(1, 4);
    emit((struct probe_event){.kind = PROBE_FENCE, .nic = 1, .fence.is_fenced = true});
    built(0, 5);
    cr_assert_eq(violations(), 0);
}
