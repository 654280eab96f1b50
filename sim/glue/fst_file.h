/* A written FST file: the library that writes it checks nothing and stamps it with the date. */
#ifndef TOESIM_SIM_GLUE_FST_FILE_H
#define TOESIM_SIM_GLUE_FST_FILE_H

#include "models/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zeroes the date, checks that every block is there, syncs, and renames temporary to path.
 * STATUS_ENVIRONMENT: the file is not whole; temporary is removed. */
enum status fst_file_finish(const char *temporary, const char *path, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
