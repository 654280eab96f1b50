/* The calls of a program on its sockets, which it makes between two advances of simulated time. They never block, and
 * take effect when the simulated core next runs the application. Each call returns 0 or more, or a negative errno. */
#ifndef TOESIM_APP_SOCKET_CALLS_H
#define TOESIM_APP_SOCKET_CALLS_H

#include "host-sw/app/socket_app.h"

#ifdef __cplusplus
extern "C" {
#endif

int socket_app_open(struct socket_app *app, uint8_t ip_version);
int socket_app_bind(struct socket_app *app, int fd, const struct socket_address *local);
int socket_app_listen(struct socket_app *app, int fd, int backlog);
int socket_app_accept(struct socket_app *app, int fd, struct socket_address *peer);
/* Begins a connection to a peer on the link and returns -EINPROGRESS. Later poll() reports the socket as writable, or
 * SOCKET_ERROR has an error (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, EADDRINUSE and others). */
int socket_app_connect(struct socket_app *app, int fd, const struct socket_address *peer);
int64_t socket_app_send(struct socket_app *app, int fd, const void *bytes, uint32_t len);
/* Returns 0 if the peer has closed and all bytes were read. With peek the bytes stay in the buffer. */
int64_t socket_app_recv(struct socket_app *app, int fd, void *bytes, uint32_t len, bool peek);
int socket_app_shutdown(struct socket_app *app, int fd, bool read, bool write);
/* Closes the socket. If the program has not read all bytes, the connection is reset (RFC 2525 2.17). */
int socket_app_close(struct socket_app *app, int fd);
int socket_app_info(struct socket_app *app, int fd, struct socket_info *info);
int socket_app_name(struct socket_app *app, int fd, bool peer, struct socket_address *name);
/* Returns the current POLLIN, POLLOUT, POLLPRI, POLLERR, POLLHUP and POLLRDHUP, or POLLNVAL if fd is no socket. POLLPRI
 * means that urgent data was announced since the program last read; the data stays in line (RFC 6093). */
short socket_app_poll(struct socket_app *app, int fd);

#ifdef __cplusplus
}
#endif

#endif
