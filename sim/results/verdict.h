/* Decides the exit status of a run from its results, and says why. */
#ifndef TOESIM_SIM_VERDICT_H
#define TOESIM_SIM_VERDICT_H

#include "sim/results/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Returns the status of a run, and stores the reason in err unless it is STATUS_OK. `stats` is the result of
 * results_stats(), which also says whether the expectations hold. The first of these that applies decides:
 * STATUS_FAILED: an invariant was violated. STATUS_BAD_INPUT: the capture is damaged, or no conversation could be judged
 * and the configuration does not allow that. STATUS_FAILED: an expectation does not hold. STATUS_OK: everything holds,
 * so each conversation that could be judged is intact or is allowed by an expectation.
 */
enum status verdict_of_run(const struct results_input *in, const json_t *stats,
                           bool expectations_hold, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
