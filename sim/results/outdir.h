/* The results folder of a run. It is built beside its place and moved there when it is complete. */
#ifndef TOESIM_SIM_OUTDIR_H
#define TOESIM_SIM_OUTDIR_H

#include "models/base/status.h"
#include "sim/scenario/config.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct outdir {
    char place[SIM_PATH_MAX]; /* where the results shall be */
    char temp[SIM_PATH_MAX];  /* an empty folder beside it, to be filled */
};

/* Creates the temporary folder. A link at `place` is followed, and leftovers of a killed run are repaired. Returns
 * STATUS_BAD_INPUT if `place` is not a folder, or is a folder that is neither empty nor an earlier run's, or
 * contains a file of the user; STATUS_ENVIRONMENT if the folder cannot be created. */
enum status outdir_begin(struct outdir *out, const char *place, struct error *err);

/* Returns true if the folder holds the results of a run that came to its end, even by a violation. Returns false if
 * a signal cut the run short or if there are no results. */
bool outdir_is_finished(const char *path);

/* Moves the temporary folder to `place` in one step and removes the folder of an earlier run there. Unfinished
 * results go to "place.cut" if those at `place` are finished; `place` then names the folder that was used. */
enum status outdir_commit(struct outdir *out, struct error *err);

/* Removes temp. */
void outdir_abort(struct outdir *out);

#ifdef __cplusplus
}
#endif

#endif
