/*
 * One end of an Ethernet link. It transmits (queue, preamble, FCS, inter-frame gap with deficit idle count)
 * and receives (checks, latency). The ports of the NICs and of the switch use it. Values: docs/timing.md
 * 3.1, 3.2, 3.5.
 *
 * A frame accepted at time t starts (first bit of its preamble) on the first permitted lane at or after
 * t + latency_tx. Lanes lie on a grid of byte times from time 0: every 4 bytes at 10 and 25G, every 8 at 40 and
 * 100G. The last bit of its FCS reaches the far end 8 + max(len, 60) + 4 byte times plus the cable delay later,
 * and the sink of the far end gets the frame after another latency_rx.
 *
 * Pause (802.3 annex 31B, docs/timing.md 3.4): a pause frame takes effect latency_rx after its last bit. Frames
 * that would start on the line latency_tx later, or after that, wait; earlier frames have already left the MAC.
 * The newest value replaces the old one, and 0 releases. A pause frame that is sent overtakes all frames that
 * have not left the MAC, even while the line is paused. Receive verdicts, in this order: link_down, fenced, runt
 * (below 64 bytes), oversize or jabber (too long, with a wrong check sequence), bad_fcs, wrong_destination,
 * mac_control (priority flow control or an unknown opcode), pause.
 */
#ifndef TOESIM_MAC_MAC_H
#define TOESIM_MAC_MAC_H

#include "models/base/frame_sink.h"
#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/base/status.h"
#include "models/mac/fault/mac_fault.h"
#include "models/mac/lacp/mac_lacp.h"
#include "models/mac/mac_pause.h"
#include "models/mac/mac_tx.h"
#include "models/mac/mac_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The presets. */
void mac_params_default(struct mac_params *params);
/* STATUS_BAD_INPUT with a message when a value is out of range. */
enum status mac_params_check(const struct mac_params *params, struct error *err);

/* Creates a MAC. `nic` is the number used in FRAME_RX and FRAME_TX events and in frame->port, or -1 for a
 * port that belongs to no NIC (no events, frame->port unchanged). `station` is the accepted unicast
 * destination; null accepts all. `rx_sink` gets each good frame when the receive latency has passed;
 * frame->mac_time_ps is the arrival of its last bit. The MAC keeps `pool` and `probe` and copies `waker`;
 * waker and probe may be null. Returns null if memory is short. */
struct mac *mac_create(const struct mac_params *params, int nic, const uint8_t *station,
                       struct frame_sink rx_sink, struct frame_pool *pool,
                       const struct waker *waker, const struct probe *probe);
void mac_destroy(struct mac *mac);
struct stage mac_stage(struct mac *mac, const char *name);

/* Returns the sink for frames to send. A full queue drops the new frame and counts it. Short frames are
 * padded on the wire only. */
struct frame_sink mac_tx_sink(struct mac *mac);

/* Connects this MAC's line to `far_end`. connect(a, b) and connect(b, a) make one link. Both ends run at
 * the same rate, and both must exist as long as either runs. The line delivers each frame to the other end
 * when its last bit arrives. */
void mac_connect(struct mac *mac, struct mac *far_end);

/* Sets a function that is called when the queue has room again after it was full. It is also called when a
 * pause begins or ends, because that changes the time when the line becomes idle. Null removes it. */
void mac_on_tx_space(struct mac *mac, void (*fn)(void *self, uint64_t now_ps), void *self);

/* Returns the number of frames in the transmit queue. */
uint32_t mac_tx_queued(struct mac *mac, uint64_t now_ps);

/* Sets the carrier of this end's transmitter and receiver, so a cut cable needs one call for each end.
 * While the link is down, frames that are sent or in flight are lost (LINK_DOWN). Also lost are the
 * transmit queue and each frame of which any bit would arrive while the link is down. */
void mac_set_link(struct mac *mac, bool up, uint64_t now_ps);
bool mac_link_is_up(const struct mac *mac);

/* Changes the accepted unicast destination (register write by the driver). */
void mac_set_station(struct mac *mac, const uint8_t station[6]);

/* Fences the MAC: it drops received frames (FENCED) and sends none. The queue is emptied, and so are
 * received frames that were not yet handed on. A frame whose first bit is already on the line is sent
 * completely. */
void mac_set_fenced(struct mac *mac, bool fenced, uint64_t now_ps);

const struct mac_stats *mac_get_stats(const struct mac *mac);

#ifdef __cplusplus
}
#endif

#endif
