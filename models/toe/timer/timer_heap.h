/* One heap with the earliest deadline of each connection. It is an index, updated at every write-back. */
#ifndef TOESIM_TOE_TIMER_TIMER_HEAP_H
#define TOESIM_TOE_TIMER_TIMER_HEAP_H

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

bool toe_timer_heap_create(struct toe_engine *engine);
void toe_timer_heap_destroy(struct toe_engine *engine);

/* Sets the deadline of a connection; TIME_NEVER removes its timer. */
void toe_timer_set(struct toe_engine *engine, uint32_t conn, uint64_t at_ps);

/* Returns the connection with the earliest deadline, TOE_NO_INDEX if no timer runs. */
uint32_t toe_timer_first(const struct toe_engine *engine);

#endif
