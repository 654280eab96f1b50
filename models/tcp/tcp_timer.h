/* The timers of a connection. */
#ifndef TOESIM_TCP_TCP_TIMER_H
#define TOESIM_TCP_TCP_TIMER_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Handles every timer that is due. */
void tcp_on_timer(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                  struct tcp_result *result);

/* Returns the microseconds from now to the earliest running timer: 0 if one is due, UINT32_MAX if none runs. */
uint32_t tcp_deadline_us(const struct conn_ctx *ctx, struct tcp_now now);

#ifdef __cplusplus
}
#endif

#endif
