/* Transmit. The place of a frame on the line is computed when the frame is accepted. Only a pause moves it
 * later, and only a cut link or a fence removes it. */
#ifndef TOESIM_MAC_MAC_TX_H
#define TOESIM_MAC_MAC_TX_H

#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns true if the transmit queue has room. The engine checks this before it commits to build a frame. */
bool mac_tx_has_space(const struct mac *mac);

/* Returns how long the line will be busy, in ps from now, with the accepted frames and `bytes` more (from
 * the preamble to the gap). A pause counts as busy. A later event, such as a pause, may prolong this time. */
uint64_t mac_tx_ahead_ps(const struct mac *mac, uint64_t bytes, uint64_t now_ps);
/* Returns when the last bit of a frame leaves this MAC as far as is known now; a pause may delay it.
 * Returns 0 if the frame left before or was lost. */
uint64_t mac_tx_left_ps(const struct mac *mac, uint64_t frame_id);

#ifdef __cplusplus
}
#endif

#endif
