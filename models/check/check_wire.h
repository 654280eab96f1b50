/* I-ACKFWD, I-WND, I-TSV: what the peer is told never goes back, whoever builds the frame. */
#ifndef TOESIM_CHECK_CHECK_WIRE_H
#define TOESIM_CHECK_CHECK_WIRE_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* Per connection: what frames built so far have told the peer. */
struct told {
    bool has_ack, has_edge, has_scale, has_tsval;
    uint8_t scale; /* of our windows */
    uint32_t ack, edge, tsval;
};

void check_wire_on_event(struct check *check, const struct probe_event *event);

#endif
