/* run.json: what a run was, so that anybody can tell what a results folder shows and make it again. It is not part of
 * the results that are compared, because it names the program and its command line. */
#ifndef TOESIM_SIM_RUN_RECORD_H
#define TOESIM_SIM_RUN_RECORD_H

#include "models/base/status.h"
#include "sim/run/sha256.h"
#include "sim/scenario/config.h"

#include <jansson.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Remembers the command line for run.json, in the order in which it was given. The words are borrowed, and must stay as
 * long as the process. Without a call there is none, as in a program that uses libtoesim. Returns false if memory is
 * short. */
bool run_record_set_command(int argc, char *const *argv);

/* Returns what the program was built from: its version, commit, RTL and libraries. The caller owns it. Null if memory
 * is short. */
json_t *run_record_build(void);

/* Writes the hash of all values of a configuration, whatever their origins: SHA-256 over the lines "key=value". */
void run_record_hash(const struct sim_config *config, char text[SHA256_TEXT_MAX]);

/* Writes run.json into the folder. Returns STATUS_ENVIRONMENT if that fails. */
enum status run_record_write(const char *dir, const struct sim_config *config, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
