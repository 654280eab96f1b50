/* The timer unit. It locks the connection whose deadline has come and lets the TCP core act on it. */
#ifndef TOESIM_TOE_TIMER_TIMER_UNIT_H
#define TOESIM_TOE_TIMER_TIMER_UNIT_H

#include <stdint.h>

struct toe_engine;
struct toe_part;

extern const struct toe_part toe_timer_part;

/* Returns TIME_NEVER while the timer unit cannot start; the event that unblocks it wakes the engine. */
uint64_t toe_timer_next_ps(const struct toe_engine *engine);

/* Runs at UNIT_TIMER, when the context is locked and the processing time has passed. */
void toe_timer_serve(struct toe_engine *engine, uint64_t now_ps);

#endif
