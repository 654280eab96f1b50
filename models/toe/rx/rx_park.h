/*
 * The order of a connection's frames around its activation. While the connection was reserved, this NIC gave frames of
 * it to the host. The host puts them into the list of INSTALL, but those that reach the host too late for the list come
 * back by RX_INJECT, behind INSTALL. Until they are back, later frames of the connection that this NIC receives itself
 * are parked here, so that the peer's segments are applied in the order in which they arrived.
 */
#ifndef TOESIM_TOE_RX_RX_PARK_H
#define TOESIM_TOE_RX_RX_PARK_H

#include <stdbool.h>
#include <stdint.h>

struct rx_item;
struct toe_engine;

/* Counts a frame that this NIC has received itself and gives to the host, of a connection that is reserved here. A
 * frame whose LOOKUP was answered before the connection became active also has to come back. */
void toe_rx_park_given(struct toe_engine *engine, const struct rx_item *item, uint64_t now_ps);

/* Begins the wait for the frames that the host has not put into the list of INSTALL. `listed` is the number of frames
 * in the list that this NIC has received itself since it reserved the connection. Called when the connection is active
 * and the frames of the list are applied. */
void toe_rx_park_begin(struct toe_engine *engine, uint32_t conn, uint32_t listed, uint64_t now_ps);

/* Begins and ends the wait of a granted connection, which is active, for its list of held frames. Frames that arrive
 * meanwhile are parked. */
void toe_rx_park_await_list(struct toe_engine *engine, uint32_t conn, uint64_t now_ps);
void toe_rx_park_list_here(struct toe_engine *engine, uint32_t conn);

/* Counts a frame that has come back by RX_INJECT, unless it arrived before the connection was reserved here. */
void toe_rx_park_returned(struct toe_engine *engine, const struct rx_item *item);

/* Returns true if the frame has to wait, or is of a connection that has parked frames. */
bool toe_rx_park_must(const struct toe_engine *engine, const struct rx_item *item, uint64_t now_ps);

/* Parks the frame. Returns false if there is no room; then the connection of the oldest parked frame waits no longer. */
bool toe_rx_park_put(struct toe_engine *engine, const struct rx_item *item);

/* Takes the oldest parked frame that waits no longer. Returns false if there is none. */
bool toe_rx_park_take(struct toe_engine *engine, struct rx_item *item, uint64_t now_ps);

#endif
