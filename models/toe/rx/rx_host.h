/* Frames that are not applied on this NIC go to a host buffer, complete, with a record. */
#ifndef TOESIM_TOE_RX_RX_HOST_H
#define TOESIM_TOE_RX_RX_HOST_H

#include <stdint.h>

struct toe_engine;

/* Sends the frame that is being applied to the host. If the descriptor of a posted buffer is still being
 * fetched, the frame waits in APPLY_BUFFER. */
void toe_rx_to_host(struct toe_engine *engine, uint64_t now_ps);

/* Sends to the host a frame whose LOOKUP found a connection that this NIC no longer serves. `place` (enum
 * ctx_place) is the connection's present state. */
void toe_rx_to_host_as(struct toe_engine *engine, uint8_t place, uint64_t now_ps);

#endif
