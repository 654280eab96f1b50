/* The state of the receive pipeline, for the files of this folder only. */
#ifndef TOESIM_TOE_RX_RX_STATE_H
#define TOESIM_TOE_RX_RX_STATE_H

#include "models/base/frame.h"
#include "models/hwif/ctx_store.h"
#include "models/hwif/nic_desc.h"
#include "models/tcp/tcp.h"
#include "models/toe/rx/rx.h"
#include "models/wire/packet.h"

enum {
    RX_WINDOW = 4,   /* maximum number of frames between parse and apply, whose LOOKUPs overlap */
    INJECT_MAX = 32, /* maximum number of RX_INJECT frames that are being read */
    PARKED_MAX = 64, /* maximum number of frames that wait for earlier ones of their connection */
};

enum rx_step {
    RX_LOOKUP, /* waits for the response of the cache */
    RX_FOUND,  /* place, conn and gen are known */
    RX_HOST,   /* goes to the host without a LOOKUP */
    RX_DROP,   /* is dropped; `reason` is known */
};

/* A frame between parse and verdict. */
struct rx_item {
    struct frame *frame;
    struct packet packet;
    uint64_t buffer;    /* host address of an injected frame */
    uint32_t conn;      /* TOE_NO_INDEX if unknown */
    uint32_t want_conn; /* the connection that the host names for an injected frame */
    uint16_t gen, want_gen;
    uint16_t reason;
    uint8_t step;  /* enum rx_step */
    uint8_t place; /* enum ctx_place */
    bool injected;
    bool held;
};

struct inject_slot {
    struct frame *frame;
    struct nic_cmd cmd;
    bool here;
};

enum apply_phase { APPLY_IDLE, APPLY_PARSE, APPLY_LOCK, APPLY_WORK, APPLY_BUFFER };

struct toe_rx {
    struct frame *queue, **queue_tail; /* frames from the MAC */
    uint32_t queue_count;
    struct inject_slot inject[INJECT_MAX];
    uint32_t inject_head, inject_count;
    bool parsing;
    bool stalled; /* waits for room in the record ring; counted once */
    struct rx_item window[RX_WINDOW];
    uint32_t window_head, window_count;
    uint64_t window_sequence; /* sequence number of the head, used in the tags of LOOKUPs */
    enum apply_phase phase;
    struct rx_item
        *item; /* the frame being applied: the window head, `held_item` or `parked_item` */
    struct rx_item held_item, parked_item;
    struct rx_item parked[PARKED_MAX]; /* oldest first */
    uint32_t parked_count;
    struct tcp_result result;
};

static inline struct rx_item *rx_window_at(struct toe_rx *rx, uint32_t index)
{
    return &rx->window[(rx->window_head + index) % RX_WINDOW];
}

/* Removes the head of the window. */
static inline void rx_window_pop(struct toe_rx *rx)
{
    rx->window_head = (rx->window_head + 1) % RX_WINDOW;
    rx->window_count--;
    rx->window_sequence++;
}

#endif
