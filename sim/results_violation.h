/* violation.txt and violation.json: the first violation with its last events. */
#ifndef TOESIM_SIM_RESULTS_VIOLATION_H
#define TOESIM_SIM_RESULTS_VIOLATION_H

#include "sim/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* violation.txt and violation.json, when an invariant was violated; else nothing. */
enum status results_write_violation(const char *dir, const struct results_input *input,
                                    struct error *err);

#ifdef __cplusplus
}
#endif

#endif
