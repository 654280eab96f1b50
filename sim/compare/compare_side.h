/* The results of one run, as far as they are compared. */
#ifndef TOESIM_SIM_COMPARE_SIDE_H
#define TOESIM_SIM_COMPARE_SIDE_H

#include "sim/compare/compare.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { COMPARE_PATH_MAX = 4096 };

struct compare_side {
    char folder[COMPARE_PATH_MAX];
    json_t *stats;
    uint64_t *values[COMPARE_DURATIONS]; /* of the completed moves, in nanoseconds, sorted */
    size_t counts[COMPARE_DURATIONS];
};

/* The durations, in the order of comparison.samples. */
extern const char *const compare_durations[COMPARE_DURATIONS];

/* Reads the results of `name` (comparison_read()). The caller calls compare_side_free() in any case. */
enum status compare_side_read(struct compare_side *side, const char *name, struct error *err);
void compare_side_free(struct compare_side *side);

/* Calls `visit` for each number, text and truth value of `json`, with its key in the form of expectations. */
void compare_side_each(const json_t *json,
                       void (*visit)(void *self, const char *key, const json_t *value), void *self);

#ifdef __cplusplus
}
#endif

#endif
