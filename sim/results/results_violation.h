/* The files violation.txt and violation.json: the first violation with the last events of its connection. */
#ifndef TOESIM_SIM_RESULTS_VIOLATION_H
#define TOESIM_SIM_RESULTS_VIOLATION_H

#include "sim/results/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes both files if an invariant was violated, otherwise nothing. */
enum status results_write_violation(const char *dir, const struct results_input *input,
                                    struct error *err);

#ifdef __cplusplus
}
#endif

#endif
