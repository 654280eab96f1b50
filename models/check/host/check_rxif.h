/*
 * I-RXIF: when the host has acted on a frame of a connection, host memory names the NIC that received it,
 * or one that received a later frame. The rule compares the entry in memory with the tap.
 */
#ifndef TOESIM_CHECK_CHECK_RXIF_H
#define TOESIM_CHECK_CHECK_RXIF_H

#include <stdint.h>

struct check;
struct frame_fate;
struct probe_event;

enum { CHECK_RXIF_MAX = 512 };

/* The connections whose frames the host processed in one step. Its stores are complete when the next step begins. */
struct check_rxif {
    uint64_t step_ps;
    uint32_t count;
    uint32_t conns[CHECK_RXIF_MAX];
};

/* Handles a store of the receiver of a frame, or the use of its record. `fate` is null if its entry was dropped. */
void check_rxif_on_event(struct check *check, const struct probe_event *event,
                         const struct frame_fate *fate);
/* Checks the entries that the last step should have stored. */
void check_rxif_compare(struct check *check, const struct probe_event *event);

#endif
