#include "models/trace/store/piece_list.h"

#include "models/trace/store/array.h"

#include <assert.h>
#include <string.h>

/* A block is a page of the spill. */
enum { BLOCK_PIECES = SPILL_PAGE_BYTES / sizeof(struct piece), HALF = BLOCK_PIECES / 2 };

/* What the index knows of a block. */
struct piece_block {
    uint64_t end; /* of its last piece */
    uint32_t page;
    uint32_t count; /* pieces; 0 only in free blocks */
};

void piece_list_free(struct piece_list *list)
{
    spill_destroy(list->spill);
    free(list->blocks);
    *list = (struct piece_list){0};
}

uint64_t piece_list_index_bytes(const struct piece_list *list)
{
    return list->block_capacity * sizeof *list->blocks;
}

static struct piece *pieces_of(const struct piece_list *list, size_t block, bool write)
{
    return spill_page(list->spill, list->blocks[block].page, write);
}

/* Returns the first block that ends behind this offset. */
static size_t block_behind(const struct piece_list *list, uint64_t offset)
{
    size_t low = 0, high = list->block_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (list->blocks[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool piece_list_find(const struct piece_list *list, uint64_t offset, struct piece *piece,
                     struct piece_place *place)
{
    *piece = (struct piece){UINT64_MAX, UINT64_MAX, 0};
    *place = (struct piece_place){block_behind(list, offset), 0};
    if (place->block == list->block_count)
        return true;
    const struct piece *pieces = pieces_of(list, place->block, false);
    if (!pieces)
        return false;
    size_t low = 0, high = list->blocks[place->block].count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pieces[middle].to <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    place->index = low;
    *piece = pieces[low];
    return true;
}

/* Makes an empty block at this place of the index. */
static bool block_make(struct piece_list *list, size_t at)
{
    struct piece_block made = {.page = (uint32_t)list->block_count};
    if (list->free_count > 0) {
        made.page = list->blocks[list->block_count + --list->free_count].page;
    } else {
        struct piece_block *grown =
            array_grow(list->blocks, list->block_count, &list->block_capacity, sizeof *grown);
        if (!grown)
            return false;
        list->blocks = grown;
    }
    /* The free blocks are behind the others. The last of them has just been taken, so that there is room for one more. */
    memmove(&list->blocks[at + 1], &list->blocks[at],
            (list->block_count + list->free_count - at) * sizeof *list->blocks);
    list->blocks[at] = made;
    list->block_count++;
    return true;
}

/* Moves the second half of a full block to a new block behind it. If the place is at the very end of the list, nothing is
 * moved, because pieces mostly arrive in order. */
static bool block_split(struct piece_list *list, struct piece_place *place)
{
    static struct piece moved[BLOCK_PIECES];
    size_t block = place->block;
    if (!block_make(list, block + 1))
        return false;
    if (block + 2 == list->block_count && place->index == BLOCK_PIECES) {
        *place = (struct piece_place){block + 1, 0};
        return true;
    }
    struct piece *pieces = pieces_of(list, block, true);
    if (!pieces)
        return false;
    memcpy(moved, pieces + HALF, (BLOCK_PIECES - HALF) * sizeof *pieces);
    list->blocks[block + 1].end = list->blocks[block].end;
    list->blocks[block + 1].count = BLOCK_PIECES - HALF;
    list->blocks[block].end = pieces[HALF - 1].to;
    list->blocks[block].count = HALF;
    pieces = pieces_of(list, block + 1, true);
    if (!pieces)
        return false;
    memcpy(pieces, moved, (BLOCK_PIECES - HALF) * sizeof *pieces);
    if (place->index > HALF)
        *place = (struct piece_place){block + 1, place->index - HALF};
    return true;
}

bool piece_list_insert(struct piece_list *list, const struct piece *piece)
{
    struct piece_place place;
    struct piece next;
    assert(piece->from < piece->to);
    if (!list->spill)
        list->spill = spill_create(spill_memory_default() / 16);
    if (!list->spill || !piece_list_find(list, piece->from, &next, &place))
        return false;
    assert(piece->to <= next.from);
    if (place.block > 0 && place.block == list->block_count)
        place = (struct piece_place){place.block - 1, list->blocks[place.block - 1].count};
    if (list->block_count == 0 && !block_make(list, 0))
        return false;
    if (list->blocks[place.block].count == BLOCK_PIECES && !block_split(list, &place))
        return false;
    struct piece *pieces = pieces_of(list, place.block, true);
    if (!pieces)
        return false;
    struct piece_block *block = &list->blocks[place.block];
    memmove(&pieces[place.index + 1], &pieces[place.index],
            (block->count - place.index) * sizeof *pieces);
    pieces[place.index] = *piece;
    block->count++;
    block->end = pieces[block->count - 1].to;
    if (++list->count > list->count_most)
        list->count_most = list->count;
    return true;
}

bool piece_list_change(struct piece_list *list, const struct piece_place *place,
                       const struct piece *piece)
{
    struct piece *pieces = pieces_of(list, place->block, true);
    if (!pieces)
        return false;
    assert(piece->from < piece->to);
    pieces[place->index] = *piece;
    list->blocks[place->block].end = pieces[list->blocks[place->block].count - 1].to;
    return true;
}

bool piece_list_remove(struct piece_list *list, const struct piece_place *place)
{
    struct piece *pieces = pieces_of(list, place->block, true);
    struct piece_block *block = &list->blocks[place->block];
    if (!pieces)
        return false;
    block->count--;
    list->count--;
    memmove(&pieces[place->index], &pieces[place->index + 1],
            (block->count - place->index) * sizeof *pieces);
    if (block->count > 0) {
        block->end = pieces[block->count - 1].to;
        return true;
    }
    struct piece_block empty = *block;
    list->block_count--;
    list->free_count++;
    memmove(block, block + 1, (list->block_count - place->block) * sizeof *block);
    list->blocks[list->block_count] = empty;
    return true;
}
