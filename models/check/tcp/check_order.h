/* I-TXORDER: the frames of a connection leave in the order in which they were built, even if several NICs
 * build them. */
#ifndef TOESIM_CHECK_CHECK_ORDER_H
#define TOESIM_CHECK_CHECK_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct check;
struct probe_event;

/* The frames that a NIC has built and that its MAC has not begun to send, in the order of building. Frames
 * are numbered from 1; those up to `gone` have begun, or were lost. */
struct check_tx_queue {
    uint64_t *ids; /* a ring of ids; 0 for a lost frame */
    size_t capacity;
    uint64_t built, gone;
};

void check_order_on_event(struct check *check, const struct probe_event *event);
void check_order_free(struct check *check);

#endif
