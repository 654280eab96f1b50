/* Parameters and counters of a MAC. */
#ifndef TOESIM_MAC_MAC_TYPES_H
#define TOESIM_MAC_MAC_TYPES_H

#include "models/base/drop_reason.h"
#include "models/mac/lacp_port.h"
#include "models/mac/line_fault.h"

#include <stdbool.h>
#include <stdint.h>

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

#endif
