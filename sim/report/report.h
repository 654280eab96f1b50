/*
 * One HTML file that shows the results of a run or of a study (docs/report.md). It holds its data and its program, so it
 * can be sent to others and opened without a network.
 */
#ifndef TOESIM_SIM_REPORT_H
#define TOESIM_SIM_REPORT_H

#include "models/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the report of `source` to the file `path`. The source is a results folder, the folder of a study, or its
 * study.sqlite. Returns STATUS_BAD_INPUT if it is none of these or its schema is another one, and STATUS_ENVIRONMENT if
 * the report cannot be written; then no file is there. */
enum status report_write(const char *source, const char *path, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
