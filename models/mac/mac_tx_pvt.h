/* Transmit: queue, start of frames, pause. */
#ifndef TOESIM_MAC_MAC_TX_PVT_H
#define TOESIM_MAC_MAC_TX_PVT_H

#include "models/mac/mac_state.h"

void mac_tx_accept(void *self, struct frame *frame, uint64_t now_ps);
/* Advances the mark of started frames to `now_ps`. */
void mac_tx_settle(struct mac *mac, uint64_t now_ps);
void mac_tx_run(struct mac *mac, uint64_t now_ps);
/* Appends a frame to the queue. A full queue drops it. */
void mac_tx_queue(struct mac *mac, struct frame *frame, enum mac_slot_kind kind, uint64_t now_ps);
/* Queues a pause frame before all frames that have not left the MAC. */
void mac_tx_insert_pause(struct mac *mac, struct frame *frame, uint64_t now_ps);
/* Delays data frames that have not left the MAC until `until_ps`, which may be now. */
void mac_tx_pause(struct mac *mac, uint64_t until_ps, uint64_t now_ps);
uint64_t mac_tx_next_ps(const struct mac *mac);
/* Drop the frames that have not started (empty_queue), or all that have not arrived (cut). */
void mac_tx_empty_queue(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_tx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);

#endif
