/* The state of the generators, shared by gen_peer.c and gen_peer_place.c. */
#ifndef TOESIM_TRACE_GEN_PEER_PVT_H
#define TOESIM_TRACE_GEN_PEER_PVT_H

#include "models/base/frame.h"
#include "models/base/rng.h"
#include "models/base/timer_heap.h"
#include "models/trace/generate/gen_peer_conn.h"

/* The last segment that one client has sent. A segment without data does not replace one with data. */
struct gen_copy {
    uint32_t index; /* the client */
    uint32_t len;   /* 0: it has sent none */
    bool has_data;
    uint8_t data[FRAME_BYTES_MAX];
};

struct gen_peer {
    struct gen_params params;
    struct frame_pool *pool;
    struct frame_sink uplink;
    const struct waker *waker;
    struct timer_heap *timers;
    struct gen_requests *requests; /* of each connection; null unless they make requests */
    struct rng rng;
    struct gen_stats stats;
    struct gen_copy *copy; /* null: nobody wants it */
    uint32_t finished;
    uint16_t ip_id;
    uint8_t frame_flags; /* of the frames that are sent now; enum frame_flag */
    struct gen_conn conns[];
};

/* Puts one segment of the client on the line. */
void gen_peer_send(struct gen_peer *peer, const struct gen_conn *conn, const struct tcp_tx *tx,
                   uint64_t now_ps);

/* Completes the handling of any event: it detects the end, runs the application, sends segments and sets the timer. */
void gen_peer_settle(struct gen_peer *peer, struct gen_conn *conn, const struct tcp_result *result,
                     uint64_t now_ps);

/* The client has aborted, and the server's side has ended too. */
void gen_peer_end_aborted(struct gen_peer *peer, struct gen_conn *conn);

#endif
