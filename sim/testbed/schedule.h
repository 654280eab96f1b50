/*
 * Runs the stages of one system that are due at an instant. Stages run in the order in which they were added, again
 * and again, until none has work left at that time. The order of two stages at the same time affects the results, so
 * it must not depend on anything else. A stage that is run without need, because somebody observes it, changes
 * nothing for the others.
 */
#ifndef TOESIM_SIM_SCHEDULE_H
#define TOESIM_SIM_SCHEDULE_H

#include "models/base/stage.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SCHEDULE_MAX = 32 };

/* A leaf that its owner embeds. */
struct schedule {
    size_t count;
    uint64_t due_ps[SCHEDULE_MAX]; /* when each stage wants to run; TIME_NEVER: it does not */
    uint64_t runs[SCHEDULE_MAX];
    struct stage stages[SCHEDULE_MAX]; /* run null: not bound yet */
    uint64_t instant_ps;               /* of the last run */
    unsigned rounds;                   /* at that instant */
};

void schedule_init(struct schedule *schedule);

/* Makes a place for a stage and returns its number. Asserts that there is room. */
size_t schedule_add(struct schedule *schedule);

/* The stage (copied) that has that place; it may be created after its place, because it wants a
 * waker. It runs as soon as its next_ps() says. */
void schedule_bind(struct schedule *schedule, size_t place, struct stage stage);

/* The stage wants to run at at_ps at the latest. A place without a stage ignores it. */
void schedule_wake(struct schedule *schedule, size_t place, uint64_t at_ps);

/* When the next stage is due; TIME_NEVER: none is. Called from inside a stage's run(): the others. */
uint64_t schedule_next_ps(const struct schedule *schedule);

/* Runs all stages that are due at or before now_ps until none is. Asserts that this ends. */
void schedule_run(struct schedule *schedule, uint64_t now_ps);

/* How often stages have run, all together. */
uint64_t schedule_runs(const struct schedule *schedule);

#ifdef __cplusplus
}
#endif

#endif
