/*
 * One direction of a link, owned by its transmitter: a ring of frames in order, from the moment the
 * transmitter takes one until the receiver hands it on. Four marks cut it up:
 *
 *   head <= arrived <= started <= tail
 *   [head, arrived)     last bit is at the receiver, in its latency
 *   [arrived, started)  on the line
 *   [started, tail)     in the transmit queue; when each will start is known already
 */
#ifndef TOESIM_MAC_MAC_LINE_H
#define TOESIM_MAC_MAC_LINE_H

#include "models/base/frame.h"
#include "models/mac/mac_gap.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Control frames are made by this MAC, or judged as such by the far end; nobody observes them. */
enum mac_slot_kind {
    MAC_SLOT_DATA,
    MAC_SLOT_PAUSE, /* ahead of all others, and not paused itself */
    MAC_SLOT_SLOW   /* link aggregation control: in its turn */
};

struct mac_slot {
    struct frame *frame; /* null: lost on the way */
    uint64_t start_ps;   /* first bit of the preamble leaves */
    uint64_t arrive_ps;  /* last bit of the FCS is at the far end */
    uint64_t ready_byte; /* it could have started here, but for the frames before it and pause */
    enum mac_slot_kind kind;
    struct mac_gap after; /* the line behind this frame */
};

struct mac_line {
    struct mac_slot *slots;
    uint64_t capacity; /* power of two */
    uint64_t head, arrived, started, tail;
    struct mac_gap queued; /* the line behind the last frame taken */
    struct mac_gap sent;   /* the line behind the last frame started */
};

/* False: out of memory. The ring grows when needed, so steady state allocates nothing. */
bool mac_line_init(struct mac_line *line, uint64_t capacity);
/* Gives all frames back to the pool. */
void mac_line_free(struct mac_line *line, struct frame_pool *pool);

/* False: out of memory, and the caller keeps the frame. */
bool mac_line_push(struct mac_line *line, const struct mac_slot *slot);

static inline struct mac_slot *mac_line_at(const struct mac_line *line, uint64_t index)
{
    assert(index >= line->head && index < line->tail);
    return &line->slots[index & (line->capacity - 1)];
}

static inline uint64_t mac_line_queued(const struct mac_line *line)
{
    return line->tail - line->started;
}

#endif
