#include "sim/testbed/schedule.h"

#include <assert.h>

/* A system that asks for the same instant again and again makes no progress, which is a bug. */
enum { ROUNDS_MAX = 100000 };

void schedule_init(struct schedule *schedule)
{
    *schedule = (struct schedule){.instant_ps = TIME_NEVER};
}

size_t schedule_add(struct schedule *schedule)
{
    assert(schedule->count < SCHEDULE_MAX);
    schedule->due_ps[schedule->count] = TIME_NEVER;
    return schedule->count++;
}

void schedule_bind(struct schedule *schedule, size_t place, struct stage stage)
{
    assert(place < schedule->count);
    assert(stage.run && stage.next_ps);
    schedule->stages[place] = stage;
    schedule->due_ps[place] = stage.next_ps(stage.self);
}

void schedule_wake(struct schedule *schedule, size_t place, uint64_t at_ps)
{
    assert(place < schedule->count);
    if (schedule->stages[place].run)
        schedule->due_ps[place] = u64_min(schedule->due_ps[place], at_ps);
}

uint64_t schedule_next_ps(const struct schedule *schedule)
{
    uint64_t next_ps = TIME_NEVER;
    for (size_t i = 0; i < schedule->count; i++)
        next_ps = u64_min(next_ps, schedule->due_ps[i]);
    return next_ps;
}

/* Runs one stage. Only the stage's own next_ps() says when it must run next; a wake says that
 * this time may have become earlier. */
static void run_one(struct schedule *schedule, size_t place, uint64_t now_ps)
{
    const struct stage *stage = &schedule->stages[place];
    schedule->due_ps[place] = TIME_NEVER;
    schedule->runs[place]++;
    stage->run(stage->self, now_ps);
    uint64_t next_ps = stage->next_ps(stage->self);
    schedule->due_ps[place] = u64_min(schedule->due_ps[place], next_ps);
}

void schedule_run(struct schedule *schedule, uint64_t now_ps)
{
    if (schedule->instant_ps != now_ps)
        schedule->rounds = 0;
    schedule->instant_ps = now_ps;
    while (schedule_next_ps(schedule) <= now_ps) {
        assert(schedule->rounds < ROUNDS_MAX);
        schedule->rounds++;
        for (size_t i = 0; i < schedule->count; i++)
            if (schedule->due_ps[i] <= now_ps)
                run_one(schedule, i, now_ps);
    }
}

uint64_t schedule_runs(const struct schedule *schedule)
{
    uint64_t runs = 0;
    for (size_t i = 0; i < schedule->count; i++)
        runs += schedule->runs[i];
    return runs;
}
