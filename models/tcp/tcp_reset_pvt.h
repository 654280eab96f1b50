/* Resets: taking them with the care of RFC 5961, and building them (RFC 9293 3.10.7). */
#ifndef TOESIM_TCP_TCP_RESET_PVT_H
#define TOESIM_TCP_TCP_RESET_PVT_H

#include "models/tcp/tcp_core.h"

/* Resets, and challenge ACKs instead of them (RFC 5961). */
void tcp_reset_receive(struct conn_ctx *ctx, const struct tcp_segment *seg,
                       const struct tcp_params *params, struct tcp_now now,
                       struct tcp_result *result);
/* Owes an ACK unless the connection's or the place's allowance is used up (RFC 5961 10). */
void tcp_challenge(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now);

#endif
