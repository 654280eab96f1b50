/* The transmit part of the engine: ready list, FIFO, decision and building (the files of this folder). */
#ifndef TOESIM_TOE_TX_TX_H
#define TOESIM_TOE_TX_TX_H

struct toe_part;

extern const struct toe_part toe_tx_part;

#endif
