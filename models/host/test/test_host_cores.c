/* Tests models/host/host_cores.c: what cores of one step do at the same time, and what they wait for. */
#include "models/host/host_cores.h"

#include <criterion/criterion.h>

enum { HANDOFF = 10, REMOTE = 100, LOCK = 1 };

static struct host_cores cores;

static void setup(void)
{
    host_cores_init(
        &cores, &(struct host_cores_params){
                    .count = 4, .handoff_ps = HANDOFF, .remote_line_ps = REMOTE, .lock_ps = LOCK});
}

static void teardown(void) { host_cores_free(&cores); }

TestSuite(host_cores, .init = setup, .fini = teardown);

static void work(unsigned core, uint64_t ps)
{
    host_cores_run_on(&cores, core);
    host_cores_charge(&cores, ps);
    host_cores_run_on(&cores, 0);
}

static void work_locked(unsigned core, uint64_t before, uint64_t locked)
{
    host_cores_run_on(&cores, core);
    host_cores_charge(&cores, before);
    host_cores_lock(&cores, HOST_LOCK_HOLD);
    host_cores_charge(&cores, locked);
    host_cores_unlock(&cores, HOST_LOCK_HOLD);
    host_cores_run_on(&cores, 0);
}

Test(host_cores, a_step_without_work_has_no_length)
{
    cr_assert(host_cores_are_idle(&cores));
    cr_assert_eq(host_cores_end_step(&cores), 0);
}

Test(host_cores, one_core_takes_the_sum)
{
    work(0, 500);
    work(0, 300);
    cr_assert_not(host_cores_are_idle(&cores));
    cr_assert_eq(host_cores_end_step(&cores), 800);
    cr_assert_eq(cores.core[0].stats.remote_lines, 0);
}

Test(host_cores, others_work_at_the_same_time)
{
    work(1, 1000);
    work(2, 1000);
    /* Core 0 waits for core 1 and fetches its line; then it does the same with core 2, which has ended meanwhile. */
    cr_assert_eq(host_cores_end_step(&cores), HANDOFF + REMOTE + 1000 + 2 * REMOTE);
    cr_assert_eq(cores.core[1].stats.busy_ps, REMOTE + 1000);
    cr_assert_eq(cores.core[2].stats.busy_ps, REMOTE + 1000);
    cr_assert_eq(cores.core[0].stats.busy_ps, 2 * HANDOFF + 2 * REMOTE);
}

Test(host_cores, a_core_does_one_thing_after_another)
{
    work(1, 1000);
    work(1, 1000);
    cr_assert_eq(host_cores_end_step(&cores), HANDOFF + 2 * (REMOTE + 1000) + REMOTE);
}

Test(host_cores, the_work_of_core_0_overlaps_too)
{
    work(1, 1000);
    work(0, 5000);
    cr_assert_eq(host_cores_end_step(&cores), HANDOFF + 5000 + REMOTE);
}

Test(host_cores, steps_begin_anew)
{
    work(1, 1000);
    (void)host_cores_end_step(&cores);
    cr_assert(host_cores_are_idle(&cores));
    work(0, 7);
    cr_assert_eq(host_cores_end_step(&cores), 7);
}

Test(host_cores, a_core_waits_for_the_lock_of_another)
{
    work_locked(1, 0, 1000);
    work_locked(2, 0, 1000);
    /* Core 1: work from 110 on, a remote line for the lock, which core 0 is said to have had last. */
    uint64_t released = HANDOFF + REMOTE + REMOTE + LOCK + 1000;
    uint64_t asked = 2 * HANDOFF + REMOTE;
    cr_assert_eq(cores.core[1].clock_ps, released);
    cr_assert_eq(cores.core[2].clock_ps, released + REMOTE + LOCK + 1000);
    cr_assert_eq(cores.core[2].stats.lock_wait_ps, released - asked);
    cr_assert_eq(cores.core[1].stats.lock_wait_ps, 0);
    cr_assert_eq(cores.core[2].stats.locks, 1);
}

Test(host_cores, a_lock_that_is_free_early_is_taken_early)
{
    work_locked(1, 10000, 100); /* late in its step */
    work_locked(2, 0, 100);     /* later in the program, but long before */
    cr_assert_eq(cores.core[2].stats.lock_wait_ps, 0);
    cr_assert_eq(cores.lock[HOST_LOCK_HOLD].count, 2);
    cr_assert_lt(cores.lock[HOST_LOCK_HOLD].holdings[0].to_ps,
                 cores.lock[HOST_LOCK_HOLD].holdings[1].from_ps);
}

Test(host_cores, a_gap_that_is_too_short_is_not_taken)
{
    work_locked(1, 0, 1000);
    work_locked(3, 1500, 1000); /* leaves a gap between the two */
    work_locked(2, 900, 5000);
    const struct host_lock *lock = &cores.lock[HOST_LOCK_HOLD];
    for (size_t i = 1; i < lock->count; i++)
        cr_assert_leq(lock->holdings[i - 1].to_ps, lock->holdings[i].from_ps);
    cr_assert_eq(cores.core[2].clock_ps, cores.core[3].clock_ps + REMOTE + LOCK + 5000);
}

Test(host_cores, two_locks_do_not_disturb_each_other)
{
    work_locked(1, 0, 1000);
    host_cores_run_on(&cores, 2);
    host_cores_lock(&cores, HOST_LOCK_BUFFERS);
    host_cores_unlock(&cores, HOST_LOCK_BUFFERS);
    cr_assert_eq(cores.core[2].stats.lock_wait_ps, 0);
}

Test(host_cores, holdings_never_overlap)
{
    uint32_t random = 1;
    for (int i = 0; i < 2000; i++) {
        random = random * 1664525u + 1013904223u;
        work_locked(random >> 30, random >> 8 & 1023, random >> 18 & 255);
    }
    const struct host_lock *lock = &cores.lock[HOST_LOCK_HOLD];
    cr_assert_eq(lock->count, 2000);
    for (size_t i = 1; i < lock->count; i++)
        cr_assert_leq(lock->holdings[i - 1].to_ps, lock->holdings[i].from_ps);
}

Test(host_cores, a_single_core_pays_nothing_for_locks)
{
    host_cores_free(&cores);
    host_cores_init(&cores, &(struct host_cores_params){
                                .count = 1, .handoff_ps = 1, .remote_line_ps = 1, .lock_ps = 1});
    work_locked(0, 3, 4);
    cr_assert_eq(host_cores_end_step(&cores), 7);
    cr_assert_eq(cores.core[0].stats.locks, 0);
}
