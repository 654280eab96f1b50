/* Runs the points of a study, each in a process of its own, and stores what they give. */
#ifndef TOESIM_SIM_SWEEP_H
#define TOESIM_SIM_SWEEP_H

#include "sim/sweep/study.h"

#include <stdbool.h>

struct sweep_options {
    const char *place; /* the study's folder; null: results/NAME */
    unsigned jobs;     /* runs at the same time, from 1 on */
    bool resume;       /* go on with a study that has begun */
    bool progress;     /* a progress line on stderr */
};

/* What became of the runs. */
struct sweep_totals {
    uint64_t count;   /* runs of the study */
    uint64_t earlier; /* of them, those that had ended before */
    uint64_t ended;   /* of them, those that ended now */
    uint64_t failed;  /* rows with another status than ok */
};

/* Runs what is left of the study, writes study.sqlite and study.csv, and prints a table of the reported values. Returns
 * STATUS_OK if all runs of the study are there, whatever their status; STATUS_FAILED if a signal ended the sweep; else
 * the status of what failed. Finished runs are kept in every case. */
enum status sweep_study(const struct study *study, const struct sweep_options *options,
                        struct sweep_totals *totals, struct error *err);

#endif
