/* One context and hand-made segments, for tests of single rules. Our sequence numbers start at
 * 1000, and those of the peer at 5000. */
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

/* Puts the context into LISTEN. It offers `offered`, has rings of 64 KiB and does not scale its
 * window. */
void one_listen(struct tcp_one *one, uint8_t offered);
/* Puts the context into ESTABLISHED by a handshake in which the peer accepts all of `features`. The
 * peer's window is ONE_WINDOW. */
void one_establish(struct tcp_one *one, uint8_t features);

/* Gives a segment of the peer with this sequence number, acknowledgment number, flags and payload
 * length to the context. Window, options and timestamps are those of the template. */
void one_feed(struct tcp_one *one, uint32_t seq, uint32_t ack, uint16_t flags, uint32_t len);
/* Returns the next segment that the context sends, and asserts that there is one. */
const struct tcp_tx *one_out(struct tcp_one *one);
/* Takes all segments that the context sends, and returns how many there were. */
unsigned one_drain(struct tcp_one *one);
/* Asserts that the context has nothing to send. */
void one_quiet(struct tcp_one *one);
/* Lets time pass, and then fires the timers that are due. */
void one_wait(struct tcp_one *one, uint32_t us);
void one_write(struct tcp_one *one, uint32_t bytes);
void one_close(struct tcp_one *one);

#endif
