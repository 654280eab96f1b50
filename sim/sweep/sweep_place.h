/* The folder of a study's results, which one sweep has for itself. */
#ifndef TOESIM_SIM_SWEEP_PLACE_H
#define TOESIM_SIM_SWEEP_PLACE_H

#include "sim/sweep/sweep.h"

struct sweep_place {
    char folder[SIM_PATH_MAX];
    char database[SIM_PATH_MAX + 32], csv[SIM_PATH_MAX + 32];
    int lock; /* descriptor of the folder, which is locked */
};

/* Makes the folder if there is none, and locks it. Returns STATUS_BAD_INPUT if another sweep has it, if it holds something
 * else than a study, or if it holds a study that has begun and options->resume is false; STATUS_ENVIRONMENT if it cannot
 * be made. */
enum status sweep_place_enter(struct sweep_place *place, const struct study *study,
                              const struct sweep_options *options, struct error *err);

/* Closes the descriptor. The folder is free when all processes that had it have closed it. */
void sweep_place_leave(struct sweep_place *place);

#endif
