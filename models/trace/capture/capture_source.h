/*
 * The bytes of a capture file, unpacked: read once from the beginning to the end, and then again
 * piece by piece in whatever order. A plain file is read where a piece lies. A gzip file is unpacked
 * a second time, from the nearest place where that can begin (capture_inflate.h). What cannot be read
 * twice (a pipe, standard input) is copied first to a file without a name.
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
    bool copied;              /* it holds the copy already: nothing is read from path */
};

/* params: null for none of these. Null and err: the file is missing, or its copy finds no room. */
struct capture_source *capture_source_open(const char *path,
                                           const struct capture_source_params *params,
                                           struct error *err);
void capture_source_close(struct capture_source *source);

/* Bytes from the beginning on: up to size; 0 at the end; -1: reading failed. */
long capture_source_next(struct capture_source *source, void *bytes, size_t size);
/* How many of them were handed out. */
uint64_t capture_source_position(const struct capture_source *source);
/* Null: sound so far. Else zlib's words about what is wrong with a gzip file, in words[size]. */
const char *capture_source_damage(struct capture_source *source);

/* For progress: bytes of the file as it is stored, read so far, and in all. */
uint64_t capture_source_stored(const struct capture_source *source, uint64_t *total);

/* Bytes [offset, offset + len) again, all of which were handed out before. False: the file has
 * changed or the disk failed; the bytes are zero then, and capture_source_trouble() says it. */
bool capture_source_read(struct capture_source *source, uint64_t offset, void *bytes, size_t len);
enum status capture_source_trouble(const struct capture_source *source, struct error *err);

#endif
