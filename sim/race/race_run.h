/* Runs the branches of a race from one warm state. */
#ifndef TOESIM_SIM_RACE_RUN_H
#define TOESIM_SIM_RACE_RUN_H

#include "models/base/status.h"
#include "sim/race/race_jobs.h"
#include "sim/race/race_moment.h"
#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct race_plan {
    const struct sim_config *config; /* with race.frame, without waves and captures */
    struct race_times times;
    unsigned jobs;
    struct race_sink sink;
    const char *keep;         /* folder for the stats of each branch, TIME.json; null: none */
    volatile const int *stop; /* set by a signal: no more branches are begun */
};

/*
 * Simulates up to each time in turn and forks there, so that the branches share all that lies before. Times that lie behind
 * the end of the run get no branch. A process can call it once, because SystemC elaborates once. STATUS_OK: each branch that
 * was begun has been reported. Otherwise err has the message.
 */
enum status race_run(const struct race_plan *plan, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
