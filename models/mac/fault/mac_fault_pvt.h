/* A repeater in the line toward this MAC, which carries out its faults. It is null without faults. */
#ifndef TOESIM_MAC_MAC_FAULT_PVT_H
#define TOESIM_MAC_MAC_FAULT_PVT_H

#include "models/mac/mac_state.h"

void mac_fault_take(struct mac *mac, struct frame *frame, uint64_t now_ps);
/* Releases the frames that are due; each then arrives (mac_arrive). */
void mac_fault_settle(struct mac *mac, uint64_t now_ps);
/* Returns the next frame whose receive latency has passed, or null. */
struct mac_slot *mac_fault_due(struct mac *mac, uint64_t now_ps);
void mac_fault_pop(struct mac *mac);
uint64_t mac_fault_next_ps(const struct mac *mac);
/* Drop the frames that the repeater holds (cut), or those that have arrived but were not handed on (empty). */
void mac_fault_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_fault_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_fault_destroy(struct mac *mac);

#endif
