/* Private to the host's TCP: its table (host_tcp.c) and its sending side (host_tcp_tx.c). */
#ifndef TOESIM_HOST_STACK_HOST_TCP_PVT_H
#define TOESIM_HOST_STACK_HOST_TCP_PVT_H

#include "host-sw/stack/host_tcp.h"

/* Null: not here. Valid until the next install. */
struct host_tcp_conn *host_tcp_find(const struct host_tcp *tcp, uint32_t conn);
void host_tcp_tell(const struct host_tcp *tcp, const struct conn_ctx *ctx,
                   struct probe_event event);
struct tcp_now host_tcp_now(const struct host_tcp *tcp);

/* Builds one segment and gives it to the team. */
void host_tcp_emit(struct host_tcp *tcp, const struct conn_ctx *ctx, const struct tcp_tx *seg);
/* Sends what may be sent, within a burst; the rest stays in the ready list. */
void host_tcp_pump(struct host_tcp *tcp, struct host_tcp_conn *c);
/* Timer and ready list as the context asks for. */
void host_tcp_settle(struct host_tcp *tcp, struct host_tcp_conn *c);
void host_tcp_make_ready(struct host_tcp *tcp, struct host_tcp_conn *c);

#endif
