/* Resets: accepting them with the checks of RFC 5961, and building them (RFC 9293 3.10.7). */
#ifndef TOESIM_TCP_TCP_RESET_PVT_H
#define TOESIM_TCP_TCP_RESET_PVT_H

#include "models/tcp/tcp_core.h"

/* Handles a received reset, or answers it with a challenge ACK (RFC 5961). */
void tcp_reset_receive(struct conn_ctx *ctx, const struct tcp_segment *seg,
                       const struct tcp_params *params, struct tcp_now now,
                       struct tcp_result *result);
/* Owes an ACK unless the limit of the connection or of the place is reached (RFC 5961 10). */
void tcp_challenge(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now);

#endif
