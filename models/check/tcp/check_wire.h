/* I-ACKFWD, I-WND, I-TSV: acknowledgment number, right window edge and TSval never go back, no matter which NIC or
 * host builds the frame. */
#ifndef TOESIM_CHECK_CHECK_WIRE_H
#define TOESIM_CHECK_CHECK_WIRE_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* The values that the frames of one connection have announced to its peer so far. */
struct check_announced {
    bool has_ack, has_edge, has_scale, has_tsval;
    uint8_t scale; /* window scale of the windows that we announce */
    uint32_t ack, edge, tsval;
};

void check_wire_on_event(struct check *check, const struct probe_event *event);

#endif
