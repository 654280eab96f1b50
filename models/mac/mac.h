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

#include "models/base/drop_reason.h"
#include "models/base/frame_sink.h"
#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/base/status.h"
#include "models/mac/lacp_port.h"
#include "models/mac/line_fault.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mac_params {
    uint64_t rate_bps;      /* 10, 25, 40 or 100 Gb/s */
    uint64_t latency_tx_ps; /* MAC + PCS (timing 3.5): 67,200 */
    uint64_t latency_rx_ps; /* 121,620 */
    uint64_t cable_ps;      /* 50,000 */
    uint32_t mtu_bytes;     /* of the IP packet; frames up to mtu + 14 + 4 per tag + FCS pass */
    uint32_t tx_queue_frames;
    /* A frame is handed on when its first 64 bytes are in, before its check sequence is known: for
     * ports of a switch whose outgoing ports are no faster. */
    bool cut_through;
    bool pause_obeyed;        /* 802.3 annex 31B, receive side */
    uint32_t pause_threshold; /* frames behind rx_sink above which pause is sent; 0: never */
    uint16_t pause_quanta;    /* asked for each time, of 512 bit times */
    uint64_t pause_poll_ps;   /* how often the level is looked at while pause is asked for */
};

void mac_params_default(struct mac_params *params);
enum status mac_params_check(const struct mac_params *params, struct error *err);

struct mac_stats {
    uint64_t tx_frames, tx_bytes; /* bytes with FCS, after padding */
    uint64_t rx_frames, rx_bytes;
    uint32_t tx_queue_max;
    uint64_t tx_wait_ps_max, tx_wait_ps_total; /* in the transmit queue, pause included */
    uint64_t tx_pause, rx_pause, rx_pfc;       /* control frames are no tx_frames or rx_frames */
    uint64_t tx_slow, rx_slow;                 /* LACPDUs and markers */
    uint64_t lacp_losses;                      /* times that this port stopped distributing */
    uint64_t rx_bad_fcs_passed;                /* cut through with a wrong check sequence */
    struct drop_counters drops;
};

struct mac; /* opaque: both directions of one port */

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

/* True while the transmit queue can take a frame: the engine asks before it commits to build one.
 */
bool mac_tx_has_room(const struct mac *mac);
/* Called with the time whenever the queue has room again after it was full, and when a pause begins or
 * ends, which changes when the line will be idle. Null: none. */
void mac_on_tx_room(struct mac *mac, void (*fn)(void *self, uint64_t now_ps), void *self);

/* How long the line will be busy, in ps from now, with all that was taken and `bytes` more (from the
 * preamble to the gap). A pause counts as busy. What comes later, a pause say, may make it longer. */
uint64_t mac_tx_ahead_ps(const struct mac *mac, uint64_t bytes, uint64_t now_ps);
/* When the last bit of a frame leaves this MAC, as things stand: a pause may make it later. 0: the frame
 * left long ago, or was lost. */
uint64_t mac_tx_left_ps(const struct mac *mac, uint64_t frame_id);

/* Frames now in the transmit queue. */
uint32_t mac_tx_queued(struct mac *mac, uint64_t now_ps);

/* Who knows how many frames wait behind rx_sink; asked after each delivery, and periodically while
 * pause is asked for. Without it no pause is sent. */
void mac_on_rx_level(struct mac *mac, uint32_t (*level)(void *self, uint64_t now_ps), void *self);

/* Sends a pause frame ahead of the queue, whatever the threshold; quanta 0 releases the far end. */
void mac_send_pause(struct mac *mac, uint16_t quanta, uint64_t now_ps);

/* Link aggregation control (lacp_port.h) of this port, from now on: LACPDUs are sent like other frames
 * and end at the receiver, as markers do, which are answered. on_change is called whenever the port
 * begins or ceases to distribute; at first it does not. False: memory is short. */
bool mac_lacp_join(struct mac *mac, const struct lacp_port *identity, enum lacp_period period,
                   void (*on_change)(void *self, bool distributes, uint64_t now_ps), void *self,
                   uint64_t now_ps);
/* Both ends of the link have joined, and have agreed long ago: each distributes, and nobody is told. */
void mac_lacp_agree(struct mac *mac, uint64_t now_ps);
/* True without link aggregation control. */
bool mac_lacp_distributes(const struct mac *mac);

/* Faults of the line toward this MAC (line_fault.h): adds a rule, which is off until it is started;
 * its random numbers are the stream (seed, name, number of the rule). Returns the rule's number, or
 * -1 when memory is short. The line is then a repeater that sends on what it has in whole, so that
 * a cut-through port gains no time any more; it still passes on what is damaged. */
int mac_fault_add(struct mac *mac, const struct line_fault_rule *rule, uint64_t seed,
                  const char *name);
void mac_fault_start(struct mac *mac, int rule, uint64_t now_ps);
/* All zero without rules. */
const struct line_fault_stats *mac_fault_stats(const struct mac *mac);

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
