/* The file summary.txt, which a run also prints: the most important numbers of stats.json in words. */
#ifndef TOESIM_SIM_RESULTS_SUMMARY_H
#define TOESIM_SIM_RESULTS_SUMMARY_H

#include "sim/results/results.h"

#ifdef __cplusplus
extern "C" {
#endif

enum status results_write_summary(const char *dir, const json_t *stats,
                                  const struct results_input *input, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
