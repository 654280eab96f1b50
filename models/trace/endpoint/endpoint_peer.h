/*
 * The remote side of a replay in `endpoint` mode. Every client of the capture is a TCP connection of an independent stack
 * (lwip_stack.h). It sends the captured bytes in the captured order of requests and responses, while the stack decides
 * about segments, acknowledgments and retransmissions. docs/replay.md has the rules.
 */
#ifndef TOESIM_TRACE_ENDPOINT_PEER_H
#define TOESIM_TRACE_ENDPOINT_PEER_H

#include "models/trace/replay/replay_side.h"

#ifdef __cplusplus
extern "C" {
#endif

struct endpoint_peer; /* opaque; a process can have only one, because of the stack */

/* Creates the peer. It keeps the capture, pool and waker; liveness_ps and rto_min_ps of `params` are not used. The clients'
 * frames go to `uplink`, and their interfaces have the MTU mtu_bytes. Returns null if memory is short. */
struct endpoint_peer *endpoint_peer_create(const struct replay_params *params, uint32_t mtu_bytes,
                                           const struct capture *capture, struct frame_pool *pool,
                                           struct frame_sink uplink, const struct waker *waker);
void endpoint_peer_destroy(struct endpoint_peer *peer);

/* Returns the operations of the peer; destroy() is endpoint_peer_destroy(). */
struct replay_side endpoint_peer_side(struct endpoint_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
