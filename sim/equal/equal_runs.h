/* The three runs of `toesim equal`: on the host's own TCP, on the NICs without moves, and as the scenario says. */
#ifndef TOESIM_SIM_EQUAL_RUNS_H
#define TOESIM_SIM_EQUAL_RUNS_H

#include "sim/equal/equal_compare.h"
#include "sim/scenario/scenario.h"

#include <sys/types.h>

struct equal_run {
    const char *name; /* host, forward, moves */
    struct sim_config config;
    char place[SIM_PATH_MAX];    /* folder of the results */
    char log[SIM_PATH_MAX + 16]; /* what the run prints */
    pid_t pid;                   /* of its process while it runs; 0 before and after */
    int status;                  /* exit status, or 128 and the signal that ended it */
};

/* Reads the scenario three times, each time with its changes behind the caller's sets. Expectations, waves and captures
 * are left out, because only what was received is compared. `folder` is where the results will be. Returns the status of
 * scenario_load(), and STATUS_BAD_INPUT if a caller's program brings the traffic or the folder's name is too long. */
enum status equal_runs_load(struct equal_run runs[EQUAL_RUNS], const char *scenario,
                            const struct scenario_set *sets, size_t set_count, const char *folder,
                            struct error *err);

/* Runs all three in processes of their own, at most `jobs` at the same time, and waits for them. Returns
 * STATUS_ENVIRONMENT if a process could not be started or did not end by itself, or if it could not write; the other
 * runs come to their end, and their results stay. Returns STATUS_BAD_INPUT if a run refused its input. */
enum status equal_runs_start(struct equal_run runs[EQUAL_RUNS], unsigned jobs, struct error *err);

#endif
