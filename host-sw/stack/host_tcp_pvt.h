/* Functions that the table (host_tcp.c) and the sending side (host_tcp_tx.c) of the host's TCP share. */
#ifndef TOESIM_HOST_STACK_HOST_TCP_PVT_H
#define TOESIM_HOST_STACK_HOST_TCP_PVT_H

#include "host-sw/stack/host_tcp.h"

/* Returns the connection in the table, or null. The pointer is valid until the next host_tcp_install(). */
struct host_tcp_conn *host_tcp_find(const struct host_tcp *tcp, uint32_t conn);
void host_tcp_tell(const struct host_tcp *tcp, const struct conn_ctx *ctx,
                   struct probe_event event);
struct tcp_now host_tcp_now(const struct host_tcp *tcp);

/* Builds one segment and gives it to the team. */
void host_tcp_emit(struct host_tcp *tcp, const struct conn_ctx *ctx, const struct tcp_tx *seg);
/* Sends the segments that may be sent now, at most one burst. The connection stays in the ready list if there are more.
 */
void host_tcp_pump(struct host_tcp *tcp, struct host_tcp_conn *c);
/* Sets the timer, and adds the connection to the ready list, as its context requires. */
void host_tcp_settle(struct host_tcp *tcp, struct host_tcp_conn *c);
/* Sets the timer of a connection; TIME_NEVER stops it. */
void host_tcp_set_timer(struct host_tcp *tcp, uint32_t conn, uint64_t at_ps);
void host_tcp_make_ready(struct host_tcp *tcp, struct host_tcp_conn *c);

#endif
