/* The holes of a stream: ranges that no segment has carried so far, although bytes behind them were carried. */
#ifndef TOESIM_TRACE_HOLE_SET_H
#define TOESIM_TRACE_HOLE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hole {
    uint64_t from, to;
};

/* A zeroed struct means that nothing was carried yet. */
struct hole_set {
    struct hole *holes; /* in order, apart from each other */
    size_t count, room;
    uint64_t top; /* nothing was carried from here on */
};

void hole_set_free(struct hole_set *set);

/* Returns the index of the first hole that ends behind this offset. */
size_t hole_set_behind(const struct hole_set *set, uint64_t offset);

/* Removes [from, to), which lies inside hole i, from the hole. Returns false if memory is short. */
bool hole_set_fill(struct hole_set *set, size_t i, uint64_t from, uint64_t to);
/* Records that [from, to), which begins at the top or behind it, was carried. Returns false if memory is short. */
bool hole_set_raise(struct hole_set *set, uint64_t from, uint64_t to);
/* Records that [from, to) was carried, wherever it begins. Returns false if memory is short. */
bool hole_set_add(struct hole_set *set, uint64_t from, uint64_t to);

/* Returns how far the stream was carried from offset 0 without a hole. */
uint64_t hole_set_reach(const struct hole_set *set);

#endif
