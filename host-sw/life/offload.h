/* Requests transfers between the NICs and the host's own TCP (docs/host_stack.md). */
#ifndef TOESIM_HOST_LIFE_OFFLOAD_H
#define TOESIM_HOST_LIFE_OFFLOAD_H

#include "host-sw/types/reasons.h"
#include "models/base/drop_reason.h"

#include <stdbool.h>
#include <stdint.h>

struct host_sw;
struct dir_entry;

/* A request from outside to bring a connection to the host or to a NIC. conn is DIR_NONE for all connections. */
struct place_request {
    uint32_t conn;
    bool on_host;
};

struct place_requests {
    struct place_request *requests;
    uint32_t count, capacity;
};

/* Takes the connection from its NIC to the host for the given reason. */
void offload_take_away(struct host_sw *sw, struct dir_entry *entry, enum host_reason reason);

/* Takes every active connection of the NIC to the host, because no port can carry frames. */
void offload_take_all(struct host_sw *sw, unsigned nic);

/* Acts on a segment that the connection's NIC has dropped. Too many drops for want of out-of-order space make the host
 * take the connection. */
void offload_on_dropped(struct host_sw *sw, struct dir_entry *entry, enum drop_reason reason);

/* Acts on a segment of the connection that arrived in fragments. After too many of them the host takes the connection,
 * because a NIC cannot process fragments. */
void offload_on_fragments(struct host_sw *sw, struct dir_entry *entry);

/* Acts on requests of offload_request_place(), and fills places on the NICs that have become free. Returns true if
 * there was any work. */
bool offload_run(struct host_sw *sw);

/* Requests that a connection goes to the host, or to the NIC that received its last frame, as soon as possible. conn is
 * UINT32_MAX for all connections. A request that cannot be met is ignored. May be called from anywhere, with a kick of
 * the core. */
void offload_request_place(struct host_sw *sw, uint32_t conn, bool on_host);

#endif
