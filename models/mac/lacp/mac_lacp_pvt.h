/* Link aggregation control on the line. mac->lacp is not null. */
#ifndef TOESIM_MAC_MAC_LACP_PVT_H
#define TOESIM_MAC_MAC_LACP_PVT_H

#include "models/mac/mac_state.h"

/* Handles a received frame. The caller keeps the frame. */
void mac_lacp_on_frame(struct mac *mac, const struct frame *frame, uint64_t now_ps);
void mac_lacp_run(struct mac *mac, uint64_t now_ps);
uint64_t mac_lacp_next_ps(const struct mac *mac);
void mac_lacp_set_carrier(struct mac *mac, uint64_t now_ps);

#endif
