/* Tests models/check/move/check_checkpoint.c: I-CRC for the checkpoints of dead NICs. */
#include "models/check/check.h"
#include "models/hwif/checkpoint.h"

#include <criterion/criterion.h>

enum { CONN = 5, GEN = 2, LINES = 3 };

static struct check *check;
static struct probe probe;

static void emit(enum probe_kind kind, struct probe_event event)
{
    event.kind = (uint8_t)kind;
    event.conn = CONN;
    event.gen = GEN;
    probe_emit(&probe, &event);
}

static void setup(void)
{
    struct check_params params = {.conn_max = 16};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    emit(PROBE_CONN_OPEN, (struct probe_event){.opened.irs = 1000});
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_checkpoint, .init = setup, .fini = teardown);

static void visible(uint16_t count)
{
    emit(PROBE_CHECKPOINT, (struct probe_event){.payload.seq = checkpoint_number(GEN, count)});
}

static void used(const struct conn_ctx *saved)
{
    emit(PROBE_CHECKPOINT_USED, (struct probe_event){.saved = {saved, LINES}});
}

Test(check_checkpoint, the_newest_whole_one_may_be_used)
{
    struct conn_ctx saved = {0};
    visible(1);
    visible(2);
    checkpoint_stamp(&saved, checkpoint_number(GEN, 2));
    used(&saved);
    cr_assert_eq(check_violations_total(check), 0);
}

Test(check_checkpoint, an_older_one_may_not)
{
    struct conn_ctx saved = {0};
    visible(1);
    visible(2);
    checkpoint_stamp(&saved, checkpoint_number(GEN, 1));
    used(&saved);
    cr_assert_eq(check_violations(check, INVARIANT_CRC), LINES);
}

/* The first lines of checkpoint 3 are in memory, but not its last one, so that it is never reported as visible. */
Test(check_checkpoint, a_torn_one_may_not)
{
    struct conn_ctx saved = {0};
    visible(2);
    checkpoint_stamp(&saved, checkpoint_number(GEN, 3));
    saved.rtt_start = checkpoint_number(GEN, 2);
    used(&saved);
    cr_assert_eq(check_violations(check, INVARIANT_CRC), LINES - 1);
}
