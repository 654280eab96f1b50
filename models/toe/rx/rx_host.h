/* Frames that are not applied here go to a host buffer whole, with a record. */
#ifndef TOESIM_TOE_RX_RX_HOST_H
#define TOESIM_TOE_RX_RX_HOST_H

#include <stdint.h>

struct toe_engine;

/* Sends the frame that is being applied to the host. Waits (APPLY_BUFFER) when the descriptor of a
 * posted buffer is still on its way. */
void toe_rx_to_host(struct toe_engine *engine, uint64_t now_ps);

/* The lookup said that the frame is of a connection served here, but it is not any more: place says
 * what became of it (enum ctx_place). */
void toe_rx_to_host_as(struct toe_engine *engine, uint8_t place, uint64_t now_ps);

#endif
