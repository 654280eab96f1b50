/*
 * Random access to a gzip file. While the file is unpacked, the state of the decompressor is saved every few megabytes,
 * so that a later read can begin at such a point instead of at the start of the file.
 */
#ifndef TOESIM_TRACE_CAPTURE_INFLATE_H
#define TOESIM_TRACE_CAPTURE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_inflate; /* opaque */

/* Opens the gzip file `fd`, which is borrowed and whose file offset is not used. Returns null if memory is short. */
struct capture_inflate *capture_inflate_create(int fd);
void capture_inflate_destroy(struct capture_inflate *unpacker);

/* Reads the unpacked bytes [offset, offset + len) and returns how many there are, which is fewer at the end of the
 * data. Returns -1 if memory is short or the file has changed. */
long capture_inflate_read(struct capture_inflate *unpacker, uint64_t offset, uint8_t *bytes,
                          size_t len);

#endif
