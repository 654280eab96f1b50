/* Tests models/check/move/check_hold.c: I-HOLD bounds the frames that the host keeps for one connection. */
#include "models/base/frame.h"
#include "models/check/check.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>

enum { CONN = 3, GEN = 2, LIMIT = 4 };

static struct check *check;
static struct probe probe;
static uint64_t now_ps;

static void emit(struct probe_event event)
{
    event.now_ps = now_ps += 1000;
    event.gen = GEN;
    probe_emit(&probe, &event);
}

static void setup(void)
{
    struct check_params params = {.conn_max = 8, .hold_frames = LIMIT};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    now_ps = 0;
    emit((struct probe_event){.kind = PROBE_CONN_OPEN, .conn = CONN, .opened = {1000, 5000}});
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_hold, .init = setup, .fini = teardown);

static void hold(uint64_t id)
{
    static union {
        struct frame frame;
        unsigned char bytes[sizeof(struct frame) + 64];
    } storage;
    storage.frame.id = id;
    emit((struct probe_event){
        .kind = PROBE_FRAME_RX, .conn = PROBE_NO_CONN, .frame = {id, &storage.frame}});
    emit((struct probe_event){.kind = PROBE_FRAME_HELD, .conn = CONN, .frame.id = id});
}

static void active(void)
{
    struct conn_ctx image = {.version = CTX_VERSION};
    emit((struct probe_event){.kind = PROBE_CTX_LIVE, .conn = CONN, .context.image = &image});
}

static void expect(uint64_t count) { cr_assert_eq(check_violations(check, INVARIANT_HOLD), count); }

Test(check_hold, more_frames_than_the_limit_are_a_violation)
{
    for (uint64_t id = 1; id <= LIMIT; id++)
        hold(id);
    expect(0);
    hold(LIMIT + 1);
    expect(1);
}

/* A NIC got the frames with INSTALL, and hangs before it has decided on them. */
Test(check_hold, frames_that_a_nic_has_do_not_count)
{
    for (uint64_t id = 1; id <= LIMIT; id++)
        hold(id);
    active();
    for (uint64_t id = LIMIT + 1; id <= 2 * LIMIT; id++)
        hold(id);
    expect(0);
    hold(2 * LIMIT + 1);
    expect(1);
}
