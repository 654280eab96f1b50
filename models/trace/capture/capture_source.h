/*
 * The unpacked bytes of a capture file. They are read once from the beginning to the end, and later again in pieces and
 * in any order. A piece of a plain file is read in place. A piece of a gzip file is unpacked a second time from the
 * nearest saved point before it (capture_inflate.h). An input that cannot be read twice, such as a pipe or standard
 * input, is first copied to an unnamed file.
 */
#ifndef TOESIM_TRACE_CAPTURE_SOURCE_H
#define TOESIM_TRACE_CAPTURE_SOURCE_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_source; /* opaque */

struct capture_source_params {
    volatile const int *stop; /* null, or a flag that ends the copying of a pipe when it is not 0 */
    int copy_fd;              /* 0, or a file for the copy, which stays the caller's */
    bool copied;              /* copy_fd already holds the copy, so path is not read */
};

/* Opens the file. `params` may be null. Returns null and sets `err` if the file is missing or there is no room for the
 * copy. */
struct capture_source *capture_source_open(const char *path,
                                           const struct capture_source_params *params,
                                           struct error *err);
void capture_source_close(struct capture_source *source);

/* Reads up to `size` bytes in file order. Returns how many were read, 0 at the end, or -1 if reading failed. */
long capture_source_next(struct capture_source *source, void *bytes, size_t size);
/* Returns how many bytes capture_source_next() has returned so far. */
uint64_t capture_source_position(const struct capture_source *source);
/* Returns null if no damage was found so far, otherwise zlib's description of the damage in a gzip file. */
const char *capture_source_damage(struct capture_source *source);

/* Returns how many bytes of the stored file were read so far, and sets *total to its size. Progress displays use it. */
uint64_t capture_source_stored(const struct capture_source *source, uint64_t *total);

/* Reads bytes [offset, offset + len) again, all of which capture_source_next() has returned before. If the file has
 * changed or the disk failed, it returns false, the bytes are zero, and capture_source_trouble() reports the error. */
bool capture_source_read(struct capture_source *source, uint64_t offset, void *bytes, size_t len);
enum status capture_source_trouble(const struct capture_source *source, struct error *err);

#endif
