/* Files without a name, for what does not fit into memory: gone when they are closed, and when the
 * process ends in whatever way. They lie in the folder $TMPDIR, or in /tmp. */
#ifndef TOESIM_BASE_TEMP_FILE_H
#define TOESIM_BASE_TEMP_FILE_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The folder. Static text, or that of the environment. */
const char *temp_file_folder(void);

/* A descriptor open for reading and writing, to be closed by the caller; -1: err says why
 * (STATUS_ENVIRONMENT), names the folder and the cure. */
int temp_file_open(struct error *err);

/* Writes all len bytes at this offset. False: err says why, as above; part may have been written. */
bool temp_file_write(int fd, const void *bytes, size_t len, uint64_t offset, struct error *err);

/* Reads all len bytes from this offset of any file that can seek. False: they are not there, or the
 * disk failed; errno is 0 in the first case. */
bool temp_file_read(int fd, void *bytes, size_t len, uint64_t offset);

#ifdef __cplusplus
}
#endif

#endif
