/* This file is the program's side of the sockets. It changes only buffers and requests; the core's side (socket_app.c)
 * acts on the host. */
#include "host-sw/app/socket_calls.h"
#include "host-sw/dispatch/conn_api.h"

#include "host-sw/app/socket_table.h"

#include <errno.h>
#include <poll.h>

int socket_app_open(struct socket_app *app, uint8_t ip_version)
{
    if (ip_version != 4 && ip_version != 6)
        return -EAFNOSUPPORT;
    int fd = socket_table_make(app);
    if (fd >= 0)
        app->sockets[fd].local.ip_version = ip_version;
    return fd;
}

int socket_app_bind(struct socket_app *app, int fd, const struct socket_address *local)
{
    struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if (s->state != SOCKET_NEW || s->local.port != 0 || local->port == 0)
        return -EINVAL;
    if (local->ip_version != s->local.ip_version)
        return -EAFNOSUPPORT;
    for (int i = 0; i < app->count; i++) {
        const struct socket *other = &app->sockets[i];
        bool holds = other->state == SOCKET_NEW || other->state == SOCKET_LISTENING;
        if (holds && other->local.port == local->port &&
            other->local.ip_version == local->ip_version)
            return -EADDRINUSE;
    }
    s->local = *local;
    return 0;
}

int socket_app_listen(struct socket_app *app, int fd, int backlog)
{
    struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if ((s->state != SOCKET_NEW && s->state != SOCKET_LISTENING) || s->local.port == 0)
        return -EINVAL;
    s->state = SOCKET_LISTENING;
    s->backlog = backlog < 1 ? 1 : backlog;
    return 0;
}

int socket_app_accept(struct socket_app *app, int fd, struct socket_address *peer)
{
    struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if (s->state != SOCKET_LISTENING)
        return -EINVAL;
    int child = s->queue_first;
    if (child == NO_SOCKET)
        return -EAGAIN;
    struct socket *accepted = &app->sockets[child];
    s->queue_first = accepted->queue_next;
    if (s->queue_first == NO_SOCKET)
        s->queue_last = NO_SOCKET;
    s->queued--;
    accepted->queued_here = false;
    *peer = accepted->peer;
    return child;
}

int socket_app_connect(struct socket_app *app, int fd, const struct socket_address *peer)
{
    struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if (s->state == SOCKET_CONNECTING)
        return -EALREADY;
    if (s->state != SOCKET_NEW)
        return s->state == SOCKET_CONNECTED ? -EISCONN : -EOPNOTSUPP;
    if (peer->ip_version != s->local.ip_version)
        return -EAFNOSUPPORT;
    if (peer->port == 0)
        return -EADDRNOTAVAIL;
    if (!socket_buffer_init(&s->rx, (uint32_t)s->rcvbuf) ||
        !socket_buffer_init(&s->tx, (uint32_t)s->sndbuf)) {
        socket_buffer_free(&s->rx);
        return -ENOMEM;
    }
    s->error = 0;
    s->peer = *peer;
    s->port_given = s->local.port != 0;
    s->state = SOCKET_CONNECTING;
    s->connect_wanted = true;
    app->connects_wanted++;
    app->wants_kick = true;
    return -EINPROGRESS;
}

int64_t socket_app_send(struct socket_app *app, int fd, const void *bytes, uint32_t len)
{
    struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if (s->state == SOCKET_CONNECTING)
        return -EAGAIN;
    if (s->state != SOCKET_CONNECTED)
        return -ENOTCONN;
    if (s->error)
        return socket_table_take_error(s);
    if (s->fin_wanted || s->conn == NO_CONN)
        return -EPIPE;
    uint32_t taken = socket_buffer_put(&s->tx, bytes, len);
    if (taken == 0 && len > 0)
        return -EAGAIN;
    socket_table_touch(app, fd);
    return taken;
}

int64_t socket_app_recv(struct socket_app *app, int fd, void *bytes, uint32_t len, bool peek)
{
    struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if (s->state == SOCKET_CONNECTING)
        return -EAGAIN;
    if (s->state != SOCKET_CONNECTED)
        return -ENOTCONN;
    uint32_t n = s->read_shut ? 0 : socket_buffer_copy(&s->rx, bytes, len);
    if (n > 0) {
        if (!peek) {
            s->urgent = false;
            socket_buffer_consume(&s->rx, n);
            socket_table_touch(app, fd); /* the receive ring may hold more bytes */
        }
        return n;
    }
    if (s->error)
        return socket_table_take_error(s);
    if (!s->read_ahead && s->conn != NO_CONN && !s->read_shut) {
        s->asked = len;
        socket_table_touch(app, fd);
    }
    return s->eof || s->read_shut || s->conn == NO_CONN || len == 0 ? 0 : -EAGAIN;
}

int socket_app_shutdown(struct socket_app *app, int fd, bool read, bool write)
{
    struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if (s->state != SOCKET_CONNECTED || s->conn == NO_CONN)
        return -ENOTCONN;
    if (read) {
        s->read_shut = true;
        socket_buffer_consume(&s->rx, socket_buffer_used(&s->rx));
    }
    s->fin_wanted |= write;
    socket_table_touch(app, fd);
    return 0;
}

static void close_connection(struct socket_app *app, int fd)
{
    struct socket *s = &app->sockets[fd];
    s->queued_here = false;
    if (s->conn == NO_CONN) {
        socket_table_release(app, fd);
        return;
    }
    if (s->linger_zero || socket_buffer_used(&s->rx) > 0)
        s->abort_wanted = true;
    s->fin_wanted = true;
    s->read_shut = true; /* bytes that still arrive are read and discarded */
    s->orphan = true;
    socket_table_touch(app, fd);
}

int socket_app_close(struct socket_app *app, int fd)
{
    struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if (s->state == SOCKET_CONNECTED) {
        close_connection(app, fd);
        return 0;
    }
    if (s->state == SOCKET_CONNECTING) {
        app->connects_wanted -= s->connect_wanted;
        s->connect_wanted = false;
        s->linger_zero = true; /* CLOSE in SYN-SENT deletes the connection (RFC 9293 3.10.4) */
        close_connection(app, fd);
        return 0;
    }
    while (s->queue_first != NO_SOCKET) {
        int child = s->queue_first;
        s->queue_first = app->sockets[child].queue_next;
        app->sockets[child].linger_zero = true;
        close_connection(app, child);
    }
    socket_table_release(app, fd);
    return 0;
}

int socket_app_info(struct socket_app *app, int fd, struct socket_info *info)
{
    const struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    *info = (struct socket_info){.state = s->state == SOCKET_LISTENING ? TCP_LISTEN : TCP_CLOSED};
    if (s->state != SOCKET_CONNECTED)
        return 0;
    info->peer_fin = s->peer_fin;
    info->notice = (enum nic_notice)s->notice;
    info->notices = s->notices;
    info->rcvbuf_used = socket_buffer_used(&s->rx);
    info->sndbuf_used = socket_buffer_used(&s->tx);
    if (s->conn == NO_CONN)
        return 0;
    info->established = true;
    info->state = host_conn_tcp_state(app->host, s->conn);
    info->readable = host_conn_readable(app->host, s->conn);
    info->unacked = host_conn_unacked(app->host, s->conn);
    host_conn_view(app->host, s->conn, &info->view);
    return 0;
}

int socket_app_name(struct socket_app *app, int fd, bool peer, struct socket_address *name)
{
    const struct socket *s = socket_table_get(app, fd);
    if (!s)
        return -EBADF;
    if (peer && s->state != SOCKET_CONNECTED)
        return -ENOTCONN;
    *name = peer ? s->peer : s->local;
    return 0;
}

short socket_app_poll(struct socket_app *app, int fd)
{
    const struct socket *s = socket_table_get(app, fd);
    short events = 0;
    if (!s)
        return POLLNVAL;
    if (s->state == SOCKET_LISTENING)
        return s->queue_first == NO_SOCKET ? 0 : POLLIN;
    if (s->state == SOCKET_CONNECTING)
        return 0;
    if (s->state != SOCKET_CONNECTED)
        return (short)(POLLHUP | (s->error ? POLLERR : 0));
    bool ended = s->conn == NO_CONN;
    if (socket_buffer_used(&s->rx) > 0 || s->eof || s->read_shut || ended)
        events |= POLLIN;
    if (s->eof || ended)
        events |= POLLRDHUP;
    if (!s->fin_wanted && !ended && socket_buffer_free_bytes(&s->tx) > 0)
        events |= POLLOUT;
    if (s->urgent)
        events |= POLLPRI;
    if (s->error)
        events |= POLLERR;
    if (ended || (s->eof && s->fin_wanted))
        events |= POLLHUP;
    return events;
}
