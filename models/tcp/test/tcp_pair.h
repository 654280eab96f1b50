/* Two connection contexts, joined by a channel that loses, duplicates and reorders packets in
 * simulated time. */
#ifndef TOESIM_TEST_TCP_PAIR_H
#define TOESIM_TEST_TCP_PAIR_H

#include "models/base/rng.h"
#include "models/base/units.h"
#include "models/tcp/tcp.h"

enum { PAIR_RING_LOG2 = 16, PAIR_RING = 1 << PAIR_RING_LOG2, PAIR_QUEUE = 1024 };

struct pair_end {
    struct conn_ctx ctx;
    struct tcp_params params;
    uint32_t total; /* bytes this end sends */
    uint32_t written, received;
    uint32_t tx_base, rx_base; /* the sequence numbers of byte 0 */
    bool close_when_sent, close_after_peer, established, peer_fin, closed;
    uint8_t terminated;
    uint64_t segments, retransmissions;
    uint8_t tx_ring[PAIR_RING], rx_ring[PAIR_RING];
};

struct pair_params {
    uint64_t seed;
    uint32_t bytes[2];
    uint32_t loss_permille, dup_permille, reorder_permille;
    uint32_t slow_reader_permille; /* chance per ms that end 1 reads; 0 if it reads at once */
    uint8_t offered[2];
    uint8_t rcv_ws;
    uint8_t ring_log2;
    uint16_t mss;
    bool simultaneous; /* both open actively */
    bool move_always;  /* turns the context into an image and back after each event */
    /* Counted in segments of mss bytes, the data segments first, first + step and so on of end 0
     * are lost once, `drop_limit` of them. If drop_again is set, the first retransmission of
     * segment `first` is lost, too. */
    uint32_t drop_first, drop_step, drop_limit;
    bool drop_again;
    uint8_t congestion; /* enum cc_alg of both ends */
    bool ecn;
    uint32_t mark_permille; /* share of ECT segments that get a CE mark */
};

struct pair_packet {
    uint64_t at_ps, order;
    uint32_t len;
    uint8_t to, ecn;
    uint8_t bytes[60 + 1500];
};

struct tcp_pair {
    struct pair_params p;
    struct pair_end end[2];
    struct rng rng;
    uint64_t now_ps, order, drops, transcript, next_read_ps;
    uint32_t lost; /* how many of the drop_limit have been lost */
    bool lost_again;
    uint32_t count;
    struct pair_packet queue[PAIR_QUEUE];
};

/* Initializes a pair. End 0 opens actively, and so does end 1 if `simultaneous` is set; otherwise
 * it listens. */
void pair_init(struct tcp_pair *pair, const struct pair_params *params);
/* Runs one event. Returns false if there is none until limit_ps. */
bool pair_step(struct tcp_pair *pair, uint64_t limit_ps);
void pair_run(struct tcp_pair *pair, uint64_t limit_ps);
struct tcp_now pair_now(const struct tcp_pair *pair);
uint8_t pair_byte(unsigned end, uint32_t offset);

#endif
