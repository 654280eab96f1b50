/* The passing of time, as the checkers see it when no event comes. */
#ifndef TOESIM_CHECK_CHECK_TIME_H
#define TOESIM_CHECK_CHECK_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct check;

/* Looks for what takes too long at now_ps, in picoseconds. Every event does so by itself; a run calls this as
 * well while its time passes, because no event may ever come again after something was forgotten. */
void check_time_passes(struct check *check, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
