/*
 * A small TCP server for the tests of the replay. In each conversation it offers the captured options, follows the
 * captured steps, and reports the bytes that its application received. It shares no code with models/tcp, so it is an
 * independent partner. Frames between it and the peer take `delay_ps` and may be lost or swapped.
 */
#ifndef TOESIM_TEST_IDEAL_SERVER_H
#define TOESIM_TEST_IDEAL_SERVER_H

#include "models/base/rng.h"
#include "models/trace/test/replay_make.h"

struct ideal_params {
    uint64_t delay_ps;
    uint32_t loss_permille;
    uint32_t swap_permille; /* permille of frames whose delay is three times as long */
    uint32_t window_bytes;
    uint32_t cwnd_bytes; /* initial value; it doubles per round trip */
    /* Planted bugs for the tests of the checks; 0 means none. */
    uint32_t corrupt_tx_every, corrupt_rx_every, double_rx_every, reset_after_bytes;
    bool endpoint; /* the clients are those of lwIP instead of the capture's */
};

struct ideal_server;

/* Creates a server for all conversations of a capture. The capture and the pool must outlive it. */
struct ideal_server *ideal_server_create(const struct ideal_params *params,
                                         const struct capture *capture, struct frame_pool *pool);
/* Sets the peer that gets the frames and reports of the server. This must happen before the first frame. */
void ideal_server_connect(struct ideal_server *server, struct replay_side peer);
void ideal_server_destroy(struct ideal_server *server);
/* Returns the sink for the frames that the peer sends. */
struct frame_sink ideal_server_sink(struct ideal_server *server);
struct stage ideal_server_stage(struct ideal_server *server);

/* A complete replay of a capture against an ideal server. ideal_replay_run() stops when the replay is done, or at
 * limit_ps. The caller must end it with ideal_replay_free(). */
struct ideal_replay {
    struct frame_pool *pool;
    struct ideal_server *server;
    struct replay_side side;
    uint64_t end_ps;
};
void ideal_replay_run(struct ideal_replay *replay, const struct capture *capture,
                      const struct ideal_params *params, const struct replay_params *replay_params,
                      uint64_t limit_ps);
void ideal_replay_free(struct ideal_replay *replay);

#endif
