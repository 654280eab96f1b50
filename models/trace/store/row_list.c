#include "models/trace/store/row_list.h"

#include "models/trace/store/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct cached_block {
    uint64_t at; /* plus 1; 0: none */
    struct row rows[ROW_BLOCK];
};

struct row_cache {
    struct spill *spill;
    struct cached_block **blocks; /* each has one place; null: not used so far */
    size_t size;
    uint8_t bytes[ROW_BLOCK * ROW_BYTES_MAX];
};

void row_writer_begin(struct row_writer *writer, struct spill *spill, const struct row_shape *shape)
{
    writer->spill = spill;
    writer->shape = shape;
    writer->state = (struct row_state){0};
    writer->count = writer->used = writer->block_count = writer->block_capacity = 0;
    writer->blocks = NULL;
}

/* Writes a block, which consists of its length and its rows. The coder state is reset for each block, so that a block can
 * be read by itself. */
static bool block_end(struct row_writer *writer)
{
    uint64_t *grown = array_grow(writer->blocks, writer->block_count, &writer->block_capacity,
                                 sizeof *writer->blocks);
    if (!grown)
        return false;
    writer->blocks = grown;
    uint64_t at, ignored;
    uint16_t len = (uint16_t)writer->used;
    bool ok = spill_append(writer->spill, &len, sizeof len, &at) &&
              spill_append(writer->spill, writer->block, len, &ignored);
    writer->blocks[writer->block_count++] = at;
    writer->state = (struct row_state){0};
    writer->used = 0;
    return ok;
}

bool row_writer_add(struct row_writer *writer, const struct row *row)
{
    writer->used += row_encode(&writer->state, writer->shape, row, writer->block + writer->used);
    return ++writer->count % ROW_BLOCK != 0 || block_end(writer);
}

bool row_writer_end(struct row_writer *writer, struct row_list *list)
{
    bool ok = writer->count % ROW_BLOCK == 0 || block_end(writer);
    list->count = writer->count;
    ok = ok && spill_append(writer->spill, writer->blocks,
                            writer->block_count * sizeof *writer->blocks, &list->blocks_at);
    free(writer->blocks);
    writer->blocks = NULL;
    return ok;
}

struct row_cache *row_cache_create(struct spill *spill, size_t blocks)
{
    struct row_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    cache->spill = spill;
    cache->size = blocks;
    cache->blocks = calloc(blocks, sizeof *cache->blocks);
    if (cache->blocks)
        return cache;
    free(cache);
    return NULL;
}

void row_cache_destroy(struct row_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->size; i++)
        free(cache->blocks[i]);
    free(cache->blocks);
    free(cache);
}

/* Reads the block into its place in the cache. */
static bool block_load(struct row_cache *cache, const struct row_shape *shape, uint64_t at,
                       size_t rows, struct cached_block *block)
{
    uint16_t len;
    block->at = 0;
    if (!spill_read(cache->spill, at, &len, sizeof len) ||
        !spill_read(cache->spill, at + sizeof len, cache->bytes, len))
        return false;
    struct row_state state = {0};
    size_t used = 0;
    for (size_t i = 0; i < rows; i++)
        used += row_decode(&state, shape, cache->bytes + used, &block->rows[i]);
    assert(used == len);
    block->at = at + 1;
    return true;
}

static struct cached_block **place_of(struct row_cache *cache, uint64_t at)
{
    uint64_t mixed = at * UINT64_C(0x9e3779b97f4a7c15);
    return &cache->blocks[(mixed >> 32) % cache->size];
}

const struct row *row_cache_get(struct row_cache *cache, const struct row_shape *shape,
                                const struct row_list *list, size_t index)
{
    assert(index < list->count);
    size_t number = index / ROW_BLOCK, left = list->count - number * ROW_BLOCK;
    uint64_t at;
    if (!spill_read(cache->spill, list->blocks_at + number * sizeof at, &at, sizeof at))
        return NULL;
    struct cached_block **place = place_of(cache, at);
    if (!*place)
        *place = calloc(1, sizeof **place);
    if (!*place)
        return NULL;
    if ((*place)->at != at + 1 &&
        !block_load(cache, shape, at, left < ROW_BLOCK ? left : ROW_BLOCK, *place))
        return NULL;
    return &(*place)->rows[index % ROW_BLOCK];
}
