/* Tests sim/testbed/schedule: at the same time stages run in the order in which they were added,
 * no matter which of them are watched. */
#include "sim/testbed/schedule.h"

#include <criterion/criterion.h>
#include <signal.h>

enum { STEPS_MAX = 64, STAGES = 3 };

struct toy {
    struct schedule *schedule;
    char name;
    uint64_t due_ps;
    size_t wakes; /* the place that this stage wakes when it has work; SCHEDULE_MAX if none */
    char *log;
    size_t *len;
};

static struct schedule schedule;
static struct toy toys[STAGES];
static char log_text[STEPS_MAX];
static size_t log_len;

static void toy_run(void *self, uint64_t now_ps)
{
    struct toy *toy = self;
    if (toy->due_ps > now_ps)
        return;
    toy->due_ps = TIME_NEVER;
    cr_assert_lt(*toy->len + 1, STEPS_MAX);
    toy->log[(*toy->len)++] = toy->name;
    if (toy->wakes == SCHEDULE_MAX)
        return;
    toys[toy->wakes].due_ps = now_ps;
    schedule_wake(toy->schedule, toy->wakes, now_ps);
    toy->wakes = SCHEDULE_MAX;
}

static uint64_t toy_next_ps(const void *self) { return ((const struct toy *)self)->due_ps; }

static void setup(void)
{
    schedule_init(&schedule);
    log_len = 0;
    for (size_t i = 0; i < STAGES; i++) {
        toys[i] =
            (struct toy){&schedule, (char)('a' + i), TIME_NEVER, SCHEDULE_MAX, log_text, &log_len};
        cr_assert_eq(schedule_add(&schedule), i);
        schedule_bind(&schedule, i, (struct stage){"toy", &toys[i], toy_run, toy_next_ps});
    }
}

static void due(size_t place, uint64_t at_ps)
{
    toys[place].due_ps = at_ps;
    schedule_wake(&schedule, place, at_ps);
}

static void expect_order(const char *expected)
{
    log_text[log_len] = '\0';
    cr_assert_str_eq(log_text, expected);
}

Test(schedule, stages_of_one_time_run_in_the_order_of_their_places, .init = setup)
{
    due(2, 10);
    due(0, 10);
    due(1, 10);
    cr_assert_eq(schedule_next_ps(&schedule), 10);
    schedule_run(&schedule, 10);
    expect_order("abc");
    cr_assert_eq(schedule_next_ps(&schedule), TIME_NEVER);
}

Test(schedule, only_what_is_due_runs, .init = setup)
{
    due(0, 20);
    due(1, 10);
    schedule_run(&schedule, 10);
    expect_order("b");
    cr_assert_eq(schedule_runs(&schedule), 1);
    cr_assert_eq(schedule_next_ps(&schedule), 20);
}

/* A stage that is watched also runs at times at which it has nothing to do. This must not change
 * the order. */
Test(schedule, a_run_without_need_changes_no_order, .init = setup)
{
    for (unsigned watched = 0; watched < 1u << STAGES; watched++) {
        for (size_t from = 0; from < STAGES; from++)
            for (size_t to = 0; to < STAGES; to++) {
                char expected[STEPS_MAX];
                for (int pass = 0; pass < 2; pass++) {
                    setup();
                    due(from, 10);
                    due(1, 10);
                    toys[from].wakes = to;
                    for (size_t i = 0; pass == 1 && i < STAGES; i++)
                        if (watched & 1u << i)
                            schedule_wake(&schedule, i, 10);
                    schedule_run(&schedule, 10);
                    log_text[log_len] = '\0';
                    if (pass == 0)
                        (void)__builtin_memcpy(expected, log_text, sizeof expected);
                }
                cr_assert_str_eq(log_text, expected, "watched %x, %zu wakes %zu", watched, from,
                                 to);
            }
    }
}

Test(schedule, a_stage_woken_at_the_same_time_runs_at_that_time, .init = setup)
{
    due(2, 10);
    toys[2].wakes = 0;
    schedule_run(&schedule, 10);
    expect_order("ca");
}

Test(schedule, what_is_late_runs_now, .init = setup)
{
    due(1, 5);
    schedule_run(&schedule, 10);
    expect_order("b");
}

Test(schedule, a_place_without_a_stage_is_never_due)
{
    schedule_init(&schedule);
    size_t place = schedule_add(&schedule);
    schedule_wake(&schedule, place, 10);
    cr_assert_eq(schedule_next_ps(&schedule), TIME_NEVER);
}

static void ignore(void *self, uint64_t now_ps) { (void)self, (void)now_ps; }

static uint64_t always(const void *self)
{
    (void)self;
    return 10;
}

Test(schedule, a_stage_that_makes_no_progress_is_a_bug, .signal = SIGABRT)
{
    schedule_init(&schedule);
    schedule_bind(&schedule, schedule_add(&schedule), (struct stage){"", NULL, ignore, always});
    schedule_run(&schedule, 10);
}
