/* What was busy while a connection moved (waits.csv), and by how much more than in other moves. */
#ifndef TOESIM_SIM_SHOW_WAITS_H
#define TOESIM_SIM_SHOW_WAITS_H

#include "models/base/status.h"
#include "models/stats/move_log.h"
#include "sim/waits/wait_log.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct show_waits {
    bool here; /* the folder has a waits.csv */
    struct {
        bool any, own;                        /* a move, and this one, has a row of the phase */
        uint64_t least_ps[WAIT_COLUMN_COUNT]; /* over all moves with a row */
        uint64_t own_ps[WAIT_COLUMN_COUNT];
    } phase[MOVE_PHASE_COUNT];
};

/* Reads the rows of all moves of the folder, and keeps those of the move of `conn` that began at begun_ps. A folder without
 * waits.csv is no error. Returns STATUS_BAD_INPUT if the file is damaged. */
enum status show_waits_read(struct show_waits *waits, const char *folder, uint64_t conn,
                            uint64_t begun_ps, struct error *err);

/* Writes a line for each phase of the move with what was busy. */
void show_waits_print(FILE *out, const struct show_waits *waits, const char *from, const char *to);

/* Writes what was busy for longer than in the least busy move, and by how much, if that was at least min_ps. Returns false if
 * nothing was. */
bool show_waits_more(FILE *out, const struct show_waits *waits, const char *phase, uint64_t min_ps,
                     const char *from, const char *to);

#ifdef __cplusplus
}
#endif

#endif
