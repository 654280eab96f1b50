/* A set of numbers that only grows. */
#ifndef TOESIM_CHECK_ID_SET_H
#define TOESIM_CHECK_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed struct is an empty set. */
struct id_set {
    uint64_t *ids; /* open addressing; 0: empty */
    size_t capacity, count;
};

/* Puts `id`, which must not be 0, into the set. Returns false if it was already there. */
bool id_set_add(struct id_set *set, uint64_t id);
void id_set_free(struct id_set *set);

#endif
