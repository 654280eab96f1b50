/*
 * Pause, both sides (802.3 annex 31B, timing 3.4).
 *
 * State of the sender of pause frames: asks_pause from the moment the level passes the threshold
 * until it has fallen to half of it. Timers while asking: pause_poll_ps looks at the level again,
 * pause_refresh_ps repeats the request when half of the time asked for is over.
 */
#ifndef TOESIM_MAC_MAC_PAUSE_H
#define TOESIM_MAC_MAC_PAUSE_H

#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who knows how many frames wait behind rx_sink; asked after each delivery, and periodically while
 * pause is asked for. Without it no pause is sent. */
void mac_on_rx_level(struct mac *mac, uint32_t (*level)(void *self, uint64_t now_ps), void *self);

/* Sends a pause frame ahead of the queue, whatever the threshold; quanta 0 releases the far end. */
void mac_send_pause(struct mac *mac, uint16_t quanta, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
