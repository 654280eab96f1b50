/* Where in the capture the bytes of a stream are, and what was new of each segment. */
#ifndef TOESIM_TRACE_STREAM_MAP_H
#define TOESIM_TRACE_STREAM_MAP_H

#include "models/trace/store/payload.h"
#include "models/trace/store/row_list.h"

/* Bytes [from, to) of a stream, what their sender had acknowledged in the segment that carried them
 * first, and when that was captured. */
struct stream_range {
    uint64_t from, to;
    int64_t acked;
    uint64_t time_ps;
    uint64_t at; /* of the byte `from`: a reference (payload.h), or PAYLOAD_NONE */
};

/* A range as a row. */
extern const struct row_shape stream_range_shape;
void stream_range_pack(const struct stream_range *range, struct row *row);
void stream_range_unpack(const struct row *row, struct stream_range *range);

/* Bytes that were captured after all, in the place of a range without. */
struct stream_patch {
    uint64_t from, to, at;
};

struct stream_map {
    const struct payload_store *store;
    struct row_list list; /* of the ranges, in store->kept: adjacent, over all of [0, len), the
                             last one first */
    struct stream_patch *patches; /* in order, apart from each other */
    size_t patch_count, patch_room;
    uint32_t first; /* sequence number of offset 0 */
    size_t near;    /* the range found last */
};

/* How many ranges; and one of them, by its number from the beginning of the stream on. */
size_t stream_map_count(const struct stream_map *map);
struct stream_range stream_map_range(const struct stream_map *map, size_t index);

/* The range that holds the byte at this offset; SIZE_MAX: none does. A walk in either direction costs
 * little. */
size_t stream_map_find(struct stream_map *map, uint64_t offset);

/* Reference of the byte at this offset, and where what follows it there ends, in *until. */
uint64_t stream_map_at(struct stream_map *map, uint64_t offset, uint64_t *until);
/* The same, when it is known which range holds the byte. */
uint64_t stream_map_in(const struct stream_map *map, const struct stream_range *range,
                       uint64_t offset, uint64_t *until);

/* Bytes [offset, offset + len); a pattern stands for those that were not captured. */
void stream_map_read(struct stream_map *map, uint64_t offset, uint8_t *bytes, size_t len);

/* Adds bytes where a range has none. False: no memory. */
bool stream_map_patch(struct stream_map *map, uint64_t from, uint64_t to, uint64_t at);

/* What stands for a byte the capture does not hold. */
static inline uint8_t stream_pattern(uint32_t seq)
{
    return (uint8_t)(seq * UINT32_C(2654435761) >> 24);
}

#endif
