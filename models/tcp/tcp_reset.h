/* Building resets. */
#ifndef TOESIM_TCP_TCP_RESET_H
#define TOESIM_TCP_TCP_RESET_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Builds the reset for this connection (RFC 9293 3.10.7): seq = snd_nxt, ack = rcv_nxt, with timestamps if
 * they were negotiated (RFC 7323 3.2). */
void tcp_build_reset(const struct conn_ctx *ctx, struct tcp_now now, struct tcp_tx *tx);

/* Builds the reset that answers an unacceptable segment of this connection (RFC 9293 3.10.7.3, 3.10.7.4).
 * Returns false if none is due. */
bool tcp_build_reset_to(const struct conn_ctx *ctx, const struct tcp_segment *seg,
                        struct tcp_now now, struct tcp_tx *tx);

/* Builds the reset for a segment of no connection (RFC 9293 3.10.7.1). Returns false if none is due. */
bool tcp_build_reset_for(const struct tcp_segment *seg, struct tcp_tx *tx);

#ifdef __cplusplus
}
#endif

#endif
