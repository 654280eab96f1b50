/*
 * Compares the results of two or more runs. The first one is the base: changes of the others are relative to it. docs/compare.md
 * describes what is compared.
 */
#ifndef TOESIM_SIM_COMPARE_H
#define TOESIM_SIM_COMPARE_H

#include "models/base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { COMPARE_SIDES_MAX = 8, COMPARE_NAME_MAX = 128, COMPARE_TEXT_MAX = 64 };

/* A value of one run. `text` is what JSON writes for it, "" if the run does not have it. */
struct compare_value {
    bool is_number;
    int64_t number;
    char text[COMPARE_TEXT_MAX];
};

/* One compared key, or a figure that is calculated from several keys. */
struct compare_line {
    char name[COMPARE_NAME_MAX];
    const char *unit; /* "ns", "ps", another unit, or "" */
    struct compare_value of[COMPARE_SIDES_MAX];
};

/* The samples of one duration of all completed moves, in nanoseconds, sorted. */
struct compare_samples {
    const char *name;
    struct {
        uint64_t *values;
        size_t count;
    } of[COMPARE_SIDES_MAX];
};

enum { COMPARE_DURATIONS = 4 };

struct comparison {
    size_t side_count;
    const char *names[COMPARE_SIDES_MAX]; /* borrowed from the caller */
    struct compare_line *headline;        /* what an architect asks first, even if it is equal */
    size_t headline_count;
    struct compare_line *differing; /* all other keys that differ, in the order of stats.json */
    size_t differing_count;
    size_t same_count; /* keys that are equal in all runs */
    struct compare_samples samples[COMPARE_DURATIONS];
    /* Where the first two runs part (hash.csv), "" if they do not, or if one of them has no such file. */
    char parted[COMPARE_NAME_MAX];
};

/* Reads the results of `count` runs (2 to COMPARE_SIDES_MAX). A name is a results folder, or STUDY.sqlite:NUMBER for the run
 * of that row. Returns STATUS_BAD_INPUT if one of them is not there, is not whole or has another schema. The caller calls
 * comparison_free() in any case. */
enum status comparison_read(struct comparison *comparison, const char *const *names, size_t count,
                            struct error *err);
void comparison_free(struct comparison *comparison);

/* Returns the line of this name; null if there is none. It looks at the headline and at all keys of stats.json that differ.
 * *is_same is set if the key exists and is equal in all runs. */
const struct compare_line *comparison_find(const struct comparison *comparison, const char *name,
                                           bool *is_same);

/* Returns the largest distance between the distributions of two sides in thousandths (the statistic of Kolmogorov and
 * Smirnov), and whether it is more than chance explains at a level of 1 %. 0 if a side has no samples. */
unsigned compare_distance(const struct compare_samples *samples, size_t side, bool *is_significant);

/* Returns the value below which `permille` of a side's samples lie (nearest rank). The side has samples. */
uint64_t compare_quantile(const struct compare_samples *samples, size_t side, unsigned permille);

#ifdef __cplusplus
}
#endif

#endif
