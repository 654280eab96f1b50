/* Explains one move of a run in text, from the results folder. */
#ifndef TOESIM_SIM_SHOW_H
#define TOESIM_SIM_SHOW_H

#include "models/base/status.h"

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes an explanation of move `number` (from NIC to NIC, from 1, in the order of moves.csv) of the results in `folder`. Returns
 * STATUS_BAD_INPUT if these are no results of a run, or if there is no such move; the message says how many there are. */
enum status show_move(FILE *out, const char *folder, uint64_t number, struct error *err);

/* Writes one line for each move. */
enum status show_moves(FILE *out, const char *folder, struct error *err);

/* Writes the floors of the scenario's mechanism (docs/reload.md, section 3) as CSV: one line for each phase, the blackout and the
 * reload, to either NIC. Returns STATUS_BAD_INPUT if the folder has no effective.yaml, or the mechanism no floor. */
enum status show_floors(FILE *out, const char *folder, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
