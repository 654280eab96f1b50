/*
 * I-HOLD, I-ORDER, I-FLAP: what moves may cost. Held frames and moves under way are bounded, held
 * frames are applied in the order of their MAC times, and between two moves of a connection that
 * frames asked for, one was applied.
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
    uint32_t frames;        /* held and not decided on */
    uint64_t applied_ps;    /* MAC time of the held frame decided on last */
    uint16_t gen;           /* under which it was */
    bool moved, progressed; /* since the last activation a segment was applied */
};

/* The frame is held from now on. */
void check_hold_add(struct check *check, struct frame_fate *fate, const struct probe_event *event);
/* Somebody has decided on a held frame. */
void check_hold_decided(struct check *check, const struct frame_fate *fate,
                        const struct probe_event *event);
void check_hold_on_event(struct check *check, const struct probe_event *event);

#endif
