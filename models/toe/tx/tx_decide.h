/* Decides what to send, for one connection of the ready list at a time, under its lock. */
#ifndef TOESIM_TOE_TX_TX_DECIDE_H
#define TOESIM_TOE_TX_TX_DECIDE_H

#include "models/hwif/ctx_store.h"

struct toe_engine;

void toe_tx_decide_kick(struct toe_engine *engine, uint64_t now_ps);

/* Handles the cache's response to the transmit part. */
void toe_tx_on_response(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps);

/* Runs at UNIT_TX, when the context is locked and the processing time has passed. */
void toe_tx_decide(struct toe_engine *engine, uint64_t now_ps);

/* Runs at UNIT_RETRY, when the frame pool may have frames again. The kick that follows tries again. */
void toe_tx_retry(struct toe_engine *engine, uint64_t now_ps);

#endif
