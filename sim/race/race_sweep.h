/* The race of one scenario: the run without the frame, all branches, and the report. */
#ifndef TOESIM_SIM_RACE_SWEEP_H
#define TOESIM_SIM_RACE_SWEEP_H

#include "sim/race/race_run.h"
#include "sim/scenario/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

struct race_sweep {
    const char *file;   /* the scenario's, for the printed commands */
    const char *folder; /* the results go to FOLDER/NAME; null: to results/NAME.race */
    const struct scenario_set *sets;
    size_t set_count;
    unsigned jobs;
    bool keep; /* the stats.json of each branch stays */
};

/* Sweeps the scenario, whose config is changed, and prints the report. Returns the exit status: 0, or 1 if an offset failed,
 * 2 if the scenario has no such race, 3 if the environment failed, 128 and the number of the signal that ended it. */
int race_sweep(const struct race_sweep *sweep, struct sim_config *config);

#ifdef __cplusplus
}
#endif

#endif
