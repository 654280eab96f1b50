/* Pause, sender and receiver (802.3 annex 31B). */
#ifndef TOESIM_MAC_MAC_PAUSE_PVT_H
#define TOESIM_MAC_MAC_PAUSE_PVT_H

#include "models/mac/mac_state.h"

/* Obeys a received pause frame; the caller keeps the frame. */
void mac_pause_on_frame(struct mac *mac, const struct frame *frame, uint64_t now_ps);
/* Checks the receiver's level, and asks for pause or releases it. */
void mac_pause_watch(struct mac *mac, uint64_t now_ps);
void mac_pause_run(struct mac *mac, uint64_t now_ps);
/* Ends all pauses, because the link went down or came up. */
void mac_pause_forget(struct mac *mac);
static inline uint64_t mac_pause_next_ps(const struct mac *mac)
{
    return mac->asks_pause ? u64_min(mac->pause_poll_ps, mac->pause_refresh_ps) : TIME_NEVER;
}

#endif
