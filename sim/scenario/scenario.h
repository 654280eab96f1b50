/* Reads a scenario file into struct sim_config. docs/scenario.md explains every key. */
#ifndef TOESIM_SIM_SCENARIO_H
#define TOESIM_SIM_SCENARIO_H

#include "sim/scenario/config.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One setting "key.path=value", which is applied after the file. `origin` is its source in messages, such as "--
 * set". */
struct scenario_set {
    const char *assignment;
    const char *origin;
};

/* Reads a scenario file over the defaults, applies the sets, checks that everything fits together
 * and that the capture exists. Messages are `file:line: key: wrong, right`. */
enum status scenario_load(const char *path, const struct scenario_set *sets, size_t set_count,
                          struct sim_config *config, struct error *err);

/* The same without sets, for who wants all errors: *messages has a line for each, and belongs to the
 * caller (free); null when there are none, or when the file could not be read (err says why). */
enum status scenario_load_all(const char *path, struct sim_config *config, char **messages,
                              struct error *err);

/* The same from memory; source is the file's name for messages, its folder that of the capture.
 * Does not look whether the capture exists. */
enum status scenario_parse(const char *text, size_t len, const char *source,
                           const struct scenario_set *sets, size_t set_count,
                           struct sim_config *config, struct error *err);

/* Reads the file and applies the sets, but does not check that everything fits together. STATUS_OK means that the keys
 * exist and that each value is one that its key can have. */
enum status scenario_check_sets(const char *path, const struct scenario_set *sets, size_t set_count,
                                struct error *err);

/* Reads a whole file, whose size is limited as that of a scenario, into memory that the caller frees. Returns null with
 * err set if that fails. */
char *scenario_read_file(const char *path, size_t *len, struct error *err);

/* Uses defaults and settings only. traffic.capture is relative to the current folder. */
enum status scenario_from_sets(const struct scenario_set *sets, size_t set_count,
                               struct sim_config *config, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
