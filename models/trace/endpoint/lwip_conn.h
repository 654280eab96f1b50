/* The connections of a stack. lwip_stack.h says what may be called when. */
#ifndef TOESIM_TRACE_LWIP_CONN_H
#define TOESIM_TRACE_LWIP_CONN_H

#include "models/trace/endpoint/lwip_stack.h"

/* Opens a connection from key->raddr, rport to key->laddr, lport; the key is the server's view. Returns null, or the
 * reason why lwIP refuses. */
const char *lwip_conn_open(struct lwip_stack *stack, struct lwip_conn *conn,
                           const struct flow_key *key, uint64_t now_ps);
/* Returns the free bytes of the send buffer, or 0 if the connection is not open. */
uint32_t lwip_conn_space(const struct lwip_conn *conn);
/* Writes as many bytes as the send buffer has room for and returns how many. `more` tells that others follow soon. */
uint32_t lwip_conn_write(struct lwip_conn *conn, const uint8_t *bytes, uint32_t len, bool more,
                         uint64_t now_ps);
/* Sends a FIN behind the written bytes. The connection can still receive. */
void lwip_conn_shutdown(struct lwip_conn *conn, uint64_t now_ps);
/* Resets the connection. on_end() is not called. */
void lwip_conn_abort(struct lwip_conn *conn, uint64_t now_ps);

/* Returns true if bytes are unsent or unacknowledged, or an ACK is owed, so that the timers must run. */
bool lwip_conn_is_outstanding(const struct lwip_conn *conn);

#endif
