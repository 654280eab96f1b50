/* Lists of rows (row_codec.h) that are written once, from the first to the last, into a spill, and
 * read by their numbers. */
#ifndef TOESIM_TRACE_ROW_LIST_H
#define TOESIM_TRACE_ROW_LIST_H

#include "models/trace/store/row_codec.h"
#include "models/trace/store/spill.h"

enum { ROW_BLOCK = 64 }; /* rows that are coded together */

/* A list that is complete. */
struct row_list {
    uint64_t blocks_at; /* in the spill: the offset of each block, 8 bytes */
    size_t count;       /* of rows */
};

struct row_writer {
    struct spill *spill; /* others may append to it in the meantime */
    const struct row_shape *shape;
    struct row_state state;
    size_t count, used;
    uint64_t *blocks; /* their offsets so far */
    size_t block_count, block_capacity;
    uint8_t block[ROW_BLOCK * ROW_BYTES_MAX];
};

void row_writer_begin(struct row_writer *writer, struct spill *spill,
                      const struct row_shape *shape);
/* Appends a row. Returns false if memory is short or the disk failed (spill_trouble()). */
bool row_writer_add(struct row_writer *writer, const struct row *row);
/* Completes the list. The memory of the writer is freed in any case. Returns false as row_writer_add(). */
bool row_writer_end(struct row_writer *writer, struct row_list *list);

/* A cache of decoded blocks. */
struct row_cache;

/* Creates a cache for blocks of this spill. Returns null if memory is short. */
struct row_cache *row_cache_create(struct spill *spill, size_t blocks);
void row_cache_destroy(struct row_cache *cache);

/* Returns the row with this number, which is valid until the next call. Returns null if memory is short or the disk
 * failed. */
const struct row *row_cache_get(struct row_cache *cache, const struct row_shape *shape,
                                const struct row_list *list, size_t index);

#endif
