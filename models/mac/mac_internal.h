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

/* Counts, reports and frees. A null frame (lost before) is nothing. */
void mac_drop(struct mac *mac, struct frame *frame, enum drop_reason reason, uint64_t now_ps);
void mac_emit(const struct mac *mac, enum probe_kind kind, const struct frame *frame,
              uint64_t now_ps);

/* mac_tx.c */
void mac_tx_accept(void *self, struct frame *frame, uint64_t now_ps);
/* Moves the mark of started frames up to now. */
void mac_tx_settle(struct mac *mac, uint64_t now_ps);
void mac_tx_run(struct mac *mac, uint64_t now_ps);
/* Queues a frame behind the others; a full queue drops it. */
void mac_tx_queue(struct mac *mac, struct frame *frame, enum mac_slot_kind kind, uint64_t now_ps);
/* Queues a pause frame ahead of all that has not left the MAC. */
void mac_tx_insert_pause(struct mac *mac, struct frame *frame, uint64_t now_ps);
/* Data frames that have not left the MAC wait for until_ps, which may be now. */
void mac_tx_pause(struct mac *mac, uint64_t until_ps, uint64_t now_ps);
uint64_t mac_tx_next_ps(const struct mac *mac);
/* Drops what has not started, or all that has not arrived. */
void mac_tx_empty_queue(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_tx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);

/* mac_pause.c */
/* Obeys a received pause frame; the caller keeps the frame. */
void mac_pause_on_frame(struct mac *mac, const struct frame *frame, uint64_t now_ps);
/* Looks at the receiver's level and asks for or releases pause. */
void mac_pause_watch(struct mac *mac, uint64_t now_ps);
void mac_pause_run(struct mac *mac, uint64_t now_ps);
/* Nobody is paused any more: the link went down or came up. */
void mac_pause_forget(struct mac *mac);
static inline uint64_t mac_pause_next_ps(const struct mac *mac)
{
    return mac->asks_pause ? u64_min(mac->pause_poll_ps, mac->pause_refresh_ps) : TIME_NEVER;
}

/* mac_lacp.c; mac->lacp is not null */
/* The frame, which has the Ethernet header at least, is one that ends here. */
bool mac_lacp_knows(const struct frame *frame);
/* Takes part in what it says; the caller keeps the frame. */
void mac_lacp_on_frame(struct mac *mac, const struct frame *frame, uint64_t now_ps);
void mac_lacp_run(struct mac *mac, uint64_t now_ps);
uint64_t mac_lacp_next_ps(const struct mac *mac);
void mac_lacp_set_carrier(struct mac *mac, uint64_t now_ps);

/* mac_fault.c: a repeater in the line toward this MAC; null without faults. */
void mac_fault_take(struct mac *mac, struct frame *frame, uint64_t now_ps);
/* Lets frames go that are due: each arrives (mac_rx_arrive). */
void mac_fault_settle(struct mac *mac, uint64_t now_ps);
/* The next frame whose receive latency has passed, or null. */
struct mac_slot *mac_fault_due(struct mac *mac, uint64_t now_ps);
void mac_fault_pop(struct mac *mac);
uint64_t mac_fault_next_ps(const struct mac *mac);
/* Drops what it holds, or what has arrived but was not handed on. */
void mac_fault_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_fault_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_fault_destroy(struct mac *mac);

/* mac_rx.c */
/* The last bit is in: the verdict. A frame that is lost leaves the slot. */
void mac_rx_arrive(struct mac *mac, struct mac_slot *slot);
/* Judges the frames whose last bit came up to now. */
void mac_rx_settle(struct mac *mac, uint64_t now_ps);
void mac_rx_run(struct mac *mac, uint64_t now_ps);
uint64_t mac_rx_next_ps(const struct mac *mac);
/* Drops what is on the line toward this MAC, or what has arrived but was not handed on. */
void mac_rx_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps);
void mac_rx_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps);

#endif
