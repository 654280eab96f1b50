/* A few ranges behind a moving edge: what arrived, or was sent, out of order. */
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

/* Adds [from, to), merged with its neighbours. False: no place was left for it. */
bool range_set_add(struct range_set *set, uint64_t from, uint64_t to);

/* The edge after joining it with every range it reaches; those leave the set. */
uint64_t range_set_join(struct range_set *set, uint64_t edge);

#endif
