/* The parts of a stream that nothing has carried so far, though something behind them was. */
#ifndef TOESIM_TRACE_HOLE_SET_H
#define TOESIM_TRACE_HOLE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hole {
    uint64_t from, to;
};

/* Zeroed: nothing carried yet. */
struct hole_set {
    struct hole *holes; /* in order, apart from each other */
    size_t count, room;
    uint64_t top; /* nothing was carried from here on */
};

void hole_set_free(struct hole_set *set);

/* Index of the first hole that ends behind this offset. */
size_t hole_set_behind(const struct hole_set *set, uint64_t offset);

/* Takes [from, to), which lies inside hole i, out of it. False: no memory. */
bool hole_set_fill(struct hole_set *set, size_t i, uint64_t from, uint64_t to);
/* [from, to), which begins at the top or behind it, is carried. False as above. */
bool hole_set_raise(struct hole_set *set, uint64_t from, uint64_t to);
/* [from, to), wherever it is, is carried. False as above. */
bool hole_set_add(struct hole_set *set, uint64_t from, uint64_t to);

/* How far the stream was carried from 0 on without a hole. */
uint64_t hole_set_reach(const struct hole_set *set);

#endif
