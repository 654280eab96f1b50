/* The data of a report of a study. */
#ifndef TOESIM_SIM_REPORT_STUDY_H
#define TOESIM_SIM_REPORT_STUDY_H

#include "models/base/status.h"

#include <jansson.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the study.sqlite of `toesim sweep`, and writes a title for the page. The caller owns the returned object
 * (json_decref). Returns null with STATUS_BAD_INPUT if the file is no such database or has no run. */
json_t *report_study_read(const char *path, char *title, size_t size, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
