/* Parts of stats.json, one file each; only sim/results_*.c include this. Objects belong to their parents. */
#ifndef TOESIM_SIM_RESULTS_PVT_H
#define TOESIM_SIM_RESULTS_PVT_H

#include "sim/results.h"

#include <stdio.h>

/* An integer under a key of the object. */
void results_set(json_t *object, const char *key, uint64_t value);
/* A new, empty object under a key of its parent. */
json_t *results_add_object(json_t *parent, const char *key);
/* One port's traffic, queue and verdicts. */
void results_add_port(json_t *object, const struct mac_stats *mac);

/* Parts `streams`, `host`, `nics` and `capture`; nothing where the run has no capture. */
void results_add_streams(json_t *root, const struct results_input *in);
void results_add_host(json_t *root, const struct results_input *in);
void results_add_nics(json_t *root, const struct results_input *in);
void results_add_capture(json_t *root, const struct results_input *in);

/* The summary's line about the records of the capture: how many are replayed, and what was left out. */
void results_print_capture(FILE *file, const struct results_input *in);

#endif
