/*
 * Pause, sender and receiver (802.3 annex 31B, docs/timing.md 3.4).
 *
 * The sender of pause frames has `asks_pause` set from the time when the level exceeds the threshold until it has
 * fallen to half of it. Two timers run meanwhile: at pause_poll_ps the level is checked again, and at
 * pause_refresh_ps the request is repeated, because half of the requested time is over.
 */
#ifndef TOESIM_MAC_MAC_PAUSE_H
#define TOESIM_MAC_MAC_PAUSE_H

#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sets a function that returns how many frames wait behind rx_sink. The MAC calls it after each delivery,
 * and periodically while it asks for pause. Without this function no pause is sent. */
void mac_on_rx_level(struct mac *mac, uint32_t (*level)(void *self, uint64_t now_ps), void *self);

/* Sends a pause frame ahead of the queue, regardless of the threshold. With 0 quanta it releases the far end. */
void mac_send_pause(struct mac *mac, uint16_t quanta, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
