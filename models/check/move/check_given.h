/*
 * I-ORDER, around an INSTALL: a NIC that has given frames of a reserved connection to the host applies no frame of this
 * connection that it has received later until these are decided. It waits for at most inject_wait_ps, and not for longer
 * than it can park the later frames.
 */
#ifndef TOESIM_CHECK_CHECK_GIVEN_H
#define TOESIM_CHECK_CHECK_GIVEN_H

#include <stdint.h>

struct check;
struct frame_fate;
struct probe_event;

/* Per connection. */
struct check_given {
    uint32_t frames; /* frames that the NIC has given to the host and that are not decided */
    uint64_t
        last_ps; /* when it gave the last one, or had applied the held frames, whichever was later */
    uint16_t gen; /* generation for which the connection is reserved */
    uint8_t nic;
};

/* Records that a NIC gives the frame to the host because the connection is reserved. */
void check_given_add(struct check *check, struct frame_fate *fate, const struct probe_event *event);

/* Acts on the final verdict about a frame. */
void check_given_decided(struct check *check, const struct frame_fate *fate,
                         const struct probe_event *event);

/* Records that the NIC has applied the held frames. */
void check_given_on_mark(struct check *check, const struct probe_event *event);

#endif
