/* The outcomes of a race: outcomes.csv, a bar, counts, and what it cost. */
#ifndef TOESIM_SIM_RACE_TABLE_H
#define TOESIM_SIM_RACE_TABLE_H

#include "models/base/status.h"
#include "sim/race/race_report.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RACE_BAR_CHARS = 100, RACE_FAILURES_SHOWN = 20 };

struct race_table; /* opaque */

/* A table of `count` offsets, from_ps, from_ps + step_ps, and so on, around moment_ps. It opens the file and writes its
 * header. Returns null, with err, if that fails. */
struct race_table *race_table_create(const char *path, uint64_t moment_ps, int64_t from_ps,
                                     uint64_t step_ps, uint64_t count, struct error *err);
/* Closes the file. STATUS_ENVIRONMENT: a line could not be written; the lines before it stay. */
enum status race_table_close(struct race_table *table, struct error *err);
void race_table_destroy(struct race_table *table);

/* Takes the report of an offset. The lines are written in the order of the offsets, whatever the order of the reports. */
void race_table_add(struct race_table *table, uint64_t index, const struct race_report *report);

uint64_t race_table_count(const struct race_table *table, enum race_outcome outcome);
uint64_t race_table_failures(const struct race_table *table);

/* Prints the bar, the counts and the processor time. Offsets without a report are not counted, and blank in the bar. */
void race_table_print(const struct race_table *table, FILE *out);

/* Calls the function for the first RACE_FAILURES_SHOWN failures. */
void race_table_for_failures(const struct race_table *table,
                             void (*show)(void *self, int64_t offset_ps, uint64_t time_ps,
                                          const struct race_report *report),
                             void *self);

#ifdef __cplusplus
}
#endif

#endif
