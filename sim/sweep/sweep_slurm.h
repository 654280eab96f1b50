/*
 * A sweep on the machines of a Slurm cluster. The submitting process writes the numbers of the runs that are left to a file
 * and submits a job array. Each element of the array runs its share in the study's folder, which all machines see, and
 * leaves a small file for each run that has ended. Collecting puts these into the study's database, which only one process
 * writes at a time.
 */
#ifndef TOESIM_SIM_SWEEP_SLURM_H
#define TOESIM_SIM_SWEEP_SLURM_H

#include "sim/sweep/study_point.h"

#include <stdbool.h>

enum { SLURM_MESSAGE_MAX = 512, SLURM_HASH_MAX = 80 };

/* How a run of an element has ended. */
struct slurm_row {
    int exit_status; /* as a shell has it */
    char message[SLURM_MESSAGE_MAX];
    char hash[SLURM_HASH_MAX]; /* "" if the configuration could not be made */
};

/* Returns true and fills in the row if an element has left one for this run. */
bool sweep_slurm_row(const char *folder, uint64_t number, struct slurm_row *row);

/* Submits these runs in elements of `chunk` runs each; 0: as many as fit into 1,000 elements. `study_file` and `folder` may
 * be relative. Writes the number of the job to `job`. Returns STATUS_ENVIRONMENT if sbatch is missing or refuses, and
 * STATUS_BAD_INPUT if an earlier job of this folder has not ended yet. */
enum status sweep_slurm_submit(const char *study_file, const char *folder, const uint64_t *numbers,
                               uint64_t count, uint64_t chunk, char job[32], struct error *err);

/* Is what an element of the array runs: element `index` of the list of the last submission. Returns STATUS_OK if each run
 * of it has left its row, whatever its status. */
enum status sweep_slurm_element(const struct study *study, const char *folder, uint64_t index,
                                struct error *err);

#endif
