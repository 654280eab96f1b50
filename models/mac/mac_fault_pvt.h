/* A repeater in the line toward this MAC, which makes its faults; null without faults. */
#ifndef TOESIM_MAC_MAC_FAULT_PVT_H
#define TOESIM_MAC_MAC_FAULT_PVT_H

#include "models/mac/mac_state.h"

void mac_fault_take(struct mac *mac, struct frame *frame, uint64_t now_ps);
/* Lets frames go that are due: each arrives (mac_arrive). */
void mac_fault_settle(struct mac *mac, uint64_t now_ps);
/* The next frame whose receive latency has passed, or null. */
struct mac_slot *mac_fault_due(struct mac *mac, uint64_t now_ps);
void mac_fault_pop(struct mac *mac);
uint64_t mac_fault_next_ps(const struct mac *mac);
/* Drops what it holds, or what has arrived but was not handed on. */
void mac_fault_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_fault_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_fault_destroy(struct mac *mac);

#endif
