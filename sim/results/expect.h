/* Expectations such as `streams.damaged == 0`, which are evaluated on the document of stats.json. */
#ifndef TOESIM_SIM_EXPECT_H
#define TOESIM_SIM_EXPECT_H

#include "sim/scenario/config.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Checks the syntax of one expectation, whether its keys exist, and whether both sides can be compared. If not, it
 * returns false and `why` says what is wrong and what would be right. */
bool expect_check(const char *text, char *why, size_t why_size);

/*
 * Evaluates config's expectations on stats, and the built-in ones (no conversation may be damaged,
 * stalled or unfinished) but for those whose very key config has an expectation on. Streams of a
 * caller are not compared, so without built-in ones. Adds stats.expect[] = {text, built_in, actual,
 * ok}; a failed or impossible one has a `message` too. Returns how many did not hold.
 */
size_t expect_evaluate(const struct sim_config *config, json_t *stats);

#ifdef __cplusplus
}
#endif

#endif
