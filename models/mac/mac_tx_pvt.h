/* Transmit: queue, start of frames, pause. */
#ifndef TOESIM_MAC_MAC_TX_PVT_H
#define TOESIM_MAC_MAC_TX_PVT_H

#include "models/mac/mac_state.h"

void mac_tx_accept(void *self, struct frame *frame, uint64_t now_ps);
/* Moves the mark of started frames up to now. */
void mac_tx_settle(struct mac *mac, uint64_t now_ps);
void mac_tx_run(struct mac *mac, uint64_t now_ps);
/* Queues a frame behind the others; a full queue drops it. */
void mac_tx_queue(struct mac *mac, struct frame *frame, enum mac_slot_kind kind, uint64_t now_ps);
/* Queues a pause frame ahead of all that has not left the MAC. */
void mac_tx_insert_pause(struct mac *mac, struct frame *frame, uint64_t now_ps);
/* Data frames that have not left the MAC wait for until_ps, which may be now. */
void mac_tx_pause(struct mac *mac, uint64_t until_ps, uint64_t now_ps);
uint64_t mac_tx_next_ps(const struct mac *mac);
/* Drops what has not started, or all that has not arrived. */
void mac_tx_empty_queue(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_tx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);

#endif
