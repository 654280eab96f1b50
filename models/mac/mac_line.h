/*
 * One direction of a link, owned by its transmitter. It is a ring of frames in order, from the time when
 * the transmitter accepts a frame until the receiver hands it on. Four marks divide it:
 *
 *  head <= arrived <= started <= tail
 *  [head, arrived)     the last bit is at the receiver, which still delays the frame
 *  [arrived, started)  on the line
 *  [started, tail)     in the transmit queue; the start of each frame is already known
 */
#ifndef TOESIM_MAC_MAC_LINE_H
#define TOESIM_MAC_MAC_LINE_H

#include "models/base/frame.h"
#include "models/mac/mac_gap.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Control frames are made by this MAC, or recognised by the far end. No observer sees them. */
enum mac_slot_kind {
    MAC_SLOT_DATA,
    MAC_SLOT_PAUSE, /* goes before all other frames and is not paused */
    MAC_SLOT_SLOW   /* link aggregation control; waits its turn */
};

struct mac_slot {
    struct frame *frame; /* null if the frame was lost on the way */
    uint64_t start_ps;   /* first bit of the preamble leaves */
    uint64_t arrive_ps;  /* last bit of the FCS is at the far end */
    uint64_t ready_byte; /* earliest start without the frames before it and without pause */
    enum mac_slot_kind kind;
    struct mac_gap after; /* state of the line after this frame */
};

struct mac_line {
    struct mac_slot *slots;
    uint64_t capacity; /* power of two */
    uint64_t head, arrived, started, tail;
    struct mac_gap queued; /* the line after the last frame accepted */
    struct mac_gap sent;   /* the line after the last frame started */
};

/* Returns false if memory runs out. The ring grows when needed, so in the steady state it allocates nothing. */
bool mac_line_init(struct mac_line *line, uint64_t capacity);
/* Returns all frames to the pool. */
void mac_line_free(struct mac_line *line, struct frame_pool *pool);

/* Returns false if memory runs out; then the caller keeps the frame. */
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
