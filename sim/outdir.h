/* The results folder of a run: built beside its place, put there when whole. */
#ifndef TOESIM_SIM_OUTDIR_H
#define TOESIM_SIM_OUTDIR_H

#include "models/base/status.h"
#include "sim/config.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct outdir {
    char place[SIM_PATH_MAX]; /* where the results shall be */
    char temp[SIM_PATH_MAX];  /* an empty folder beside it, to be filled */
};

/* Makes temp; a link at place is followed, and what a killed run has left there is put right.
 * STATUS_BAD_INPUT: at place there is something that is not a folder, or a folder that is neither empty
 * nor an earlier run's, or one with a file of the user's. STATUS_ENVIRONMENT: it cannot be made. */
enum status outdir_begin(struct outdir *out, const char *place, struct error *err);

/* True when the results in the folder are those of a run that came to its end, be it by a violation;
 * false for those that a signal has cut, or when there are none. */
bool outdir_is_finished(const char *path);

/* Puts temp at place in one step; an earlier run's folder there is removed. Results that are not finished
 * go to "place.cut" when those at place are, and place says so afterwards. */
enum status outdir_commit(struct outdir *out, struct error *err);

/* Removes temp. */
void outdir_abort(struct outdir *out);

#ifdef __cplusplus
}
#endif

#endif
