/* How many segments the ends of connections may add to the transmit FIFO. */
#ifndef TOESIM_TOE_TX_TX_LIMITS_H
#define TOESIM_TOE_TX_TX_LIMITS_H

enum {
    TX_RESERVE = 16, /* FIFO entries kept for resets and last ACKs of ended connections */
    TX_END_MAX = 4,  /* segments one end of a connection may add */
};

#endif
