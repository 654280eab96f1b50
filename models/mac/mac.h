/*
 * One end of an Ethernet link: transmit (queue, preamble, FCS, inter-frame gap with deficit idle
 * count) and receive (checks, latency). Used for both NICs' ports and for the switch's ports.
 * timing 3.1, 3.2, 3.5.
 *
 * A frame taken at t starts (first bit of its preamble) at the first permitted lane at or after t +
 * latency_tx; lanes lie on a grid of byte times from time 0, every 4 bytes at 10 and 25G, every 8
 * at 40 and 100G. Its last bit (of the FCS) reaches the far end after 8 + max(len, 60) + 4 byte
 * times and the cable; the far end's sink gets it latency_rx later.
 *
 * Pause (802.3 annex 31B, timing 3.4): a pause frame is consumed latency_rx after its last bit. What
 * would begin on the line latency_tx later or after that waits; the frames before it have left the
 * MAC already. The newest value replaces the old one, 0 releases. A pause frame to be sent goes ahead of
 * all that has not left the MAC, paused or not. Receive verdicts, in this order: link_down, fenced,
 * runt (below 64 bytes), oversize or jabber (its check sequence wrong as well), bad_fcs,
 * wrong_destination, mac_control (priority flow control or an unknown opcode), pause.
 */
#ifndef TOESIM_MAC_MAC_H
#define TOESIM_MAC_MAC_H

#include "models/base/frame_sink.h"
#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/base/status.h"
#include "models/mac/mac_fault.h"
#include "models/mac/mac_lacp.h"
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

/* nic: number for probe FRAME_RX/FRAME_TX events and frame->port, or -1 for a port that is no
 * NIC's (no probe events, port untouched). station: unicast destination accepted, null = all.
 * rx_sink gets checked frames at the time the receive latency ends; frame->mac_time_ps is the last
 * bit's arrival. pool and probe are kept, waker is copied; waker and probe may be null. Null when
 * memory is short. */
struct mac *mac_create(const struct mac_params *params, int nic, const uint8_t *station,
                       struct frame_sink rx_sink, struct frame_pool *pool,
                       const struct waker *waker, const struct probe *probe);
void mac_destroy(struct mac *mac);
struct stage mac_stage(struct mac *mac, const char *name);

/* Frames to send; a full queue drops the new frame, counted. The padding of short frames is added
 * on the wire only. */
struct frame_sink mac_tx_sink(struct mac *mac);

/* Where this MAC's line ends: connect(a, b) and connect(b, a) make one link; both ends run at the
 * same rate. Both ends must exist as long as either of them runs. The line delivers each
 * frame to the other end when its last bit arrives. */
void mac_connect(struct mac *mac, struct mac *far_end);

/* Called with the time whenever the queue has room again after it was full, and when a pause begins or
 * ends, which changes when the line will be idle. Null: none. */
void mac_on_tx_room(struct mac *mac, void (*fn)(void *self, uint64_t now_ps), void *self);

/* Frames now in the transmit queue. */
uint32_t mac_tx_queued(struct mac *mac, uint64_t now_ps);

/* Carrier: while down, frames sent or in flight are lost (LINK_DOWN). Applies to this end's
 * transmitter and receiver: a cut cable is a call for each end. The transmit queue is lost too, and
 * so is a frame of which any bit would arrive while down. */
void mac_set_link(struct mac *mac, bool up, uint64_t now_ps);
bool mac_link_is_up(const struct mac *mac);

/* Changes the accepted unicast destination (register write by the driver). */
void mac_set_station(struct mac *mac, const uint8_t station[6]);

/* Fence: stops accepting (FENCED) and sending; the queue is emptied, and so is what was received
 * but not handed on yet. The frame whose first bit is already on the line goes out whole. */
void mac_set_fenced(struct mac *mac, bool fenced, uint64_t now_ps);

const struct mac_stats *mac_get_stats(const struct mac *mac);

#ifdef __cplusplus
}
#endif

#endif
