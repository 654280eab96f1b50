/* The runs of a study: how many there are, and what each of them is. */
#ifndef TOESIM_SIM_STUDY_POINT_H
#define TOESIM_SIM_STUDY_POINT_H

#include "sim/sweep/study.h"

/* One run of a study. */
struct study_point {
    uint64_t number;              /* from 0 on */
    size_t value[STUDY_AXES_MAX]; /* the index of each axis */
    uint64_t seed;                /* if the study has seeds */
    uint64_t repeat;              /* from 0 on */
    char drawn[STUDY_DRAWS_MAX][STUDY_VALUE_MAX];
};

/* Returns the number of runs. UINT64_MAX stands for that many or more. */
uint64_t study_run_count(const struct study *study);

/* Returns the number of runs that differ only in seed and repetition. They have numbers in sequence. */
uint64_t study_runs_per_point(const struct study *study);

/* Describes run `number`, which is below study_run_count(). The first axis changes most slowly; then zip, seeds and
 * repetitions follow. A draw depends only on seed, key and repetition, so the points have the same draws. */
void study_point(const struct study *study, uint64_t number, struct study_point *point);

/* Makes the configuration of a run. Returns STATUS_BAD_INPUT if its values do not fit together. */
enum status study_point_config(const struct study *study, const struct study_point *point,
                               struct sim_config *config, struct error *err);

#endif
