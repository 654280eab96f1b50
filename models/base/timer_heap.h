/* A binary heap of deadlines over the ids 0..capacity-1, with one deadline each. It gives the earliest one. */
#ifndef TOESIM_BASE_TIMER_HEAP_H
#define TOESIM_BASE_TIMER_HEAP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct timer_heap; /* opaque */

/* Creates a heap without deadlines. Returns null if memory is short. */
struct timer_heap *timer_heap_create(uint32_t capacity);
void timer_heap_destroy(struct timer_heap *heap);

/* Sets or changes the deadline of an id; TIME_NEVER removes it. */
void timer_heap_set(struct timer_heap *heap, uint32_t id, uint64_t at_ps);

/* Returns the deadline of an id; TIME_NEVER if not set. */
uint64_t timer_heap_get(const struct timer_heap *heap, uint32_t id);

/* Returns the earliest deadline; TIME_NEVER if empty. Ties go to the smaller id, so runs are reproducible. */
uint64_t timer_heap_next_ps(const struct timer_heap *heap);

/* Returns the id of the earliest deadline; UINT32_MAX if empty. */
uint32_t timer_heap_first(const struct timer_heap *heap);

#ifdef __cplusplus
}
#endif

#endif
