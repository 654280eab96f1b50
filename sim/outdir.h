/* The results folder of a run: built beside its place, put there when whole. */
#ifndef TOESIM_SIM_OUTDIR_H
#define TOESIM_SIM_OUTDIR_H

#include "models/base/status.h"
#include "sim/config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct outdir {
    char place[SIM_PATH_MAX]; /* where the results shall be */
    char temp[SIM_PATH_MAX];  /* an empty folder beside it, to be filled */
};

/* Makes temp. STATUS_BAD_INPUT: at place there is something that is no results folder of an earlier
 * run and not empty. STATUS_ENVIRONMENT: the folder cannot be made. */
enum status outdir_begin(struct outdir *out, const char *place, struct error *err);

/* Renames temp to place; an earlier run's folder there is removed. */
enum status outdir_commit(struct outdir *out, struct error *err);

/* Removes temp. */
void outdir_abort(struct outdir *out);

#ifdef __cplusplus
}
#endif

#endif
