/*
 * Link aggregation control on the line: the frames of lacp_port.c, and the marker responder (802.1AX
 * 6.5). LACPDUs wait in the transmit queue with the other frames, and are paused like them.
 */
#ifndef TOESIM_MAC_MAC_LACP_H
#define TOESIM_MAC_MAC_LACP_H

#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Link aggregation control (lacp_port.h) of this port, from now on: LACPDUs are sent like other frames
 * and end at the receiver, as markers do, which are answered. on_change is called whenever the port
 * begins or ceases to distribute; at first it does not. False: memory is short. */
bool mac_lacp_join(struct mac *mac, const struct lacp_port *identity, enum lacp_period period,
                   void (*on_change)(void *self, bool distributes, uint64_t now_ps), void *self,
                   uint64_t now_ps);
/* Both ends of the link have joined, and have agreed long ago: each distributes, and nobody is told. */
void mac_lacp_agree(struct mac *mac, uint64_t now_ps);
/* True without link aggregation control. */
bool mac_lacp_distributes(const struct mac *mac);

#ifdef __cplusplus
}
#endif

#endif
