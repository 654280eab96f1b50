/* Second half of the receive pipeline, one frame at a time: lock, TCP, payload, write-back, record. */
#ifndef TOESIM_TOE_RX_RX_APPLY_H
#define TOESIM_TOE_RX_RX_APPLY_H

#include <stdint.h>

struct toe_engine;

void toe_apply_kick(struct toe_engine *engine, uint64_t now_ps);

/* Runs at UNIT_APPLY, when a held frame is parsed or the processing time of a frame has passed. */
void toe_apply_on_time(struct toe_engine *engine, uint64_t now_ps);

/* Handles the result of READ_LOCK (enum ctx_result). */
void toe_apply_on_lock(struct toe_engine *engine, uint8_t result, uint64_t now_ps);

#endif
