/*
 * The remote side of a replay in `endpoint` mode: every client of the capture is a TCP connection
 * of a stack that nobody here wrote (lwip_stack.h). It sends the captured bytes in the captured
 * order of requests and responses; segments, acknowledgments and retransmissions are the stack's.
 * docs/replay.md has the rules.
 */
#ifndef TOESIM_TRACE_ENDPOINT_PEER_H
#define TOESIM_TRACE_ENDPOINT_PEER_H

#include "models/trace/replay/replay_side.h"

#ifdef __cplusplus
extern "C" {
#endif

struct endpoint_peer; /* opaque; one at a time in a process, as the stack */

/* params' liveness_ps and rto_min_ps do not matter here. capture, pool and waker are kept. uplink:
 * where the clients' frames go. mtu_bytes: of the clients' interfaces. Null: no memory. */
struct endpoint_peer *endpoint_peer_create(const struct replay_params *params, uint32_t mtu_bytes,
                                           const struct capture *capture, struct frame_pool *pool,
                                           struct frame_sink uplink, const struct waker *waker);
void endpoint_peer_destroy(struct endpoint_peer *peer);

/* All that can be done with it; destroy() is endpoint_peer_destroy(). */
struct replay_side endpoint_peer_side(struct endpoint_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
