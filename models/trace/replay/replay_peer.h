/*
 * The remote side of a replay in `exact` mode. It plays every client of the capture: it sends the captured segments when
 * they are due and checks every byte that the server sends. docs/replay.md has the rules.
 */
#ifndef TOESIM_TRACE_REPLAY_PEER_H
#define TOESIM_TRACE_REPLAY_PEER_H

#include "models/base/probe.h"
#include "models/trace/replay/replay_side.h"

#ifdef __cplusplus
extern "C" {
#endif

struct replay_peer; /* opaque */

/* Creates the peer. It keeps the capture, pool, waker and probe. The clients' frames go to `uplink`. Returns null if
 * memory is short. */
struct replay_peer *replay_peer_create(const struct replay_params *params,
                                       const struct capture *capture, struct frame_pool *pool,
                                       struct frame_sink uplink, const struct waker *waker,
                                       const struct probe *probe);
void replay_peer_destroy(struct replay_peer *peer);
struct stage replay_peer_stage(struct replay_peer *peer, const char *name);
struct frame_sink replay_peer_rx_sink(struct replay_peer *peer); /* frames from the team */

/* Returns the conversation of a tuple of the simulation, or SIZE_MAX. */
size_t replay_peer_find(const struct replay_peer *peer, const struct flow_key *key);

/* Returns true if every conversation has ended or stalled. */
bool replay_peer_is_done(const struct replay_peer *peer);
/* Returns the completed fraction in 1/1000, for progress displays and for `at: 50%` in scenarios. */
uint32_t replay_peer_progress_permille(const struct replay_peer *peer);

/* Decides and counts the outcome of every conversation. It is called once, at the end of the run. */
void replay_peer_finish(struct replay_peer *peer, uint64_t now_ps);
/* Returns the result of a conversation, which is valid until the next call. */
const struct conv_result *replay_peer_result(struct replay_peer *peer, size_t conversation);
const struct replay_stats *replay_peer_stats(const struct replay_peer *peer);

/* Tells what the conversations take in memory. */
void replay_peer_memory(const struct replay_peer *peer, struct replay_memory *out);

/* Returns these functions as a struct replay_side, whose destroy() destroys the peer. */
struct replay_side replay_peer_side(struct replay_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
