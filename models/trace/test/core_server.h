/* A server on models/tcp for the tests of the replay, which make the whole exchange without
 * NICs. */
#ifndef TOESIM_TEST_CORE_SERVER_H
#define TOESIM_TEST_CORE_SERVER_H

#include "models/trace/test/replay_make.h"

struct core_params {
    uint64_t delay_ps; /* delay of the wire in each direction */
    uint32_t loss_permille;
    uint8_t ring_log2; /* receive ring of each connection */
    bool endpoint;     /* the clients are those of lwIP instead of the capture's */
};

struct core_server;

struct core_replay {
    struct frame_pool *pool;
    struct core_server *server;
    struct replay_side side;
    uint64_t end_ps;
};

/* Runs a complete replay of `capture`. It stops when the replay is done, or at limit_ps. The caller must end it with
 * core_replay_free(). */
void core_replay_run(struct core_replay *replay, const struct capture *capture,
                     const struct core_params *params, const struct replay_params *replay_params,
                     uint64_t limit_ps);
void core_replay_free(struct core_replay *replay);

#endif
