#include "models/trace/conversation/stream/stream_map.h"

#include "models/trace/store/array.h"

#include <stdlib.h>
#include <string.h>

enum { FIELD_LEN, FIELD_FROM, FIELD_ACKED, FIELD_TIME, FIELD_AT, FIELD_COUNT };

const struct row_shape stream_range_shape = {
    .fields = FIELD_COUNT,
    .shared = FIELD_COUNT,
    .linear = 1u << FIELD_FROM | 1u << FIELD_AT,
};

void stream_range_pack(const struct stream_range *range, struct row *row)
{
    row->lane = 0;
    row->field[FIELD_LEN] = range->to - range->from;
    row->field[FIELD_FROM] = range->from;
    row->field[FIELD_ACKED] = (uint64_t)range->acked;
    row->field[FIELD_TIME] = range->time_ps;
    row->field[FIELD_AT] = range->at;
}

void stream_range_unpack(const struct row *row, struct stream_range *range)
{
    range->from = row->field[FIELD_FROM];
    range->to = range->from + row->field[FIELD_LEN];
    range->acked = (int64_t)row->field[FIELD_ACKED];
    range->time_ps = row->field[FIELD_TIME];
    range->at = row->field[FIELD_AT];
}

size_t stream_map_count(const struct stream_map *map) { return map->list.count; }

struct stream_range stream_map_range(const struct stream_map *map, size_t index)
{
    struct stream_range range = {.to = UINT64_MAX, .at = PAYLOAD_NONE};
    const struct row *row = row_cache_get(map->store->rows, &stream_range_shape, &map->list,
                                          map->list.count - 1 - index);
    if (row) /* There is no row if the disk failed; the run then ends with an error. */
        stream_range_unpack(row, &range);
    return range;
}

/* Returns 1 if the byte is behind this range, 0 if it is inside, and -1 if it is before the range. */
static int side_of(const struct stream_map *map, size_t index, uint64_t offset)
{
    struct stream_range range = stream_map_range(map, index);
    return offset < range.from ? -1 : offset >= range.to;
}

size_t stream_map_find(struct stream_map *map, uint64_t offset)
{
    size_t low = 0, high = map->list.count;
    const size_t near[] = {map->near, map->near + 1, map->near - 1};
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++)
        if (near[i] < high && side_of(map, near[i], offset) == 0)
            return map->near = near[i];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int side = side_of(map, middle, offset);
        if (side == 0)
            return map->near = middle;
        if (side > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

/* Returns the index of the first patch that ends behind this offset. */
static size_t patch_behind(const struct stream_map *map, uint64_t offset)
{
    size_t low = 0, high = map->patch_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (map->patches[middle].to <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t stream_map_in(const struct stream_map *map, const struct stream_range *range,
                       uint64_t offset, uint64_t *until)
{
    *until = range->to;
    if (range->at != PAYLOAD_NONE)
        return range->at + (offset - range->from);
    size_t i = patch_behind(map, offset);
    if (i == map->patch_count)
        return PAYLOAD_NONE;
    const struct stream_patch *patch = &map->patches[i];
    uint64_t edge = patch->from > offset ? patch->from : patch->to;
    *until = edge < *until ? edge : *until;
    return patch->from > offset ? PAYLOAD_NONE : patch->at + (offset - patch->from);
}

uint64_t stream_map_at(struct stream_map *map, uint64_t offset, uint64_t *until)
{
    size_t found = stream_map_find(map, offset);
    if (found == SIZE_MAX) {
        *until = offset + 1;
        return PAYLOAD_NONE;
    }
    struct stream_range range = stream_map_range(map, found);
    return stream_map_in(map, &range, offset, until);
}

void stream_map_read(struct stream_map *map, uint64_t offset, uint8_t *bytes, size_t len)
{
    while (len > 0) {
        uint64_t until;
        uint64_t at = stream_map_at(map, offset, &until);
        size_t part = until - offset < len ? (size_t)(until - offset) : len;
        if (at != PAYLOAD_NONE)
            payload_read(map->store, at, bytes, part);
        for (size_t i = 0; at == PAYLOAD_NONE && i < part; i++)
            bytes[i] = stream_pattern(map->first + (uint32_t)(offset + i));
        bytes += part;
        offset += part;
        len -= part;
    }
}

bool stream_map_patch(struct stream_map *map, uint64_t from, uint64_t to, uint64_t at)
{
    struct stream_patch *grown =
        array_grow(map->patches, map->patch_count, &map->patch_room, sizeof *map->patches);
    if (!grown)
        return false;
    map->patches = grown;
    size_t i = patch_behind(map, from);
    memmove(&grown[i + 1], &grown[i], (map->patch_count - i) * sizeof *grown);
    grown[i] = (struct stream_patch){from, to, at};
    map->patch_count++;
    return true;
}
