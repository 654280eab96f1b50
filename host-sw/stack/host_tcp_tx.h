/* The sending side of the host's TCP. */
#ifndef TOESIM_HOST_STACK_HOST_TCP_TX_H
#define TOESIM_HOST_STACK_HOST_TCP_TX_H

#include "host-sw/stack/host_tcp.h"

/* Builds one segment and gives it to the team. */
void host_tcp_emit(struct host_tcp *tcp, const struct conn_ctx *ctx, const struct tcp_tx *seg);
/* Sends the segments that may be sent now, at most one burst. The connection stays in the ready list if there are more.
 */
void host_tcp_pump(struct host_tcp *tcp, struct host_tcp_conn *c);
/* Sets the timer, and adds the connection to the ready list, as its context requires. */
void host_tcp_settle(struct host_tcp *tcp, struct host_tcp_conn *c);
/* Sets the timer of a connection; TIME_NEVER stops it. */
void host_tcp_set_timer(struct host_tcp *tcp, uint32_t conn, uint64_t at_ps);
/* Adds the connection to the end of the ready list, unless the connection is in it. */
void host_tcp_make_ready(struct host_tcp *tcp, struct host_tcp_conn *c);

/* Notes that a NIC has read one frame of the connection, or is dead, so that another frame can be sent. */
void host_tcp_on_sent(struct host_tcp *tcp, uint32_t conn);

#endif
