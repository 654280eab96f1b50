/* The part `streams` of stats.json: how many conversations ended with each outcome. */
#ifndef TOESIM_SIM_RESULTS_STREAMS_H
#define TOESIM_SIM_RESULTS_STREAMS_H

#include "sim/results/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Counts the outcomes of the conversations, each conversation once. */
void results_outcomes(const struct results_input *input, struct outcome_counts *counts);

/* Adds the part `streams`. */
void results_add_streams(json_t *root, const struct results_input *in);

#ifdef __cplusplus
}
#endif

#endif
