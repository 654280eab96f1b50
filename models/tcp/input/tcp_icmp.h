/* ICMP errors that quote a segment of a connection. */
#ifndef TOESIM_TCP_TCP_ICMP_H
#define TOESIM_TCP_TCP_ICMP_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Processes an ICMP error. The verdict is DROPPED if it was not believed. */
void tcp_on_icmp(struct conn_ctx *ctx, const struct tcp_icmp *icmp, struct tcp_result *result);

#ifdef __cplusplus
}
#endif

#endif
