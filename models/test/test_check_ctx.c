/* models/check/check_ctx.c: I-CTX accepts the end of a context that was hit, and no other. */
#include "models/check/check.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>

static struct check *check;
static struct probe probe;

enum { CONN = 5 };

static void emit(enum probe_kind kind, unsigned nic, uint16_t gen, uint64_t a)
{
    struct probe_event event = {
        .kind = (uint8_t)kind, .conn = CONN, .nic = (uint8_t)nic, .gen = gen, .a = a};
    probe_emit(&probe, &event);
}

static void setup(void)
{
    struct check_params params = {.conn_max = 16};
    check = check_create(&params);
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    emit(PROBE_CONN_OPEN, 0, 0, 1000);
    emit(PROBE_OWN_STATE, 0, 1, OWN_ACTIVE);
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
    emit(PROBE_SOFT_ERROR, 0, 0, 0);
    emit(PROBE_CONN_GONE, 0, 1, NIC_TERM_CTX_ERROR);
    expect_violations(0);
}

Test(check_ctx, does_not_judge_other_ends)
{
    emit(PROBE_CONN_GONE, 0, 1, NIC_TERM_REMOTE_RESET);
    expect_violations(0);
}

Test(check_ctx, catches_an_end_without_a_soft_error)
{
    emit(PROBE_CONN_GONE, 0, 1, NIC_TERM_CTX_ERROR);
    expect_violations(1);
}

Test(check_ctx, catches_an_end_on_the_nic_that_was_not_hit)
{
    emit(PROBE_SOFT_ERROR, 1, 0, 0);
    emit(PROBE_CONN_GONE, 0, 1, NIC_TERM_CTX_ERROR);
    expect_violations(1);
}

Test(check_ctx, catches_a_second_end_by_one_soft_error)
{
    emit(PROBE_SOFT_ERROR, 0, 0, 0);
    emit(PROBE_CONN_GONE, 0, 1, NIC_TERM_CTX_ERROR);
    emit(PROBE_CONN_OPEN, 0, 0, 1000); /* the id has a new connection */
    emit(PROBE_CONN_GONE, 0, 1, NIC_TERM_CTX_ERROR);
    expect_violations(1);
}

Test(check_ctx, catches_an_end_by_a_soft_error_of_before_a_move)
{
    emit(PROBE_SOFT_ERROR, 0, 0, 0);
    emit(PROBE_OWN_STATE, 0, 1, OWN_TOMBSTONE);
    emit(PROBE_OWN_STATE, 0, 2, OWN_ACTIVE);
    emit(PROBE_CONN_GONE, 0, 2, NIC_TERM_CTX_ERROR);
    expect_violations(1);
}
