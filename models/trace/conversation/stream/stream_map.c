#include "models/trace/conversation/stream/stream_map.h"

#include "models/base/units.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIELD_LEN,
    FIELD_FROM,
    FIELD_ACKED,
    FIELD_TIME_NS,
    FIELD_TIME_REST,
    FIELD_AT, /* the difference from FIELD_FROM */
    FIELD_COUNT
};

/* Ranges that were captured and ranges that were not have a lane each, because a snap length makes them alternate. */
#define SHARED (1u << FIELD_FROM | 1u << FIELD_ACKED | 1u << FIELD_TIME_NS | 1u << FIELD_TIME_REST)

const struct row_shape stream_range_shape = {
    .fields = FIELD_COUNT,
    .shared = SHARED,
    .linear = 1u << FIELD_FROM | 1u << FIELD_AT,
};

static const struct row_shape backward_shape = {
    .fields = FIELD_COUNT,
    .shared = SHARED,
    .linear = 1u << FIELD_AT,
    .before = 1u << FIELD_FROM,
    .len = FIELD_LEN,
};

enum { PATCH_FROM, PATCH_LEN, PATCH_AT, PATCH_FIELDS };

static const struct row_shape patch_shape = {
    .fields = PATCH_FIELDS,
    .linear = 1u << PATCH_FROM | 1u << PATCH_AT,
};

void stream_map_begin(const struct stream_map *map, struct row_writer *writer)
{
    row_writer_begin(writer, map->store->kept, &backward_shape);
}

void stream_range_pack(const struct stream_range *range, struct row *row)
{
    bool captured = range->at != PAYLOAD_NONE;
    row->lane = !captured;
    row->unused = captured ? 0 : 1u << FIELD_AT;
    row->field[FIELD_LEN] = range->to - range->from;
    row->field[FIELD_FROM] = range->from;
    row->field[FIELD_ACKED] = (uint64_t)range->acked;
    row->field[FIELD_TIME_NS] = range->time_ps / PS_PER_NS;
    row->field[FIELD_TIME_REST] = range->time_ps % PS_PER_NS;
    row->field[FIELD_AT] = range->at - range->from;
}

void stream_range_unpack(const struct row *row, struct stream_range *range)
{
    range->from = row->field[FIELD_FROM];
    range->to = range->from + row->field[FIELD_LEN];
    range->acked = (int64_t)row->field[FIELD_ACKED];
    range->time_ps = row->field[FIELD_TIME_NS] * PS_PER_NS + row->field[FIELD_TIME_REST];
    range->at = row->lane ? PAYLOAD_NONE : row->field[FIELD_AT] + range->from;
}

size_t stream_map_count(const struct stream_map *map) { return map->list.count; }

struct stream_range stream_map_range(const struct stream_map *map, size_t index)
{
    struct stream_range range = {.to = UINT64_MAX, .at = PAYLOAD_NONE};
    const struct row *row =
        row_cache_get(map->store->rows, &backward_shape, &map->list, map->list.count - 1 - index);
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

static bool patch_row(const struct stream_map *map, size_t index, struct piece *patch)
{
    const struct row *row = row_cache_get(map->store->rows, &patch_shape, &map->patches, index);
    if (!row)
        return false;
    patch->from = row->field[PATCH_FROM];
    patch->to = patch->from + row->field[PATCH_LEN];
    patch->at = row->field[PATCH_AT] + patch->from;
    return true;
}

/* Finds the first patch that ends behind this offset; if there is none, it begins at UINT64_MAX. */
static struct piece patch_behind(const struct stream_map *map, uint64_t offset)
{
    const struct piece none = {UINT64_MAX, UINT64_MAX, 0};
    struct piece patch, found = none;
    struct piece_place place;
    if (map->patching)
        return piece_list_find(map->patching, offset, &patch, &place) ? patch : none;
    size_t low = 0, high = map->patches.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (!patch_row(map, middle, &patch))
            return none;
        if (patch.to <= offset) {
            low = middle + 1;
        } else {
            high = middle;
            found = patch;
        }
    }
    return found;
}

uint64_t stream_map_in(const struct stream_map *map, const struct stream_range *range,
                       uint64_t offset, uint64_t *until)
{
    *until = range->to;
    if (range->at != PAYLOAD_NONE)
        return range->at + (offset - range->from);
    struct piece patch = patch_behind(map, offset);
    uint64_t edge = patch.from > offset ? patch.from : patch.to;
    *until = edge < *until ? edge : *until;
    return patch.from > offset ? PAYLOAD_NONE : patch.at + (offset - patch.from);
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
    struct piece patch = {from, to, at};
    return piece_list_insert(map->patching, &patch);
}

bool stream_map_keep_patches(struct stream_map *map)
{
    struct row_writer writer;
    struct piece patch;
    struct piece_place place;
    bool ok = true;
    if (map->patching->count == 0)
        return true;
    row_writer_begin(&writer, map->store->kept, &patch_shape);
    for (uint64_t from = 0; ok; from = patch.to) {
        ok = piece_list_find(map->patching, from, &patch, &place);
        if (!ok || patch.from == UINT64_MAX)
            break;
        struct row row = {.field = {[PATCH_FROM] = patch.from,
                                    [PATCH_LEN] = patch.to - patch.from,
                                    [PATCH_AT] = patch.at - patch.from}};
        ok = row_writer_add(&writer, &row);
    }
    return row_writer_end(&writer, &map->patches) && ok;
}
