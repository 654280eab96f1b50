/* Timers of connections: one heap of the earliest deadline of each. */
#ifndef TOESIM_TOE_TOE_TIMER_H
#define TOESIM_TOE_TOE_TIMER_H

#include "models/toe/toe_ctx.h"

struct toe_engine;

void toe_timer_set(struct toe_engine *e, uint32_t conn, uint64_t at_ps);
uint64_t toe_timer_next(const struct toe_engine *e);
void toe_timer_kick(struct toe_engine *e, uint64_t now_ps);
void toe_timer_on_lock(struct toe_engine *e, uint8_t result, uint64_t now_ps);
void toe_timer_serve(struct toe_engine *e, uint64_t now_ps);

#endif
