/* Receives payload and FIN in the window, in order or beyond a hole, and decides when to acknowledge. */
#ifndef TOESIM_TCP_TCP_DATA_H
#define TOESIM_TCP_TCP_DATA_H

#include "models/tcp/tcp_core.h"

/* Receives the payload and the FIN that lie in the window. */
void tcp_data_receive(struct conn_ctx *ctx, const struct tcp_span *span,
                      const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result);
void tcp_data_in_order(struct conn_ctx *ctx, uint32_t len, const struct tcp_params *params,
                       struct tcp_now now);

#endif
