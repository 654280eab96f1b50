/* Transmit: a frame's place on the line is computed when it is taken. Only pause moves it later, and
 * only a cut link or a fence takes it back. */
#ifndef TOESIM_MAC_MAC_TX_H
#define TOESIM_MAC_MAC_TX_H

#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* True while the transmit queue can take a frame: the engine asks before it commits to build one.
 */
bool mac_tx_has_room(const struct mac *mac);

/* How long the line will be busy, in ps from now, with all that was taken and `bytes` more (from the
 * preamble to the gap). A pause counts as busy. What comes later, a pause say, may make it longer. */
uint64_t mac_tx_ahead_ps(const struct mac *mac, uint64_t bytes, uint64_t now_ps);
/* When the last bit of a frame leaves this MAC, as things stand: a pause may make it later. 0: the frame
 * left long ago, or was lost. */
uint64_t mac_tx_left_ps(const struct mac *mac, uint64_t frame_id);

#ifdef __cplusplus
}
#endif

#endif
