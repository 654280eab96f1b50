/* The calls of the application on its connections, which it makes inside its callbacks (types/application.h). The views
 * of connections can be asked for at any time. */
#ifndef TOESIM_HOST_DISPATCH_CONN_API_H
#define TOESIM_HOST_DISPATCH_CONN_API_H

#include "host-sw/types/application.h"
#include "host-sw/types/dir_view.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct host_sw;

/* Returns the number of bytes that can be read. */
uint32_t host_conn_readable(const struct host_sw *sw, uint32_t conn);
/* Reads up to len bytes into buffer and returns their number. Reading opens the window. */
uint32_t host_conn_read(struct host_sw *sw, uint32_t conn, void *buffer, uint32_t len);
/* Returns the number of bytes written and not yet acknowledged by the peer. */
uint32_t host_conn_unacked(const struct host_sw *sw, uint32_t conn);
/* Returns the number of bytes that can be written now. */
uint32_t host_conn_writable(const struct host_sw *sw, uint32_t conn);
/* Copies up to len bytes to the transmit ring; returns how many. */
uint32_t host_conn_write(struct host_sw *sw, uint32_t conn, const void *bytes, uint32_t len);
/* Sends a FIN after the bytes written so far. */
void host_conn_close(struct host_sw *sw, uint32_t conn);
/* Sets the options that may change during a connection: nodelay, cork, keepalive and its times, dscp, user_timeout_ms,
 * and mss, which can only become smaller. */
void host_conn_set(struct host_sw *sw, uint32_t conn, const struct app_accept *options);

/* Opens a connection. Returns 0 if *conn is opening; on_established() or on_closed() follows, the latter with cause
 * REMOTE_RESET if the peer refused, HANDSHAKE_TIMEOUT, or UNREACHABLE if no neighbour has the address. Otherwise
 * returns a negative errno: EINVAL, EADDRINUSE (the tuple), EADDRNOTAVAIL (no port is left), ENETDOWN, ENOBUFS. */
int host_conn_connect(struct host_sw *sw, const struct host_connect *request, uint32_t *conn);
/* Ends the connection with a reset if TCP requires one. */
void host_conn_abort(struct host_sw *sw, uint32_t conn);

/* Return the view of a live connection, and its TCP state as its owner last reported it. */
void host_conn_view(const struct host_sw *sw, uint32_t conn, struct dir_view *view);
enum tcp_state host_conn_tcp_state(const struct host_sw *sw, uint32_t conn);

#ifdef __cplusplus
}
#endif

#endif
