/* Maps the bytes of a stream to their places in the capture, and records which bytes of each segment were new. */
#ifndef TOESIM_TRACE_STREAM_MAP_H
#define TOESIM_TRACE_STREAM_MAP_H

#include "models/trace/store/payload.h"
#include "models/trace/store/piece_list.h"
#include "models/trace/store/row_list.h"

/* Bytes [from, to) of a stream. `acked` and `time_ps` are the acknowledgment and the time of the first segment that
 * carried them. */
struct stream_range {
    uint64_t from, to;
    int64_t acked;
    uint64_t time_ps;
    uint64_t at; /* of the byte `from`: a reference (payload.h), or PAYLOAD_NONE */
};

/* The conversion between a range and a row. */
extern const struct row_shape stream_range_shape;
void stream_range_pack(const struct stream_range *range, struct row *row);
void stream_range_unpack(const struct row *row, struct stream_range *range);

struct stream_map {
    const struct payload_store *store;
    struct row_list list; /* of the ranges, in store->kept: adjacent, over all of [0, len), the
                             last one first */
    /* Bytes that a later segment supplied for ranges whose bytes were not captured at first, in order: while the stream is
     * assembled, and afterwards as a list in store->kept. */
    struct piece_list *patching;
    struct row_list patches;
    uint32_t first; /* sequence number of offset 0 */
    size_t near;    /* the range found last */
};

/* Begins the list of the ranges, which are added from the last of the stream to the first. */
void stream_map_begin(const struct stream_map *map, struct row_writer *writer);

/* Return the number of ranges, and one range by its number from the beginning of the stream. */
size_t stream_map_count(const struct stream_map *map);
struct stream_range stream_map_range(const struct stream_map *map, size_t index);

/* Returns the number of the range that holds the byte at this offset, or SIZE_MAX if there is none. The search starts at
 * the range found last, so sequential access in either direction is cheap. */
size_t stream_map_find(struct stream_map *map, uint64_t offset);

/* Returns the reference of the byte at this offset. Sets *until to the offset up to which the following bytes lie in one
 * piece. */
uint64_t stream_map_at(struct stream_map *map, uint64_t offset, uint64_t *until);
/* Does the same for a byte whose range is known. */
uint64_t stream_map_in(const struct stream_map *map, const struct stream_range *range,
                       uint64_t offset, uint64_t *until);

/* Reads bytes [offset, offset + len). Bytes that were not captured are replaced by a pattern. */
void stream_map_read(struct stream_map *map, uint64_t offset, uint8_t *bytes, size_t len);

/* Supplies bytes [from, to) for a range without captured bytes. Returns false if memory is short or the disk failed. */
bool stream_map_patch(struct stream_map *map, uint64_t from, uint64_t to, uint64_t at);
/* Writes the patches to store->kept when the stream is complete. Returns false in the same cases. */
bool stream_map_keep_patches(struct stream_map *map);

/* Returns the pattern byte that replaces a byte which the capture does not hold. */
static inline uint8_t stream_pattern(uint32_t seq)
{
    return (uint8_t)(seq * UINT32_C(2654435761) >> 24);
}

#endif
