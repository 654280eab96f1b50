/* stats.json, part `streams`: the outcome of each conversation, counted. */
#ifndef TOESIM_SIM_RESULTS_STREAMS_H
#define TOESIM_SIM_RESULTS_STREAMS_H

#include "sim/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of the run's conversations, each counted once. */
void results_outcomes(const struct results_input *input, struct outcome_counts *counts);

/* Adds the part `streams`. */
void results_add_streams(json_t *root, const struct results_input *in);

#ifdef __cplusplus
}
#endif

#endif
