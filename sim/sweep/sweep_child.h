/* One run of a sweep, in a forked child, since SystemC elaborates once per process. */
#ifndef TOESIM_SIM_SWEEP_CHILD_H
#define TOESIM_SIM_SWEEP_CHILD_H

#include "sim/scenario/config.h"

enum { SWEEP_MESSAGE_MAX = 512 };

/* Runs the configuration, with its results at `place`. Writes the message of a failure into `answer`, a pipe. Never
 * returns: the exit status is that of `toesim run`. Results of a run that a signal ends are not kept. */
__attribute__((noreturn)) void sweep_child(const struct sim_config *config, const char *place,
                                           int answer);

#endif
