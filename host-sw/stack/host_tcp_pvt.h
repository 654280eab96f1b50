/* Functions of the table that the sending side (host_tcp_tx.c) of the host's TCP uses. */
#ifndef TOESIM_HOST_STACK_HOST_TCP_PVT_H
#define TOESIM_HOST_STACK_HOST_TCP_PVT_H

#include "host-sw/stack/host_tcp.h"

/* Returns the connection in the table, or null. The pointer is valid until the next host_tcp_install(). */
struct host_tcp_conn *host_tcp_find(const struct host_tcp *tcp, uint32_t conn);
void host_tcp_probe(const struct host_tcp *tcp, const struct conn_ctx *ctx,
                    struct probe_event event);
struct tcp_now host_tcp_now(const struct host_tcp *tcp);

#endif
