/*
 * I-RXIF: for every frame of a connection, host memory names the NIC that received it, or one that
 * received a later frame, when the host has acted on it. Compares the entry in memory with the tap.
 */
#ifndef TOESIM_CHECK_CHECK_RXIF_H
#define TOESIM_CHECK_CHECK_RXIF_H

#include <stdint.h>

struct check;
struct frame_fate;
struct probe_event;

enum { CHECK_RXIF_MAX = 512 };

/* Connections of which the host has looked at frames in one step: its stores are done when the next
 * begins. */
struct check_rxif {
    uint64_t step_ps;
    uint32_t count;
    uint32_t conns[CHECK_RXIF_MAX];
};

/* The host has stored the receiver of a frame, or acts on its record. fate: null when forgotten. */
void check_rxif_on_event(struct check *check, const struct probe_event *event,
                         const struct frame_fate *fate);
/* Compares what the last step should have stored. */
void check_rxif_compare(struct check *check, const struct probe_event *event);

#endif
