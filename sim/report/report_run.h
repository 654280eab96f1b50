/* The data of a report of one run. */
#ifndef TOESIM_SIM_REPORT_RUN_H
#define TOESIM_SIM_REPORT_RUN_H

#include "models/base/status.h"

#include <jansson.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the results folder of a run, and writes a title for the page. The caller owns the returned object
 * (json_decref). Returns null with STATUS_BAD_INPUT if stats.json or moves.csv is missing, not whole, or of another schema. */
json_t *report_run_read(const char *folder, char *title, size_t size, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
