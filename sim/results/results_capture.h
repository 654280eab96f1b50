/* The part `capture` of stats.json and a line of the summary: what the run used of its capture, and what it left
 * out. */
#ifndef TOESIM_SIM_RESULTS_CAPTURE_H
#define TOESIM_SIM_RESULTS_CAPTURE_H

#include "sim/results/results.h"

/* Adds the part `capture`, if the run has a capture. */
void results_add_capture(json_t *root, const struct results_input *in);

/* Prints the summary's line about the records of the capture: how many are replayed, and what was left out. */
void results_print_capture(FILE *file, const struct results_input *in);

#endif
