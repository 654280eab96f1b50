/* Decides the exit status of a run from its results, and says why. */
#ifndef TOESIM_SIM_VERDICT_H
#define TOESIM_SIM_VERDICT_H

#include "sim/results/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * STATUS_OK: each conversation that could be judged is intact or allowed by an expectation, all
 * expectations and invariants held. STATUS_FAILED: not so. STATUS_BAD_INPUT: the capture is damaged,
 * or no conversation could be judged and config does not allow that. err has the reason for all but
 * OK. stats: as results_stats() made it, which also says whether the expectations hold.
 */
enum status verdict_of_run(const struct results_input *in, const json_t *stats,
                           bool expectations_hold, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
