/* The state of a MAC, for the files of this folder only. */
#ifndef TOESIM_MAC_MAC_STATE_H
#define TOESIM_MAC_MAC_STATE_H

#include "models/mac/byte_clock.h"
#include "models/mac/mac.h"
#include "models/mac/mac_line.h"

struct mac {
    struct mac_params params;
    struct byte_clock clock;
    uint32_t align; /* start lanes: 4 bytes at 10 and 25G, 8 at 40 and 100G */
    int nic;
    bool has_station;
    uint8_t station[6];
    struct frame_sink rx_sink;
    struct frame_pool *pool;
    struct waker waker;
    const struct probe *probe;

    struct mac *far; /* receives what line carries */
    struct mac_line line;
    uint64_t settled_ps; /* transmit marks are right up to here */
    bool tx_full;        /* someone may wait for room */
    void (*on_tx_room)(void *self, uint64_t now_ps);
    void *on_tx_room_self;

    struct mac_fault *fault; /* of the line toward this MAC; null: none */
    struct frame *early;     /* cut through before its last bit: lost when the link goes down */
    uint64_t early_id, early_arrive_ps;

    uint64_t hold_byte; /* paused: data frames do not start before it */
    uint32_t (*rx_level)(void *self, uint64_t now_ps);
    void *rx_level_self;
    bool asks_pause; /* the far end was told to pause and not yet released */
    uint64_t pause_poll_ps, pause_refresh_ps;

    struct mac_lacp *lacp; /* null: no link aggregation control */

    bool link_up;
    uint64_t up_since_ps;
    bool fenced;
    struct mac_stats stats;
};

/* Bytes from destination address to FCS, padding included. */
static inline uint32_t mac_frame_bytes(const struct frame *frame)
{
    if (frame->flags & FRAME_UNPADDED)
        return frame->len + MAC_FCS_BYTES;
    return u32_max(frame->len, MAC_PAYLOAD_MIN) + MAC_FCS_BYTES;
}

/* Only a NIC's ports are observed, so only they need an event at each mark of a frame; the other
 * ports catch up when something else happens. */
static inline bool mac_is_observed(const struct mac *mac) { return mac->nic >= 0 || mac->fault; }

#endif
