/*
 * Timers of a connection: REXMT (RFC 6298), PERSIST (RFC 9293 3.8.6.1), DELACK (3.8.6.3),
 * KEEPALIVE (3.8.4), WAIT (FIN_WAIT_2, or 2 MSL in TIME_WAIT).
 */
#ifndef TOESIM_TCP_TCP_TIMER_PVT_H
#define TOESIM_TCP_TCP_TIMER_PVT_H

#include "models/tcp/tcp_core.h"

void tcp_timer_start_rexmt(struct conn_ctx *ctx, const struct tcp_params *params,
                           struct tcp_now now);
void tcp_timer_start_persist(struct conn_ctx *ctx, const struct tcp_params *params,
                             struct tcp_now now);
void tcp_timer_start_wait(struct conn_ctx *ctx, uint32_t us, struct tcp_now now);
void tcp_timer_restart_keepalive(struct conn_ctx *ctx, const struct tcp_params *params,
                                 struct tcp_now now);

#endif
