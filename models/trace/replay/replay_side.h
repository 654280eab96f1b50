/*
 * The remote side of a replay as its surroundings see it, whichever mode plays it: frames in and
 * out, the bytes the server's application got, and the verdicts.
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
    uint64_t start_ps;    /* simulated time of the timeline's 0: after the driver is up */
    uint64_t stall_ps;    /* 60 s: nothing moved for so long, and no timer would send again */
    uint64_t liveness_ps; /* 1 ms; exact mode only */
    uint64_t rto_min_ps;  /* 200 ms; exact mode only */
    uint64_t
        uplink_ps_per_byte; /* all clients share one cable of this speed; 800: 10 Gbit/s, 0: none */
    uint64_t seed;
    struct server_watch server; /* may be empty */
};

void replay_params_default(struct replay_params *params);

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
    /* What the captured server ignored and this one might not; exact mode only. */
    uint64_t withheld_segments;
    uint64_t bad_frames;   /* from the team: wrong FCS or checksum, or not to be parsed */
    uint64_t stray_frames; /* from the team: not TCP, or of no conversation */
    uint64_t pool_waits;   /* a segment had to wait for a free frame */
    uint64_t bytes_to_server, bytes_to_client;
    struct outcome_counts outcomes; /* zero until finish() */
};

struct replay_side {
    void *self;
    struct stage stage;
    struct frame_sink rx; /* frames from the team */
    /* Conversation of a tuple as used in the simulation; SIZE_MAX: none. */
    size_t (*find)(const void *self, const struct flow_key *key);
    /* The server's application took bytes [offset, offset + len) of the client's stream: compared.
     */
    void (*on_server_bytes)(void *self, size_t conversation, uint64_t offset, const uint8_t *bytes,
                            uint32_t len, uint64_t now_ps);
    /* The server's application saw the end: orderly (0) or a premature termination (its cause). */
    void (*on_server_end)(void *self, size_t conversation, unsigned cause, uint64_t now_ps);
    /* Every conversation ended or stalled. */
    bool (*is_done)(const void *self);
    /* Fraction done, in 1/1000, for progress and for `at: 50%` in scenarios. */
    uint32_t (*progress_permille)(const void *self);
    /* Decides and counts the outcome of every conversation; once, at the end of the run. */
    void (*finish)(void *self, uint64_t now_ps);
    const struct conv_result *(*result)(const void *self, size_t conversation);
    const struct replay_stats *(*stats)(const void *self);
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
