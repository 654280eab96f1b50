/*
 * Opening, closing and every change of tcp_state that is not the handshake (RFC 9293 3.3.2, 3.6).
 * FIN sent:   ESTABLISHED -> FIN_WAIT_1, CLOSE_WAIT -> LAST_ACK
 * FIN acked:  FIN_WAIT_1 -> FIN_WAIT_2, CLOSING -> TIME_WAIT, LAST_ACK -> CLOSED
 * FIN taken:  ESTABLISHED -> CLOSE_WAIT, FIN_WAIT_1 -> CLOSING (TIME_WAIT if our FIN is acked),
 *             FIN_WAIT_2 -> TIME_WAIT
 */
#ifndef TOESIM_TCP_TCP_STATE_PVT_H
#define TOESIM_TCP_TCP_STATE_PVT_H

#include "models/tcp/tcp_core.h"

void tcp_close_orderly(struct conn_ctx *ctx, struct tcp_result *result);
void tcp_terminate(struct conn_ctx *ctx, enum nic_term_cause cause, struct tcp_result *result);
void tcp_enter_time_wait(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);
void tcp_on_fin_sent(struct conn_ctx *ctx);
void tcp_on_fin_acked(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result);
void tcp_on_peer_fin(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                     struct tcp_result *result);
void tcp_input_time_wait(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);

#endif
