/* One run of the program in a forked child, since SystemC elaborates once per process. */
#ifndef TOESIM_SIM_SWARM_CHILD_H
#define TOESIM_SIM_SWARM_CHILD_H

#include "sim/scenario/config.h"

/* A signal that the child gets after so much processor time of its own; number 0: none. */
struct swarm_signal {
    int number;
    uint64_t cpu_us;
};

struct swarm_end {
    int status; /* exit status, or 128 and the signal that ended it; as a shell has it */
    bool hung;  /* it was ended because its simulated time stood still */
};

/*
 * Runs config as `toesim run` does, with its results at `place` and all that it prints in the file `log`.
 * A hang is no progress of simulated time during five minutes of the child's processor time, or an
 * hour in which it neither progresses nor works: slowness of the machine ends no run.
 */
struct swarm_end swarm_run(const struct sim_config *config, const char *place, const char *log,
                           const struct swarm_signal *signal);

#endif
