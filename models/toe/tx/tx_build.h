/* Building and sending, strictly in the order of decision. */
#ifndef TOESIM_TOE_TX_TX_BUILD_H
#define TOESIM_TOE_TX_TX_BUILD_H

#include <stdint.h>

struct toe_engine;

/* Starts to build the first frame if its payload is here, its acknowledgment number may leave, and the MAC
 * has room. */
void toe_tx_send(struct toe_engine *engine, uint64_t now_ps);

/* Runs at UNIT_BUILD: the first frame is built and goes to the MAC. */
void toe_tx_build(struct toe_engine *engine, uint64_t now_ps);

#endif
