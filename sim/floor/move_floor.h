/*
 * The arithmetic floor of a move: how long each phase takes at least if nothing waits for anything, as the parameters of a
 * scenario say. It is a sum of wire times, latencies and costs, which docs/reload.md lists; no simulation takes part. What a run
 * takes more is what waiting costs: for the clock, for the poll loop, for other commands.
 */
#ifndef TOESIM_SIM_MOVE_FLOOR_H
#define TOESIM_SIM_MOVE_FLOOR_H

#include "models/stats/move_log.h"
#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct move_floor {
    uint64_t phase_ps[MOVE_PHASE_COUNT]; /* replay is 0: it depends on the held frames */
    uint64_t reload_ps;                  /* the sum from detect to install */
    uint64_t blackout_ps;                /* the sum from drain to install */
};

/* Calculates the floor of a move from NIC `from` to NIC `to` with a context that the cache of the old NIC has, caused by a
 * frame without payload. Returns false for mechanisms that have no floor of one move: those that move several connections with
 * one command, those that wait or forward first, and those that rebuild. */
bool move_floor(const struct sim_config *config, unsigned from, unsigned to,
                struct move_floor *floor);

#ifdef __cplusplus
}
#endif

#endif
