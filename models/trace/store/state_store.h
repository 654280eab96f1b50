/*
 * States of one size, by number. A state is in memory while its owner works on it, and can be put away to disk (spill.h),
 * so that only as many states as are in use at a time take memory.
 */
#ifndef TOESIM_TRACE_STATE_STORE_H
#define TOESIM_TRACE_STATE_STORE_H

#include "models/trace/store/spill.h"

struct state_store; /* opaque */

/* Creates a store for the numbers 0 to count - 1, which has no state. Errors of the disk become errors of the spill
 * `trouble`, which may be null. Returns null if memory is short. */
struct state_store *state_store_create(size_t count, size_t state_bytes, struct spill *trouble);
void state_store_destroy(struct state_store *store);

/* Returns a state that is in memory, otherwise null. It stays where it is until it is put away or dropped. */
void *state_store_find(const struct state_store *store, size_t number);
/* Returns true if the state was put away. */
bool state_store_is_away(const struct state_store *store, size_t number);

/* Creates a state that neither is in memory nor was put away. It is zeroed. The program ends if memory is short. */
void *state_store_make(struct state_store *store, size_t number);
/* Keeps the first `len` bytes of a state, at most 65535, and frees its memory. */
void state_store_put_away(struct state_store *store, size_t number, size_t len);
/* Brings a state back that was put away. The bytes that were not kept are zero, and all are after an error. The program
 * ends if memory is short. */
void *state_store_bring(struct state_store *store, size_t number);
/* Frees the memory of a state without keeping anything. */
void state_store_drop(struct state_store *store, size_t number);

/* Return the number of states in memory, the highest number so far, and the bytes that the store takes in memory besides
 * them. */
size_t state_store_in_memory(const struct state_store *store);
size_t state_store_in_memory_most(const struct state_store *store);
uint64_t state_store_bytes(const struct state_store *store);
/* Returns the bytes that were put away, in memory or on disk (spill.h). */
uint64_t state_store_away_bytes(const struct state_store *store);

#endif
