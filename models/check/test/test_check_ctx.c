/* Tests models/check/move/check_ctx.c: I-CTX lets a connection end by a context error only after a soft error in the
 * context that its NIC has. */
#include "models/check/check.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>

static struct check *check;
static struct probe probe;

enum { CONN = 5 };

static void emit(enum probe_kind kind, unsigned nic, uint16_t gen, struct probe_event event)
{
    event.kind = (uint8_t)kind;
    event.conn = CONN;
    event.nic = (uint8_t)nic;
    event.gen = gen;
    probe_emit(&probe, &event);
}

static void opened(void) { emit(PROBE_CONN_OPEN, 0, 0, (struct probe_event){.opened.irs = 1000}); }

static void own(uint16_t gen, enum own_state state)
{
    emit(PROBE_OWN_STATE, 0, gen, (struct probe_event){.own.state = (uint8_t)state});
}

static void soft_error(unsigned nic)
{
    emit(PROBE_SOFT_ERROR, nic, 0, (struct probe_event){.soft_error.bit = 0});
}

static void gone(uint16_t gen, enum nic_term_cause cause)
{
    emit(PROBE_CONN_GONE, 0, gen, (struct probe_event){.ended.cause = (uint8_t)cause});
}

static void setup(void)
{
    struct check_params params = {.conn_max = 16};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    opened();
    own(1, OWN_ACTIVE);
}

static void teardown(void) { check_destroy(check); }

TestSuite(check_ctx, .init = setup, .fini = teardown);

static void expect_violations(uint64_t count)
{
    cr_assert_eq(check_violations(check, INVARIANT_CTX), count);
    cr_assert_eq(check_violations_total(check), count);
}

Test(check_ctx, accepts_an_end_after_a_soft_error)
{
    soft_error(0);
    gone(1, NIC_TERM_CTX_ERROR);
    expect_violations(0);
}

Test(check_ctx, does_not_judge_other_ends)
{
    gone(1, NIC_TERM_REMOTE_RESET);
    expect_violations(0);
}

Test(check_ctx, catches_an_end_without_a_soft_error)
{
    gone(1, NIC_TERM_CTX_ERROR);
    expect_violations(1);
}

Test(check_ctx, catches_an_end_on_the_nic_that_was_not_hit)
{
    soft_error(1);
    gone(1, NIC_TERM_CTX_ERROR);
    expect_violations(1);
}

Test(check_ctx, catches_a_second_end_by_one_soft_error)
{
    soft_error(0);
    gone(1, NIC_TERM_CTX_ERROR);
    opened(); /* a new connection gets the id */
    gone(1, NIC_TERM_CTX_ERROR);
    expect_violations(1);
}

Test(check_ctx, catches_an_end_by_a_soft_error_of_before_a_move)
{
    soft_error(0);
    own(1, OWN_TOMBSTONE);
    own(2, OWN_ACTIVE);
    gone(2, NIC_TERM_CTX_ERROR);
    expect_violations(1);
}
