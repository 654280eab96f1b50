/* The ready list: connections that may have something to send, in turn. */
#ifndef TOESIM_TOE_TX_TX_READY_H
#define TOESIM_TOE_TX_TX_READY_H

#include <stdint.h>

struct toe_engine;

/* Puts conn at the end, unless it is in the list. */
void toe_tx_ready(struct toe_engine *engine, uint32_t conn);

/* Takes the first connection out; TOE_NO_INDEX: the list is empty. */
uint32_t toe_tx_ready_pop(struct toe_engine *engine);

#endif
