/* The files of a run. Each is written under a temporary name, checked, and renamed when it is complete. */
#ifndef TOESIM_SIM_RESULTS_FILES_H
#define TOESIM_SIM_RESULTS_FILES_H

#include "sim/results/results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Any text, and any document, as one file. */
enum status results_write_text(const char *dir, const char *name, const char *text, size_t len,
                               struct error *err);

enum status results_write_json(const char *dir, const char *name, const json_t *json,
                               struct error *err);

/* Each function writes one file into `dir` and returns STATUS_ENVIRONMENT if the file cannot be written completely. */
enum status results_write_stats(const char *dir, const json_t *stats, struct error *err);
enum status results_write_perf(const char *dir, const struct results_perf *perf,
                               const struct results_input *input, struct error *err);
enum status results_write_moves(const char *dir, const struct results_input *input,
                                struct error *err);
enum status results_write_cache_sets(const char *dir, const struct results_input *input,
                                     struct error *err);
enum status results_write_conns(const char *dir, const struct results_input *input,
                                struct error *err);

/* Returns the number of the tuple's conversation with its outcome and the reason, which is static or borrowed text.
 * Returns SIZE_MAX for a tuple that belongs to none. */
size_t results_outcome_of(const struct results_input *input, const struct flow_key *key,
                          enum outcome *outcome, const char **why);

#ifdef __cplusplus
}
#endif

#endif
