/* The state of a MAC, for the files of this folder only. */
#ifndef TOESIM_MAC_MAC_STATE_H
#define TOESIM_MAC_MAC_STATE_H

#include "models/mac/byte_clock.h"
#include "models/mac/mac.h"
#include "models/mac/mac_line.h"

struct mac {
    struct mac_params params;
    struct byte_clock clock;
    /* Lanes where a frame may start: every 4 bytes at 10 and 25G, 8 at 40 and 100G. */
    uint32_t align;
    int nic;
    bool has_station;
    uint8_t station[6];
    struct frame_sink rx_sink;
    struct frame_pool *pool;
    struct waker waker;
    const struct probe *probe;

    struct mac *far; /* receives the frames of `line` */
    struct mac_line line;
    uint64_t settled_ps; /* the transmit marks are correct up to this time */
    bool tx_full;        /* the queue was full, so someone may wait for room */
    void (*on_tx_space)(void *self, uint64_t now_ps);
    void *on_tx_space_self;

    struct mac_fault *fault; /* faults of the line toward this MAC; null if none */
    struct frame *early;     /* handed on before its last bit; damaged if the link goes down */
    uint64_t early_id, early_arrive_ps;

    uint64_t hold_byte; /* while paused, data frames do not start before this byte */
    uint32_t (*rx_level)(void *self, uint64_t now_ps);
    void *rx_level_self;
    bool asks_pause; /* the far end was asked to pause and not yet released */
    uint64_t pause_poll_ps, pause_refresh_ps;

    struct mac_lacp *lacp; /* null without link aggregation control */

    bool link_up;
    uint64_t up_since_ps;
    bool fenced;
    struct mac_stats stats;
};

/* Returns the bytes from the destination address to the FCS, including padding. */
static inline uint32_t mac_frame_bytes(const struct frame *frame)
{
    if (frame->flags & FRAME_UNPADDED)
        return frame->len + MAC_FCS_BYTES;
    return u32_max(frame->len, MAC_PAYLOAD_MIN) + MAC_FCS_BYTES;
}

/* Only a NIC's ports are observed, so only they need an event at each mark of a frame. Other ports catch up
 * when another event occurs. */
static inline bool mac_is_observed(const struct mac *mac) { return mac->nic >= 0 || mac->fault; }

#endif
