/* Transfers between NICs and the host's own TCP: who asks for them, and why (docs/host_stack.md). */
#ifndef TOESIM_HOST_LIFE_OFFLOAD_H
#define TOESIM_HOST_LIFE_OFFLOAD_H

#include "host-sw/host_sw.h"

struct dir_entry;

/* Takes the connection from its NIC to the host, for that reason. */
void offload_take_away(struct host_sw *sw, struct dir_entry *entry, enum host_reason reason);

/* Does that for every active connection of the NIC, because no port can carry frames. */
void offload_take_all(struct host_sw *sw, unsigned nic);

/* The connection's NIC has dropped a segment of it. */
void offload_on_dropped(struct host_sw *sw, struct dir_entry *entry, enum drop_reason reason);

/* A segment of the connection came in fragments. Too many make the host the better place. */
void offload_on_fragments(struct host_sw *sw, struct dir_entry *entry);

/* Acts on requests from outside, and fills places on the NICs that have become free. True: there was
 * something to do. */
bool offload_run(struct host_sw *sw);

#endif
