/* The part `host` of stats.json: the software of the server and the core that runs it. */
#ifndef TOESIM_SIM_RESULTS_HOST_H
#define TOESIM_SIM_RESULTS_HOST_H

#include "sim/results/results.h"

/* Adds the part `host`. */
void results_add_host(json_t *root, const struct results_input *in);

#endif
