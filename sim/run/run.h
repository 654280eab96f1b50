/* Runs one simulation from its configuration to the results folder. A process can run one simulation only, because
 * SystemC elaborates once. */
#ifndef TOESIM_SIM_RUN_H
#define TOESIM_SIM_RUN_H

#include "sim/live/live.h"
#include "sim/run/recheck.h"
#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct run_options {
    const char
        *out_dir;  /* exists, empty; results appear in it under their final names when whole */
    bool progress; /* a progress line on stderr */
    struct recheck *recheck;         /* asked about damaged conversations; null: nobody is */
    const struct live_options *live; /* for external traffic; null: the run is refused */
    volatile const int *stop; /* set by a signal handler: finish the files with "complete": false */
    volatile uint64_t
        *sim_time_ps; /* told the simulated time again and again; null: nobody looks */
};

/* STATUS_OK: done, every expectation and invariant held. STATUS_FAILED: not. STATUS_BAD_INPUT: the
 * capture could not be read, or is damaged in the middle (results are written all the same).
 * STATUS_ENVIRONMENT: a file could not be written. err has the message for all but OK. The
 * summary table is printed to stdout by the caller from summary.txt. */
enum status sim_run(const struct sim_config *config, const struct run_options *options,
                    struct error *err);

#ifdef __cplusplus
}
#endif

#endif
