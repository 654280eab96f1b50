/* Finds the moment of a move in the results of a run. */
#ifndef TOESIM_SIM_RACE_MOMENT_H
#define TOESIM_SIM_RACE_MOMENT_H

#include "models/base/status.h"
#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads PLACE/moves.csv, and stores the time of the moment that race->move and race->at name. STATUS_BAD_INPUT: the run
 * has no such move, or the move did not get so far; err says which moves there are. */
enum status race_moment_find(const char *place, const struct sim_race *race, uint64_t *time_ps,
                             struct error *err);

/* The times at which the client acts: first_ps, first_ps + step_ps, and so on. first_ps is above 0. */
struct race_times {
    uint64_t first_ps, step_ps, count;
};

/* Stores the offsets of the race around the moment. STATUS_BAD_INPUT: there are too many, or they begin before the run. */
enum status race_moment_times(const struct sim_race *race, uint64_t moment_ps,
                              struct race_times *times, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
