/*
 * The file hash.csv (outputs.state_hash): for each part of the server, a hash of everything that it has reported so far. Two
 * runs that differ can be compared by it: the first row and the first column that differ say when and where they parted.
 */
#ifndef TOESIM_SIM_HISTORY_H
#define TOESIM_SIM_HISTORY_H

#include "models/base/probe.h"
#include "models/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct history; /* opaque */

/* Opens DIR/hash.csv with a row for each period_ps in which something happened. Returns null with STATUS_ENVIRONMENT. */
struct history *history_create(const char *dir, uint64_t period_ps, struct error *err);
struct probe_listener history_listener(struct history *history);

/* Writes the last row, ends the file, and frees the history in any case. */
enum status history_close(struct history *history, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
