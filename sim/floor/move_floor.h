/*
 * The arithmetic floor of a move: how long each phase takes at least if nothing waits for anything, as the parameters of a
 * scenario say. It is a sum of wire times, latencies and costs, which docs/reload.md lists; no simulation takes part. What a
 * move takes beyond its floor is what waiting costs: for a clock, for the poll loop, for other commands and frames.
 */
#ifndef TOESIM_SIM_MOVE_FLOOR_H
#define TOESIM_SIM_MOVE_FLOOR_H

#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The phases of docs/moves.md that have a floor above 0, in the order of time. */
enum move_floor_phase {
    MOVE_FLOOR_DETECT,
    MOVE_FLOOR_NOTIFY,
    MOVE_FLOOR_COMMAND,
    MOVE_FLOOR_QUIESCE,
    MOVE_FLOOR_EXTRACT,
    MOVE_FLOOR_DECIDE,
    MOVE_FLOOR_TRANSFER,
    MOVE_FLOOR_INSTALL,
    MOVE_FLOOR_PHASES,
};

struct move_floor {
    uint64_t phase_ps[MOVE_FLOOR_PHASES];
    uint64_t reload_ps;   /* the sum of all */
    uint64_t blackout_ps; /* the sum from extract on */
};

/* The phase's name in docs/moves.md and moves.phase_ns. */
const char *move_floor_phase_name(enum move_floor_phase phase);

/* Calculates the floor of a move to NIC `to` (0 or 1) that a frame without payload causes, with a connection that no
 * other move makes wait. It holds for warm and cold contexts, of any memory, IOMMU and socket. Returns false if the
 * mechanism with this name does not move the connection by FREEZE and INSTALL. */
bool move_floor(const struct sim_config *config, const char *mechanism, unsigned to,
                struct move_floor *floor);

/* Loads the effective.yaml of a results folder. Returns null if the folder has none that this toesim reads. The caller
 * frees the result. */
struct sim_config *move_floor_config(const char *folder);

#ifdef __cplusplus
}
#endif

#endif
