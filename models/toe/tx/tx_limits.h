/* How many segments the FIFO keeps room for when connections end. */
#ifndef TOESIM_TOE_TX_TX_LIMITS_H
#define TOESIM_TOE_TX_TX_LIMITS_H

enum {
    TX_RESERVE = 16, /* FIFO entries kept for resets and last ACKs of ended connections */
    TX_END_MAX = 4,  /* segments that the end of one connection may add */
};

#endif
