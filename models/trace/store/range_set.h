/* A small set of ranges behind a moving edge. It holds bytes that arrived, or were sent, out of order. */
#ifndef TOESIM_TRACE_RANGE_SET_H
#define TOESIM_TRACE_RANGE_SET_H

#include <stdbool.h>
#include <stdint.h>

enum { RANGE_SET_MAX = 32 };

struct range {
    uint64_t from, to;
};

struct range_set {
    struct range ranges[RANGE_SET_MAX]; /* in order, apart from each other */
    unsigned count;
};

/* Adds [from, to) and merges it with its neighbours. Returns false if the set is full. */
bool range_set_add(struct range_set *set, uint64_t from, uint64_t to);

/* Moves the edge over every range that it reaches, removes these ranges, and returns the new edge. */
uint64_t range_set_join(struct range_set *set, uint64_t edge);

#endif
