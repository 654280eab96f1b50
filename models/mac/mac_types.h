/* Parameters and counters of a MAC. */
#ifndef TOESIM_MAC_MAC_TYPES_H
#define TOESIM_MAC_MAC_TYPES_H

#include "models/base/drop_reason.h"
#include "models/mac/fault/line_fault.h"
#include "models/mac/lacp/lacp_port.h"

#include <stdbool.h>
#include <stdint.h>

struct mac_params {
    uint64_t rate_bps;      /* 10, 25, 40 or 100 Gb/s */
    uint64_t latency_tx_ps; /* MAC and PCS (docs/timing.md 3.5); 67,200 */
    uint64_t latency_rx_ps; /* 121,620 */
    uint64_t cable_ps;      /* 50,000 */
    /* MTU of the IP packet; frames of up to mtu + 14 + 4 per tag + FCS are accepted. */
    uint32_t mtu_bytes;
    uint32_t tx_queue_frames;
    /* A cut-through port hands a frame on when its first 64 bytes have arrived, before the check sequence
     * is known. It is for ports of a switch whose outgoing ports are no faster. */
    bool cut_through;
    bool pause_obeyed; /* 802.3 annex 31B, receive side */
    /* Number of frames behind rx_sink above which pause is sent; 0 sends none. */
    uint32_t pause_threshold;
    uint16_t pause_quanta;  /* pause time in each pause frame, in units of 512 bit times */
    uint64_t pause_poll_ps; /* interval between checks of the level while pause is in effect */
};

struct mac_stats {
    uint64_t tx_frames, tx_bytes; /* bytes include padding and FCS */
    uint64_t rx_frames, rx_bytes;
    uint32_t tx_queue_max;
    uint64_t tx_wait_ps_max, tx_wait_ps_total; /* time in the transmit queue, including pauses */
    /* Control frames are not counted in tx_frames and rx_frames. */
    uint64_t tx_pause, rx_pause, rx_pfc;
    uint64_t tx_slow, rx_slow; /* LACPDUs and markers */
    uint64_t lacp_losses;      /* times that this port stopped distributing */
    /* Frames with a wrong check sequence that a cut-through port passed on. */
    uint64_t rx_bad_fcs_passed;
    struct drop_counters drops;
};

struct mac; /* opaque; holds both directions of one port */

#endif
