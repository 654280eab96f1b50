/* Limits for the changes between runs, such as `moves.latency_ns.p50 > +2%`, by which a CI job fails. */
#ifndef TOESIM_SIM_COMPARE_LIMIT_H
#define TOESIM_SIM_COMPARE_LIMIT_H

#include "sim/compare/compare.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A change is compared with `change`: above it (`>`) or below it (`<`) is a failure. */
struct compare_limit {
    char key[COMPARE_NAME_MAX];
    bool is_above;
    bool is_relative; /* `change` is in percent of the base */
    double change;
};

/* Reads KEY > CHANGE or KEY < CHANGE; CHANGE is a number with a sign, with % for a relative one. Returns
 * STATUS_BAD_INPUT with a message that says what would be right. */
enum status compare_limit_read(const char *text, struct compare_limit *limit, struct error *err);

/* Returns STATUS_FAILED, with the values in err, if the change of one of the runs is beyond the limit. Returns
 * STATUS_BAD_INPUT if there is no such key, or if it is no number in one of the runs. */
enum status compare_limit_check(const struct compare_limit *limit,
                                const struct comparison *comparison, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
