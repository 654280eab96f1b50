#include "models/trace/stream_map.h"

#include "models/trace/array.h"

#include <stdlib.h>
#include <string.h>

bool stream_map_keep(struct stream_map *map, struct spill *kept)
{
    bool ok = spill_append(kept, map->ranges, map->count * sizeof *map->ranges, &map->kept_at);
    free(map->ranges);
    map->ranges = NULL;
    map->kept = kept;
    return ok;
}

struct stream_range stream_map_range(const struct stream_map *map, size_t index)
{
    struct stream_range range = {.at = PAYLOAD_NONE};
    if (map->ranges)
        return map->ranges[index];
    if (!spill_read(map->kept, map->kept_at + index * sizeof range, &range, sizeof range))
        range = (struct stream_range){.to = UINT64_MAX,
                                      .at = PAYLOAD_NONE}; /* a run without meaning ends */
    return range;
}

static bool holds(const struct stream_map *map, size_t index, uint64_t offset)
{
    if (map->ranges)
        return map->ranges[index].from <= offset && offset < map->ranges[index].to;
    struct stream_range range = stream_map_range(map, index);
    return range.from <= offset && offset < range.to;
}

size_t stream_map_find(struct stream_map *map, uint64_t offset)
{
    size_t up = map->near, down = map->near;
    while (up < map->count || down > 0) {
        if (up < map->count && holds(map, up, offset))
            return map->near = up;
        if (down > 0 && holds(map, down - 1, offset))
            return map->near = down - 1;
        up += up < map->count;
        down -= down > 0;
    }
    return SIZE_MAX;
}

/* The first patch that ends behind this offset. */
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

uint64_t stream_map_at(struct stream_map *map, uint64_t offset, uint64_t *until)
{
    size_t found = stream_map_find(map, offset);
    if (found == SIZE_MAX) {
        *until = offset + 1;
        return PAYLOAD_NONE;
    }
    struct stream_range range = stream_map_range(map, found);
    *until = range.to;
    if (range.at != PAYLOAD_NONE)
        return range.at + (offset - range.from);
    size_t i = patch_behind(map, offset);
    if (i == map->patch_count)
        return PAYLOAD_NONE;
    const struct stream_patch *patch = &map->patches[i];
    uint64_t edge = patch->from > offset ? patch->from : patch->to;
    *until = edge < *until ? edge : *until;
    return patch->from > offset ? PAYLOAD_NONE : patch->at + (offset - patch->from);
}

void stream_map_read(struct stream_map *map, const struct payload_store *store, uint64_t offset,
                     uint8_t *bytes, size_t len)
{
    while (len > 0) {
        uint64_t until;
        uint64_t at = stream_map_at(map, offset, &until);
        size_t part = until - offset < len ? (size_t)(until - offset) : len;
        if (at != PAYLOAD_NONE)
            payload_read(store, at, bytes, part);
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
