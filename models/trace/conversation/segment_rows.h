/*
 * Captured TCP segments as rows (row_codec.h), in lists that grow side by side: one for each tuple,
 * in chunks of a spill. A segment takes about 10 bytes.
 */
#ifndef TOESIM_TRACE_SEGMENT_ROWS_H
#define TOESIM_TRACE_SEGMENT_ROWS_H

#include "models/trace/conversation/segment.h"
#include "models/trace/store/spill.h"

enum { SEGMENT_CHUNK_MAX = 256 }; /* segments of a chunk, at most */

struct segment_rows; /* opaque */

/* One list; zeroed: empty. */
struct segment_list {
    uint64_t first, last; /* chunks: offset in the spill, plus 1 */
};

/* Null: no memory. The spill holds nothing else. */
struct segment_rows *segment_rows_create(struct spill *spill);
void segment_rows_destroy(struct segment_rows *rows);

/* Adds a segment behind those of the list. False: no memory, or the disk failed (spill_trouble()). */
bool segment_rows_add(struct segment_rows *rows, struct segment_list *list,
                      const struct raw_segment *segment);

/* Reads a whole chunk: into segments[SEGMENT_CHUNK_MAX] and their count; *next: the chunk behind it, 0:
 * none. False as above. */
bool segment_rows_read(struct segment_rows *rows, uint64_t chunk, struct raw_segment *segments,
                       size_t *count, uint64_t *next);

/* Bytes the rows take, without what is not used yet of their chunks. */
uint64_t segment_rows_bytes(const struct segment_rows *rows);

#endif
