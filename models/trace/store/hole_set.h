/* The holes of a stream: ranges that no segment has carried so far, although bytes behind them were carried. There may be
 * more of them than fit into memory. */
#ifndef TOESIM_TRACE_HOLE_SET_H
#define TOESIM_TRACE_HOLE_SET_H

#include "models/trace/store/piece_list.h"

/* A zeroed struct means that nothing was carried yet. */
struct hole_set {
    struct piece_list holes;
    uint64_t top; /* nothing was carried from here on */
};

void hole_set_free(struct hole_set *set);

/* The functions below return false if memory is short or the disk failed. */

/* Finds the first hole that ends behind this offset. If there is none, the hole begins and ends at UINT64_MAX. */
bool hole_set_find(const struct hole_set *set, uint64_t offset, struct piece *hole);

/* Removes [from, to), which lies inside one hole, from the hole. */
bool hole_set_fill(struct hole_set *set, uint64_t from, uint64_t to);
/* Records that [from, to), which begins at the top or behind it, was carried. */
bool hole_set_raise(struct hole_set *set, uint64_t from, uint64_t to);
/* Records that [from, to) was carried, wherever it begins. */
bool hole_set_add(struct hole_set *set, uint64_t from, uint64_t to);

/* Sets *reach to the offset up to which the stream was carried from offset 0 without a hole. */
bool hole_set_reach(const struct hole_set *set, uint64_t *reach);

#endif
