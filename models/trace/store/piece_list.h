/*
 * Pieces of a stream, in order and apart from each other. There may be more of them than fit into memory: they are in
 * blocks in a spill, and only an index of these blocks stays in memory. Pieces may be added, changed and removed at any
 * place.
 */
#ifndef TOESIM_TRACE_PIECE_LIST_H
#define TOESIM_TRACE_PIECE_LIST_H

#include "models/trace/store/spill.h"

/* Bytes [from, to) of a stream. The list does not look at `at`. */
struct piece {
    uint64_t from, to, at;
};

struct piece_block;

/* A zeroed struct is an empty list. */
struct piece_list {
    struct spill *spill; /* null: nothing was ever added */
    struct piece_block *blocks;
    size_t block_count, block_capacity;
    size_t free_count; /* blocks without pieces, behind the others */
    uint64_t count, count_most;
};

/* Where a piece is, until the list changes. */
struct piece_place {
    size_t block, index;
};

void piece_list_free(struct piece_list *list);

/* Finds the first piece that ends behind this offset. If there is none, the piece begins and ends at UINT64_MAX. Returns
 * false if memory is short or the disk failed. */
bool piece_list_find(const struct piece_list *list, uint64_t offset, struct piece *piece,
                     struct piece_place *place);

/* These functions return false if memory is short or the disk failed. */
bool piece_list_insert(struct piece_list *list, const struct piece *piece);
bool piece_list_change(struct piece_list *list, const struct piece_place *place,
                       const struct piece *piece);
bool piece_list_remove(struct piece_list *list, const struct piece_place *place);

/* Returns the bytes that cannot leave memory, however short it is. */
uint64_t piece_list_index_bytes(const struct piece_list *list);

#endif
