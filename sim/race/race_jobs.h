/* The processes of a race: each branch is a forked child that reports through a pipe. */
#ifndef TOESIM_SIM_RACE_JOBS_H
#define TOESIM_SIM_RACE_JOBS_H

#include "sim/race/race_report.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RACE_JOBS_MAX = 256 };

/* Gets the report of each branch, in any order. It is called in the parent. */
struct race_sink {
    void (*on_report)(void *self, uint64_t index, const struct race_report *report);
    void *self;
};

struct race_jobs; /* opaque */

/* At most `jobs` branches, from 1 to RACE_JOBS_MAX, run at the same time. Returns null if memory is short. */
struct race_jobs *race_jobs_create(unsigned jobs, struct race_sink sink);
void race_jobs_destroy(struct race_jobs *jobs);

enum race_side { RACE_PARENT, RACE_BRANCH, RACE_NO_PROCESS };

/* Waits until a process may be started, and forks. Both sides go on behind the call. RACE_NO_PROCESS: errno has why. */
enum race_side race_jobs_fork(struct race_jobs *jobs, uint64_t index);

/* In the branch: hands the report to the parent and ends the process. */
void race_jobs_end_branch(struct race_jobs *jobs, const struct race_report *report)
    __attribute__((noreturn));

/* Waits for all branches. A branch that ended without a report gets one that says so. */
void race_jobs_wait(struct race_jobs *jobs);

#ifdef __cplusplus
}
#endif

#endif
