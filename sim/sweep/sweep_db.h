/*
 * The results of a study in study.sqlite. Table `runs` has a row for each run that has ended: `number` (the primary key),
 * a column for each key of axes, zip and draws, `seed` (null: the scenario's own), `repeat`, a column for each reported
 * key (null: the run does not have it), `status`, `exit_status`, `message`, `dir` (relative to the study's folder) and
 * `hash` (configuration_sha256 of run.json). Table `study` has what the study is, as names and values.
 */
#ifndef TOESIM_SIM_SWEEP_DB_H
#define TOESIM_SIM_SWEEP_DB_H

#include "sim/sweep/study_point.h"

#include <jansson.h>

struct sweep_db;

/* How a run has ended. */
struct sweep_result {
    int exit_status; /* as a shell has it: 128 and the number of the signal that ended the process */
    const char *message; /* "" if there is none */
    const char *dir;
    const char *hash;    /* "" if the configuration could not be made */
    const json_t *stats; /* the document of stats.json; null if the run left none */
};

/* Opens the study's database, or makes it if there is none. Returns null with err set: STATUS_BAD_INPUT if the file is no
 * database, is damaged, is that of another program, or is that of another study; STATUS_ENVIRONMENT if it cannot be
 * opened or written. */
struct sweep_db *sweep_db_open(const char *path, const struct study *study, struct error *err);
void sweep_db_close(struct sweep_db *db);

/* Returns true if the run has ended by itself, so that it need not run again. A run that a signal or a failure of the
 * environment has ended does not count. *hash is that of its configuration. */
bool sweep_db_has(struct sweep_db *db, uint64_t number, char hash[SHA256_TEXT_MAX]);

/* Stores the result of a run, and waits until it is on the disk. */
enum status sweep_db_put(struct sweep_db *db, const struct study_point *point,
                         const struct sweep_result *result, struct error *err);

/* Returns the number of rows whose status is not "ok". */
uint64_t sweep_db_failed(struct sweep_db *db);

/* Writes all rows as CSV (RFC 4180), in the order of their numbers. */
enum status sweep_db_write_csv(struct sweep_db *db, const char *path, struct error *err);

/* One row for the table: `values` has the reported values in the order of the study, NAN for those that are no numbers. */
struct sweep_row {
    uint64_t number;
    bool ok;
    double values[STUDY_REPORTS_MAX];
};

/* Calls `fn` for each row, in the order of the numbers. */
enum status sweep_db_each(struct sweep_db *db, void (*fn)(void *self, const struct sweep_row *row),
                          void *self, struct error *err);

#endif
