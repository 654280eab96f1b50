/* The passing of time, as the checkers see it when no event comes. */
#ifndef TOESIM_CHECK_CHECK_TIME_H
#define TOESIM_CHECK_CHECK_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct check;

/* Reports everything that has taken too long at now_ps, in picoseconds. Every event triggers the same search. A run
 * also calls this function as time passes, because a forgotten connection may never cause another event. */
void check_time_passes(struct check *check, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
