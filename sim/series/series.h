/*
 * The file series.csv: the counters of a run over simulated time (measure.sample). The first column is the time in
 * picoseconds. Each further column is a key of stats.json whose value changed at least once during the run. A row is
 * missing if nothing changed since the row before it, so a silent second costs no space.
 */
#ifndef TOESIM_SIM_SERIES_H
#define TOESIM_SIM_SERIES_H

#include "models/base/status.h"

#include <jansson.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct series; /* opaque */

/* Returns a series without samples. The samples wait in a file without a name (temp_file.h), so they take no memory.
 * Returns null with STATUS_ENVIRONMENT if memory or the temporary folder is short. */
struct series *series_create(struct error *err);

/* Adds the integers of `counters`, at any depth of objects and arrays, as the values at now_ps. Times never decrease from
 * call to call; of two samples at the same time the later one counts. `counters` is borrowed. A failed write is reported by series_close(). */
void series_sample(struct series *series, uint64_t now_ps, const json_t *counters);

/* Writes DIR/series.csv and frees the series, also on failure (STATUS_ENVIRONMENT). */
enum status series_close(struct series *series, const char *dir, struct error *err);

/* Frees a series without writing a file; null is allowed. */
void series_discard(struct series *series);

#ifdef __cplusplus
}
#endif

#endif
