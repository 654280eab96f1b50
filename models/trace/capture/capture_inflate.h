/*
 * Any part of a gzip file, without unpacking all that is before it: while the file is unpacked, the
 * state is noted every few megabytes, so that unpacking can begin there again.
 */
#ifndef TOESIM_TRACE_CAPTURE_INFLATE_H
#define TOESIM_TRACE_CAPTURE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_inflate; /* opaque */

/* fd: a gzip file, borrowed; its offset is not used. Null: no memory. */
struct capture_inflate *capture_inflate_create(int fd);
void capture_inflate_destroy(struct capture_inflate *unpacker);

/* Unpacked bytes [offset, offset + len), less at the end of what can be unpacked. Returns how many;
 * -1: no memory, or the file is not as it was. */
long capture_inflate_read(struct capture_inflate *unpacker, uint64_t offset, uint8_t *bytes,
                          size_t len);

#endif
