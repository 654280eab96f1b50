/* Runs the points of a study, each in a process of its own, and stores what they give. */
#ifndef TOESIM_SIM_SWEEP_H
#define TOESIM_SIM_SWEEP_H

#include "sim/sweep/study.h"

#include <stdbool.h>

enum sweep_way {
    SWEEP_HERE,    /* runs what is left on this machine */
    SWEEP_SLURM,   /* submits what is left to Slurm (sweep_slurm.h) */
    SWEEP_COLLECT, /* takes what elements of a job of Slurm have left */
};

struct sweep_options {
    enum sweep_way way;
    const char *study_file; /* for SWEEP_SLURM */
    uint64_t chunk;         /* for SWEEP_SLURM: runs of one element; 0: chosen */
    const char *place;      /* the study's folder; null: results/NAME */
    unsigned jobs;          /* runs at the same time, from 1 on */
    bool resume;            /* go on with a study that has begun */
    bool progress;          /* a progress line on stderr */
};

/* What became of the runs. */
struct sweep_totals {
    uint64_t count;     /* runs of the study */
    uint64_t earlier;   /* of them, those that had ended before */
    uint64_t ended;     /* of them, those that ended now */
    uint64_t failed;    /* rows with another status than ok */
    uint64_t submitted; /* runs that were submitted to Slurm */
    char job[32];       /* the number of their job */
};

/* Runs what is left of the study, writes study.sqlite and study.csv, and prints a table of the reported values. Returns
 * STATUS_OK if all runs of the study are there, whatever their status; STATUS_FAILED if a signal ended the sweep; else
 * the status of what failed. Finished runs are kept in every case. */
enum status sweep_study(const struct study *study, const struct sweep_options *options,
                        struct sweep_totals *totals, struct error *err);

#endif
