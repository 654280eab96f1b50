/* Receive: the line toward this MAC, and delivery. */
#ifndef TOESIM_MAC_MAC_RX_H
#define TOESIM_MAC_MAC_RX_H

#include "models/mac/mac_state.h"

/* Judges the frames whose last bit has arrived up to now. */
void mac_rx_settle(struct mac *mac, uint64_t now_ps);
void mac_rx_run(struct mac *mac, uint64_t now_ps);
uint64_t mac_rx_next_ps(const struct mac *mac);
/* Drop the frames on the line toward this MAC (cut), or those that have arrived but were not handed on (empty). */
void mac_rx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_rx_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps);

#endif
