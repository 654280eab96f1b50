/* Tests sim/testbed/soft_errors.c: the cache gets the errors in their order, one at a time, and
 * none is forgotten. */
#include "models/base/stage_loop.h"
#include "sim/testbed/soft_errors.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CYCLE_PS = 4000 };

/* A cache that needs `busy_ps` for each error. */
struct fake_cache {
    uint64_t busy_ps, free_ps;
    uint32_t taken;
    uint32_t conns[2 * SOFT_ERRORS_MAX];
    uint64_t times[2 * SOFT_ERRORS_MAX];
};

static struct fake_cache cache;
static struct soft_errors errors;
static struct stage_loop loop;
static struct probe probe;
static uint32_t seen;
static struct probe_event last;

static bool fake_flip(void *self, const struct ctx_flip *flip, uint64_t now_ps)
{
    struct fake_cache *c = self;
    if (now_ps < c->free_ps)
        return false;
    c->free_ps = now_ps + c->busy_ps;
    c->times[c->taken] = now_ps;
    c->conns[c->taken++] = flip->conn;
    return true;
}

static void on_event(void *self, const struct probe_event *event)
{
    (void)self;
    seen++;
    last = *event;
}

static void setup(void)
{
    static const struct ctx_store_ops ops = {.flip = fake_flip};
    memset(&cache, 0, sizeof cache);
    seen = 0;
    probe_init(&probe);
    probe_add(&probe, (struct probe_listener){on_event, NULL, UINT64_C(1) << PROBE_SOFT_ERROR});
    soft_errors_init(&errors, (struct ctx_store){&ops, &cache}, 1, CYCLE_PS, &probe, NULL);
    stage_loop_init(&loop);
    stage_loop_add(&loop, soft_errors_stage(&errors, "soft_errors"));
}

TestSuite(soft_errors, .init = setup);

static void add(uint32_t conn)
{
    struct ctx_flip flip = {.conn = conn, .tag = true, .line = 3, .bit = 543};
    soft_errors_add(&errors, &flip, loop.now_ps);
}

Test(soft_errors, the_first_is_taken_at_once_and_told)
{
    add(7);
    stage_loop_run(&loop, 0);
    cr_assert_eq(cache.taken, 1);
    cr_assert_eq(seen, 1);
    cr_assert(last.conn == 7 && last.nic == 1 && last.soft_error.is_tag);
    cr_assert(last.soft_error.line == 3 && last.soft_error.bit == 543);
    cr_assert_eq(errors.next_ps, TIME_NEVER, "idle costs nothing");
}

Test(soft_errors, the_others_wait_until_the_cache_takes_them_in_order)
{
    cache.busy_ps = 10 * CYCLE_PS;
    for (uint32_t i = 0; i < 3; i++)
        add(i);
    stage_loop_run(&loop, 15 * CYCLE_PS);
    cr_assert_eq(cache.taken, 2);
    cr_assert_eq(soft_errors_missed(&errors), 1, "still waiting");
    add(3);
    stage_loop_run(&loop, 100 * CYCLE_PS);
    cr_assert_eq(cache.taken, 4);
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert_eq(cache.conns[i], i);
        cr_assert_eq(cache.times[i], i * 10 * CYCLE_PS);
    }
    cr_assert_eq(seen, 4);
    cr_assert_eq(soft_errors_missed(&errors), 0);
}

Test(soft_errors, beyond_its_room_they_are_lost_and_counted)
{
    for (uint32_t i = 0; i < SOFT_ERRORS_MAX + 2; i++)
        add(i);
    cr_assert_eq(soft_errors_missed(&errors), SOFT_ERRORS_MAX + 2);
    stage_loop_run(&loop, CYCLE_PS);
    cr_assert_eq(cache.taken, SOFT_ERRORS_MAX);
    cr_assert_eq(soft_errors_missed(&errors), 2);
}
