/* What the files of models/mac share; nobody else includes this. */
#ifndef TOESIM_MAC_MAC_INTERNAL_H
#define TOESIM_MAC_MAC_INTERNAL_H

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

    bool link_up;
    uint64_t up_since_ps;
    bool fenced;
    struct mac_stats stats;
};

/* Bytes from destination address to FCS, padding included. */
static inline uint32_t mac_frame_bytes(const struct frame *frame)
{
    return (frame->len < MAC_PAYLOAD_MIN ? MAC_PAYLOAD_MIN : frame->len) + MAC_FCS_BYTES;
}

/* Only a NIC's ports are observed, so only they need an event at each mark of a frame; the other
 * ports catch up when something else happens. */
static inline bool mac_is_observed(const struct mac *mac) { return mac->nic >= 0; }

/* Counts, reports and frees. A null frame (lost before) is nothing. */
void mac_drop(struct mac *mac, struct frame *frame, enum drop_reason reason, uint64_t now_ps);
void mac_emit(const struct mac *mac, enum probe_kind kind, const struct frame *frame,
              uint64_t now_ps);

/* mac_tx.c */
void mac_tx_accept(void *self, struct frame *frame, uint64_t now_ps);
/* Moves the mark of started frames up to now. */
void mac_tx_settle(struct mac *mac, uint64_t now_ps);
void mac_tx_run(struct mac *mac, uint64_t now_ps);
uint64_t mac_tx_next_ps(const struct mac *mac);
/* Drops what has not started, or all that has not arrived. */
void mac_tx_empty_queue(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_tx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);

/* mac_rx.c */
/* Judges the frames whose last bit came up to now. */
void mac_rx_settle(struct mac *mac, uint64_t now_ps);
void mac_rx_run(struct mac *mac, uint64_t now_ps);
uint64_t mac_rx_next_ps(const struct mac *mac);
/* Drops what is on the line toward this MAC, or what has arrived but was not handed on. */
void mac_rx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_rx_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps);

#endif
