/* One context and hand-made segments, for tests of single rules. Sequence numbers start at 1000
 * (ours) and 5000 (the peer's). */
#ifndef TOESIM_TEST_TCP_ONE_H
#define TOESIM_TEST_TCP_ONE_H

#include "models/tcp/tcp.h"

enum { ONE_ISS = 1000, ONE_IRS = 5000, ONE_MSS = 1000, ONE_WINDOW = 60000 };

struct tcp_one {
    struct conn_ctx ctx;
    struct tcp_params params;
    struct tcp_now now;
    struct tcp_result result;
    struct tcp_tx tx;
    struct tcp_segment seg; /* template of the next segment */
};

/* LISTEN, offering `offered`, ring 64 KiB, no scale. */
void one_listen(struct tcp_one *one, uint8_t offered);
/* ESTABLISHED by a handshake with all of `features` accepted; peer's window ONE_WINDOW. */
void one_establish(struct tcp_one *one, uint8_t features);

/* Sends the peer's segment: number, ACK, flags, payload length. Uses the template's window,
 * options and timestamps. */
void one_feed(struct tcp_one *one, uint32_t seq, uint32_t ack, uint16_t flags, uint32_t len);
/* Next segment out; asserts that there is one. */
const struct tcp_tx *one_out(struct tcp_one *one);
/* Takes all segments; returns how many. */
unsigned one_drain(struct tcp_one *one);
/* Asserts that nothing may be sent. */
void one_quiet(struct tcp_one *one);
/* Time passes; timers that are due fire. */
void one_wait(struct tcp_one *one, uint32_t us);
void one_write(struct tcp_one *one, uint32_t bytes);
void one_close(struct tcp_one *one);

#endif
