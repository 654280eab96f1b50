/*
 * Sends and receives the frames of lacp_port.c, and answers markers (802.1AX 6.5). LACPDUs wait in the
 * transmit queue with the other frames and are paused like them.
 */
#ifndef TOESIM_MAC_MAC_LACP_H
#define TOESIM_MAC_MAC_LACP_H

#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts link aggregation control (lacp_port.h) on this port. LACPDUs and markers are queued like other
 * frames and end at the receiver, which answers markers. `on_change` is called whenever the port starts or
 * stops distributing; at first it does not distribute. Returns false if memory is short. */
bool mac_lacp_join(struct mac *mac, const struct lacp_port *identity, enum lacp_period period,
                   void (*on_change)(void *self, bool distributes, uint64_t now_ps), void *self,
                   uint64_t now_ps);
/* Puts both ends, which have joined, into the state after an old agreement: each distributes. on_change is
 * not called. */
void mac_lacp_agree(struct mac *mac, uint64_t now_ps);
/* Always true without link aggregation control. */
bool mac_lacp_distributes(const struct mac *mac);

#ifdef __cplusplus
}
#endif

#endif
