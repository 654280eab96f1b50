/*
 * I-HOLD, I-ORDER, I-FLAP: limits of moves. The numbers of held frames and of moves under way are bounded,
 * held frames are applied in the order of their MAC times, and between two moves of a connection that
 * frames caused, a frame was applied.
 */
#ifndef TOESIM_CHECK_CHECK_HOLD_H
#define TOESIM_CHECK_CHECK_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct frame_fate;
struct probe_event;

/* Per connection. */
struct check_hold {
    uint32_t frames; /* frames that are held and not decided */
    uint32_t
        given; /* those of them that a NIC got with its INSTALL, so that the host has none of them */
    uint64_t applied_ps;    /* MAC time of the held frame that was decided last */
    uint16_t gen;           /* generation in which it was decided */
    bool moved, progressed; /* a segment was applied since the last activation */
};

/* Records that the frame is held from now on. */
void check_hold_add(struct check *check, struct frame_fate *fate, const struct probe_event *event);
/* Records that a held frame was decided. */
void check_hold_decided(struct check *check, const struct frame_fate *fate,
                        const struct probe_event *event);
void check_hold_on_event(struct check *check, const struct probe_event *event);

#endif
