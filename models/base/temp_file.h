/* Unnamed files for data that does not fit into memory. They vanish when they are closed or the process
 * ends. Their folder is $TMPDIR, or /tmp. */
#ifndef TOESIM_BASE_TEMP_FILE_H
#define TOESIM_BASE_TEMP_FILE_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the folder, as static text or that of the environment. */
const char *temp_file_folder(void);

/* Returns a descriptor for reading and writing, which the caller closes. Returns -1 on failure; err
 * (STATUS_ENVIRONMENT) gives the reason, the folder and the cure. */
int temp_file_open(struct error *err);

/* Writes all `len` bytes at this offset. Returns false with err as above; part may have been written. */
bool temp_file_write(int fd, const void *bytes, size_t len, uint64_t offset, struct error *err);

/* Reads all `len` bytes from this offset of any seekable file. Returns false if the file is too short
 * (errno is 0) or the disk failed. */
bool temp_file_read(int fd, void *bytes, size_t len, uint64_t offset);

#ifdef __cplusplus
}
#endif

#endif
