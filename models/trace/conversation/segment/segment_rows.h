/*
 * Stores captured TCP segments as rows (row_codec.h). There is one list for each tuple; the lists grow side by side in
 * chunks of a spill. A segment takes about 10 bytes.
 */
#ifndef TOESIM_TRACE_SEGMENT_ROWS_H
#define TOESIM_TRACE_SEGMENT_ROWS_H

#include "models/trace/conversation/segment/segment.h"
#include "models/trace/store/spill.h"

enum { SEGMENT_CHUNK_MAX = 512 }; /* segments of a chunk, at most */

struct segment_rows; /* opaque */

/* One list. A zeroed struct is an empty list. */
struct segment_list {
    uint64_t first; /* the first chunk, for segment_rows_read(); 0: the list is empty */
    uint64_t last;  /* the chunk that grows; 0: the list has at most one segment */
};

/* Creates the store. The spill must hold nothing else. Returns null if memory is short. */
struct segment_rows *segment_rows_create(struct spill *spill);
void segment_rows_destroy(struct segment_rows *rows);

/* Appends a segment to the list. Returns false if memory is short or the disk failed (spill_trouble()). */
bool segment_rows_add(struct segment_rows *rows, struct segment_list *list,
                      const struct raw_segment *segment);

/* Reads a whole chunk into segments[SEGMENT_CHUNK_MAX] and sets *count. *next is the chunk that follows, or 0 if there
 * is none. Returns false if memory is short or the disk failed. */
bool segment_rows_read(struct segment_rows *rows, uint64_t chunk, struct raw_segment *segments,
                       size_t *count, uint64_t *next);

/* Returns the bytes that the rows take, without the unused parts of their chunks. */
uint64_t segment_rows_bytes(const struct segment_rows *rows);
/* Returns the bytes of all chunks, the unused parts too. */
uint64_t segment_rows_capacity(const struct segment_rows *rows);

#endif
