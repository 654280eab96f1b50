/* Which connections NICs may have, and the requests that concern it (docs/host_stack.md). */
#ifndef TOESIM_HOST_TEAM_OFFLOAD_H
#define TOESIM_HOST_TEAM_OFFLOAD_H

#include "host-sw/host_sw.h"

/* May a new connection of this tuple go to a NIC? HOST_REASON_NONE: yes. */
enum host_reason offload_refuses(const struct host_sw *sw, const struct flow_key *key);

struct dir_entry;

/* Counts the connection among those that NICs have, or no longer. */
void offload_count(struct host_sw *sw, struct dir_entry *entry, bool on_nics);

/* The connection waits for a free place on the NICs, or waits no longer. */
void offload_wait(struct host_sw *sw, struct dir_entry *entry);
void offload_stop_waiting(struct host_sw *sw, struct dir_entry *entry);

/* Takes the connection from its NIC to the host, for that reason. */
void offload_take_away(struct host_sw *sw, struct dir_entry *entry, enum host_reason reason);

/* Does that for every active connection of the NIC, because no port can carry frames. */
void offload_take_all(struct host_sw *sw, unsigned nic);

/* The connection's NIC has dropped a segment of it. */
void offload_on_dropped(struct host_sw *sw, struct dir_entry *entry, enum drop_reason reason);

/* The connection has ended. */
void offload_on_ended(struct host_sw *sw, struct dir_entry *entry);

/* Acts on requests from outside, and fills places on the NICs that have become free. True: there was
 * something to do. */
bool offload_run(struct host_sw *sw);

#endif
