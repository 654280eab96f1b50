/* A written FST file: the library that writes it checks nothing and stamps it with the date. */
#ifndef TOESIM_SIM_GLUE_FST_FILE_H
#define TOESIM_SIM_GLUE_FST_FILE_H

#include "models/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Publishes at path what the library wrote to temporary, without its date, when every block is there,
 * and removes temporary. It is a copy on purpose: this process's writer still has temporary open and
 * writes stale bytes to it when the process ends, and nothing that is published may be open anywhere.
 * STATUS_ENVIRONMENT: the file is not whole, or cannot be written.
 */
enum status fst_file_finish(const char *temporary, const char *path, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
