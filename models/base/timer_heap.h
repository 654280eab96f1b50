/* The earliest of many deadlines: a binary heap over ids 0..capacity-1, one deadline each. */
#ifndef TOESIM_BASE_TIMER_HEAP_H
#define TOESIM_BASE_TIMER_HEAP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct timer_heap; /* opaque */

/* All ids unset. Null when memory is short. */
struct timer_heap *timer_heap_create(uint32_t capacity);
void timer_heap_destroy(struct timer_heap *heap);

/* Sets or moves the deadline of id; TIME_NEVER takes it out. */
void timer_heap_set(struct timer_heap *heap, uint32_t id, uint64_t at_ps);

/* TIME_NEVER: not set. */
uint64_t timer_heap_get(const struct timer_heap *heap, uint32_t id);

/* Earliest deadline, TIME_NEVER when empty; ties go to the smaller id, so runs repeat. */
uint64_t timer_heap_next_ps(const struct timer_heap *heap);

/* Id of that deadline; UINT32_MAX when empty. */
uint32_t timer_heap_first(const struct timer_heap *heap);

#ifdef __cplusplus
}
#endif

#endif
