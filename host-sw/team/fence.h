/*
 * Makes sure that a NIC that does not answer has stopped. Its MAC may go on for a while, so its connections may be served
 * elsewhere only when the fence is proven: the root port has taken the link down, or the NIC has had no heartbeat for
 * twice the time after which it fences itself.
 */
#ifndef TOESIM_HOST_TEAM_FENCE_H
#define TOESIM_HOST_TEAM_FENCE_H

#include <stdbool.h>
#include <stdint.h>

struct host_sw;

/* The host sends this many heartbeats within the time after which the NIC fences itself. */
enum { HEARTBEATS_PER_LIMIT = 3 };

enum fence_result {
    FENCE_PROVEN,
    FENCE_PENDING, /* the NIC gets no more heartbeats, and is fenced at fence_ps of its recovery */
    FENCE_UNKNOWN, /* there are no heartbeats, so the NIC may go on for ever */
};

/* Fences a NIC that does not answer, as team.fence says. */
enum fence_result fence_silent_nic(struct host_sw *sw, unsigned nic);

/* Lets the link of a NIC train that fence_silent_nic() has taken down. The root port reports when the link is up. */
void fence_enable_link(struct host_sw *sw, unsigned nic);

#endif
