/*
 * The interface to the remote side of a replay, which is the same for both modes. It passes frames in and out, takes the
 * bytes that the server's application received, and gives the results.
 */
#ifndef TOESIM_TRACE_REPLAY_SIDE_H
#define TOESIM_TRACE_REPLAY_SIDE_H

#include "models/base/frame_sink.h"
#include "models/base/stage.h"
#include "models/trace/capture/capture.h"
#include "models/trace/replay/server_watch.h"

#ifdef __cplusplus
extern "C" {
#endif

struct replay_params {
    uint8_t team_mac[6];
    uint8_t team_ipv4[16], team_ipv6[16];
    uint64_t start_ps;    /* simulated time of the timeline's 0, when the driver is up */
    uint64_t stall_ps;    /* 60 s without progress and without a timer that would send */
    uint64_t liveness_ps; /* 1 ms; exact mode only */
    uint64_t rto_min_ps;  /* 200 ms; exact mode only */
    uint64_t uplink_bps;  /* all clients share one line of this rate; more than 0 */
    uint64_t seed;
    struct server_watch server; /* may be empty */
};

void replay_params_default(struct replay_params *params);

/* Returns the time for which a frame of so many bytes, without FCS, keeps the clients' line busy. Padding, FCS,
 * preamble and gap are added. */
uint64_t replay_uplink_busy_ps(const struct replay_params *params, uint32_t frame_bytes);

struct conv_result {
    enum outcome outcome;     /* OUTCOME_OPEN until finish() */
    struct flow_key key;      /* as used in the simulation: local = team */
    uint64_t bytes_to_server; /* confirmed by on_server_bytes() */
    uint64_t bytes_to_client; /* compared with the captured server stream */
    bool ended;
    uint64_t started_ps, ended_ps;
    char why[96];
};

struct replay_stats {
    uint64_t frames_sent, frames_received;
    uint64_t synthetic_acks, retransmissions, challenge_resets;
    /* Segments that the captured server ignored but the simulated one might accept; exact mode only. */
    uint64_t withheld_segments;
    uint64_t bad_frames;   /* from the team: wrong FCS or checksum, or not to be parsed */
    uint64_t stray_frames; /* from the team: not TCP, or of no conversation */
    uint64_t pool_waits;   /* a segment had to wait for a free frame */
    uint64_t bytes_to_server, bytes_to_client;
    struct outcome_counts outcomes; /* zero until finish() */
};

/* What the conversations of a replay take in memory. */
struct replay_memory {
    uint64_t fixed_bytes; /* for all conversations, without their states */
    uint64_t
        away_bytes; /* states of conversations that have ended; they go to disk like other records */
    size_t
        states; /* in memory, and the most of them so far: those of conversations that are open */
    size_t states_most;
    size_t state_bytes; /* each of them */
};

struct replay_side {
    void *self;
    struct stage stage;
    struct frame_sink rx; /* frames from the team */
    /* Returns the conversation of a tuple of the simulation, or SIZE_MAX. */
    size_t (*find)(const void *self, const struct flow_key *key);
    /* Compares bytes [offset, offset + len) of the client's stream that the server's application took. */
    void (*on_server_bytes)(void *self, size_t conversation, uint64_t offset, const uint8_t *bytes,
                            uint32_t len, uint64_t now_ps);
    /* Tells that the server's application saw the end. `cause` is 0 for an orderly end, otherwise the reason. */
    void (*on_server_end)(void *self, size_t conversation, unsigned cause, uint64_t now_ps);
    /* Returns true if every conversation has ended or stalled. */
    bool (*is_done)(const void *self);
    /* Returns the completed fraction in 1/1000, for progress displays and for `at: 50%` in scenarios. */
    uint32_t (*progress_permille)(const void *self);
    /* Decides and counts the outcome of every conversation. It is called once, at the end of the run. */
    void (*finish)(void *self, uint64_t now_ps);
    /* Returns the result of a conversation, which is valid until the next call. */
    const struct conv_result *(*result)(void *self, size_t conversation);
    const struct replay_stats *(*stats)(const void *self);
    void (*memory)(const void *self, struct replay_memory *out);
    void (*destroy)(void *self);
};

static inline const struct replay_stats *replay_side_stats(const struct replay_side *side)
{
    return side->stats(side->self);
}

static inline const struct conv_result *replay_side_result(const struct replay_side *side,
                                                           size_t conversation)
{
    return side->result(side->self, conversation);
}

#ifdef __cplusplus
}
#endif

#endif
