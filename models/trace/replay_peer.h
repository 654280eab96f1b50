/*
 * The remote side of a replay in `exact` mode: every client of the capture, sending its segments as
 * captured when they are due, and checking every byte the server sends. docs/replay.md has the
 * rules.
 */
#ifndef TOESIM_TRACE_REPLAY_PEER_H
#define TOESIM_TRACE_REPLAY_PEER_H

#include "models/base/frame_sink.h"
#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/trace/capture.h"

#ifdef __cplusplus
extern "C" {
#endif

struct replay_params {
    uint8_t team_mac[6];
    uint8_t team_ipv4[16], team_ipv6[16];
    uint64_t start_ps;    /* simulated time of the timeline's 0: after the driver is up */
    uint64_t stall_ps;    /* 5 s: nothing progressed for so long: damaged, stalled */
    uint64_t liveness_ps; /* 1 ms */
    uint64_t rto_min_ps;  /* 200 ms */
    uint64_t
        uplink_ps_per_byte; /* all clients share one cable of this speed; 800: 10 Gbit/s, 0: none */
    uint64_t seed;
};

void replay_params_default(struct replay_params *params);

enum conv_outcome {
    CONV_WAITING, /* not ended yet (a run cut short) */
    CONV_INTACT,
    CONV_PARTIAL, /* not complete in the capture; replayed where possible */
    CONV_DAMAGED, /* a byte wrong, missing or doubled; `why` says which */
    CONV_STALLED,
};

struct conv_result {
    enum conv_outcome outcome;
    struct flow_key key;      /* as used in the simulation: local = team */
    uint64_t bytes_to_server; /* confirmed by replay_peer_on_server_bytes() */
    uint64_t bytes_to_client; /* compared with the captured server stream */
    bool ended;
    uint64_t started_ps, ended_ps;
    char why[96];
};

struct replay_stats {
    uint64_t frames_sent, frames_received;
    uint64_t synthetic_acks, retransmissions, challenge_resets;
    uint64_t bad_frames;   /* from the team: wrong FCS or checksum, or not to be parsed */
    uint64_t stray_frames; /* from the team: not TCP, or of no conversation */
    uint64_t pool_waits;   /* a segment had to wait for a free frame */
    uint64_t total, complete, intact;
    uint64_t damaged; /* complete ones that were, the stalled included */
    uint64_t stalled;
    uint64_t bytes_to_server, bytes_to_client;
    uint64_t partial[PARTIAL_REASON_COUNT];
};

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

/* Sets outcomes for conversations that have not ended. */
void replay_peer_finish(struct replay_peer *peer, uint64_t now_ps);
const struct conv_result *replay_peer_result(const struct replay_peer *peer, size_t conversation);
const struct replay_stats *replay_peer_stats(const struct replay_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
