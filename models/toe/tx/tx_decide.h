/* Deciding what to send: one connection of the ready list at a time, under its lock. */
#ifndef TOESIM_TOE_TX_TX_DECIDE_H
#define TOESIM_TOE_TX_TX_DECIDE_H

#include "models/hwif/ctx_store.h"

struct toe_engine;

void toe_tx_decide_kick(struct toe_engine *engine, uint64_t now_ps);

/* The answer of the cache to the transmit part. */
void toe_tx_on_response(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps);

/* UNIT_TX: the context is locked, and the time of its processing has passed. */
void toe_tx_decide(struct toe_engine *engine, uint64_t now_ps);

/* UNIT_RETRY: the frame pool may have frames again; the kick that follows looks. */
void toe_tx_retry(struct toe_engine *engine, uint64_t now_ps);

#endif
