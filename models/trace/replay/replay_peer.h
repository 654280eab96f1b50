/*
 * The remote side of a replay in `exact` mode: every client of the capture, sending its segments as
 * captured when they are due, and checking every byte the server sends. docs/replay.md has the
 * rules.
 */
#ifndef TOESIM_TRACE_REPLAY_PEER_H
#define TOESIM_TRACE_REPLAY_PEER_H

#include "models/base/probe.h"
#include "models/trace/replay/replay_side.h"

#ifdef __cplusplus
extern "C" {
#endif

struct replay_peer; /* opaque */

/* capture, pool, waker and probe are kept. uplink: where the clients' frames go. */
struct replay_peer *replay_peer_create(const struct replay_params *params,
                                       const struct capture *capture, struct frame_pool *pool,
                                       struct frame_sink uplink, const struct waker *waker,
                                       const struct probe *probe);
void replay_peer_destroy(struct replay_peer *peer);
struct stage replay_peer_stage(struct replay_peer *peer, const char *name);
struct frame_sink replay_peer_rx_sink(struct replay_peer *peer); /* frames from the team */

/* Conversation of a tuple as used in the simulation; SIZE_MAX: none. */
size_t replay_peer_find(const struct replay_peer *peer, const struct flow_key *key);

/* The server's application took bytes [offset, offset + len) of the client's stream: compared. */
void replay_peer_on_server_bytes(struct replay_peer *peer, size_t conversation, uint64_t offset,
                                 const uint8_t *bytes, uint32_t len, uint64_t now_ps);
/* The server's application saw the end: orderly (0) or a premature termination (its cause). */
void replay_peer_on_server_end(struct replay_peer *peer, size_t conversation, unsigned cause,
                               uint64_t now_ps);

/* Every conversation ended or stalled. */
bool replay_peer_is_done(const struct replay_peer *peer);
/* Fraction done, in 1/1000, for progress and for `at: 50%` in scenarios. */
uint32_t replay_peer_progress_permille(const struct replay_peer *peer);

/* Decides and counts the outcome of every conversation; once, at the end of the run. */
void replay_peer_finish(struct replay_peer *peer, uint64_t now_ps);
const struct conv_result *replay_peer_result(const struct replay_peer *peer, size_t conversation);
const struct replay_stats *replay_peer_stats(const struct replay_peer *peer);

/* All of this behind one face; destroy() destroys the peer. */
struct replay_side replay_peer_side(struct replay_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
