/* The moves of a timeline: a track for each connection that moved, with a slice for each phase. */
#ifndef TOESIM_SIM_TIMELINE_MOVES_H
#define TOESIM_SIM_TIMELINE_MOVES_H

#include "models/stats/move_log.h"
#include "sim/timeline/timeline_track.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the first `moves_max` moves from NIC to NIC (0: all), and returns how many it wrote. Fewer are written if memory is
 * short. */
uint64_t timeline_moves_write(struct timeline_tracks *tracks, const struct move_log *moves,
                              uint32_t moves_max, uint32_t conn_max);

#ifdef __cplusplus
}
#endif

#endif
