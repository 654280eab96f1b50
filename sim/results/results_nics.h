/* The part `nics` of stats.json: MAC, PCIe, driver, engine and context cache of each NIC. */
#ifndef TOESIM_SIM_RESULTS_NICS_H
#define TOESIM_SIM_RESULTS_NICS_H

#include "sim/results/results.h"

/* One port's traffic, queue and verdicts. */
void results_add_port(json_t *object, const struct mac_stats *mac);

/* Adds the part `nics`. */
void results_add_nics(json_t *root, const struct results_input *in);

#endif
