/* A set of numbers that only grows. */
#ifndef TOESIM_CHECK_ID_SET_H
#define TOESIM_CHECK_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: empty. */
struct id_set {
    uint64_t *ids; /* open addressing; 0: empty */
    size_t capacity, count;
};

/* Puts id, which is not 0, into the set. False: it was there. */
bool id_set_add(struct id_set *set, uint64_t id);
void id_set_free(struct id_set *set);

#endif
