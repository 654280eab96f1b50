/* The ready list. It holds connections that may have something to send, in the order of their turns. */
#ifndef TOESIM_TOE_TX_TX_READY_H
#define TOESIM_TOE_TX_TX_READY_H

#include <stdint.h>

struct toe_engine;

/* Appends `conn`, unless it is already in the list. */
void toe_tx_ready(struct toe_engine *engine, uint32_t conn);

/* Removes and returns the first connection; TOE_NO_INDEX if the list is empty. */
uint32_t toe_tx_ready_pop(struct toe_engine *engine);

#endif
