/* This file is the simulated core's side of the sockets. The host software calls it when something happens on a
 * connection; socket_calls.c is the program's side. */
#include "host-sw/app/socket_app.h"
#include "host-sw/dispatch/conn_api.h"

#include "host-sw/app/socket_table.h"

#include "models/base/units.h"
#include "models/hwif/ctx_enums.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct socket_app *socket_app_create(uint32_t conn_max)
{
    assert(conn_max > 0);
    struct socket_app *app = calloc(1, sizeof *app + conn_max * sizeof app->by_conn[0]);
    if (!app)
        return NULL;
    app->conn_max = conn_max;
    app->dirty_first = NO_SOCKET;
    for (uint32_t i = 0; i < conn_max; i++)
        app->by_conn[i] = NO_SOCKET;
    return app;
}

void socket_app_destroy(struct socket_app *app)
{
    if (!app)
        return;
    for (int i = 0; i < app->count; i++) {
        socket_buffer_free(&app->sockets[i].rx);
        socket_buffer_free(&app->sockets[i].tx);
    }
    free(app->sockets);
    free(app);
}

void socket_app_attach(struct socket_app *app, struct host_sw *host) { app->host = host; }

bool socket_app_wants_kick(struct socket_app *app)
{
    bool wants = app->wants_kick;
    app->wants_kick = false;
    return wants;
}

/* --- copies between the buffers and the host's rings, which only the core's callbacks make --- */

static void pull(struct socket_app *app, struct socket *s)
{
    uint32_t space;
    void *at;
    while ((space = socket_buffer_space(&s->rx, &at)) > 0) {
        if (!s->read_ahead && !s->read_shut && space > s->asked)
            space = s->asked;
        uint32_t n = space > 0 ? host_conn_read(app->host, s->conn, at, space) : 0;
        if (n == 0)
            break;
        s->asked -= n < s->asked ? n : s->asked;
        if (!s->read_shut)
            socket_buffer_commit(&s->rx, n);
        s->lost |= s->orphan;
    }
    s->eof = s->peer_fin && host_conn_readable(app->host, s->conn) == 0;
}

static void push(struct socket_app *app, struct socket *s)
{
    uint32_t len;
    const void *at;
    while ((len = socket_buffer_used_piece(&s->tx, &at)) > 0) {
        uint32_t n = host_conn_write(app->host, s->conn, at, len);
        socket_buffer_consume(&s->tx, n);
        if (n < len)
            return;
    }
    if (s->fin_wanted && !s->fin_given) {
        s->fin_given = true;
        host_conn_close(app->host, s->conn);
    }
}

static void serve(struct socket_app *app, struct socket *s)
{
    if (s->conn == NO_CONN)
        return;
    if (s->abort_wanted) {
        host_conn_abort(app->host, s->conn);
        return;
    }
    if (s->options_new) {
        struct app_accept options = socket_table_offer(s, 0);
        host_conn_set(app->host, s->conn, &options);
        s->options_new = false;
    }
    pull(app, s);
    if (s->lost) { /* a reset shows the peer that its data was lost (RFC 9293 3.6, SHLD-3) */
        s->abort_wanted = true;
        host_conn_abort(app->host, s->conn);
        return;
    }
    push(app, s);
}

static bool matches(const struct socket *s, const struct flow_key *key)
{
    static const uint8_t any4[16] = {[10] = 0xff, [11] = 0xff}, any6[16];
    if (s->state != SOCKET_LISTENING || s->local.port != key->lport ||
        s->local.ip_version != key->ip_version)
        return false;
    const uint8_t *addr = s->local.addr;
    return memcmp(addr, any4, 16) == 0 || memcmp(addr, any6, 16) == 0 ||
           memcmp(addr, key->laddr, 16) == 0;
}

/* Accepts a SYN for a listener. The socket is made when the handshake is complete, so that a failed handshake leaves no
 * socket behind. */
static bool socket_on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                          struct app_accept *accept)
{
    struct socket_app *app = self;
    (void)syn;
    for (int fd = 0; fd < app->count; fd++) {
        const struct socket *s = &app->sockets[fd];
        if (!matches(s, key))
            continue;
        accept->busy = s->queued >= s->backlog;
        if (accept->busy)
            return false;
        *accept = socket_table_offer(s, fd);
        return true;
    }
    return false;
}

static int admit(struct socket_app *app, uint32_t conn, int listener)
{
    int fd = socket_table_make(app);
    if (fd < 0)
        return fd;
    struct socket *s = &app->sockets[fd], *from = &app->sockets[listener];
    struct dir_view view;
    host_conn_view(app->host, conn, &view);
    s->rcvbuf = from->rcvbuf;
    s->sndbuf = from->sndbuf;
    if (!socket_buffer_init(&s->rx, (uint32_t)s->rcvbuf) ||
        !socket_buffer_init(&s->tx, (uint32_t)s->sndbuf)) {
        socket_table_release(app, fd);
        return -ENOMEM;
    }
    s->state = SOCKET_CONNECTED;
    s->conn = conn;
    s->nodelay = from->nodelay;
    s->keepalive = from->keepalive;
    s->keepidle = from->keepidle;
    s->keepintvl = from->keepintvl;
    s->keepcnt = from->keepcnt;
    s->cork = from->cork;
    s->maxseg = from->maxseg;
    s->linger_zero = from->linger_zero;
    s->read_ahead = from->read_ahead;
    s->user_timeout_ms = from->user_timeout_ms;
    s->dscp = from->dscp;
    s->ttl = from->ttl;
    s->local = (struct socket_address){.ip_version = view.key.ip_version, .port = view.key.lport};
    s->peer = (struct socket_address){.ip_version = view.key.ip_version, .port = view.key.rport};
    memcpy(s->local.addr, view.key.laddr, 16);
    memcpy(s->peer.addr, view.key.raddr, 16);
    s->queued_here = true;
    s->queue_next = NO_SOCKET;
    if (from->queue_last == NO_SOCKET)
        from->queue_first = fd;
    else
        app->sockets[from->queue_last].queue_next = fd;
    from->queue_last = fd;
    from->queued++;
    return fd;
}

static void socket_on_established(void *self, uint32_t conn, uint32_t cookie)
{
    struct socket_app *app = self;
    int listener = (int)cookie;
    assert(conn < app->conn_max && listener < app->count);
    if (app->by_conn[conn] != NO_SOCKET) { /* the program called connect() */
        struct socket *s = &app->sockets[app->by_conn[conn]];
        s->state = SOCKET_CONNECTED;
        serve(app, s);
        return;
    }
    bool there = app->sockets[listener].state == SOCKET_LISTENING;
    int fd = there ? admit(app, conn, listener) : -ECONNABORTED;
    app->by_conn[conn] = fd < 0 ? NO_SOCKET : fd;
    if (fd < 0)
        host_conn_abort(app->host, conn);
}

static void socket_on_progress(void *self, uint32_t conn, uint32_t cookie)
{
    struct socket_app *app = self;
    (void)cookie;
    assert(conn < app->conn_max);
    if (app->by_conn[conn] != NO_SOCKET)
        serve(app, &app->sockets[app->by_conn[conn]]);
}

static void socket_on_peer_fin(void *self, uint32_t conn, uint32_t cookie)
{
    struct socket_app *app = self;
    assert(conn < app->conn_max);
    if (app->by_conn[conn] != NO_SOCKET)
        app->sockets[app->by_conn[conn]].peer_fin = true;
    socket_on_progress(self, conn, cookie);
}

static void socket_on_urgent(void *self, uint32_t conn, uint32_t cookie)
{
    struct socket_app *app = self;
    (void)cookie;
    assert(conn < app->conn_max);
    if (app->by_conn[conn] != NO_SOCKET)
        app->sockets[app->by_conn[conn]].urgent = true;
}

static void socket_on_notice(void *self, uint32_t conn, uint32_t cookie, enum nic_notice notice)
{
    struct socket_app *app = self;
    (void)cookie;
    assert(conn < app->conn_max);
    if (app->by_conn[conn] == NO_SOCKET)
        return;
    struct socket *s = &app->sockets[app->by_conn[conn]];
    s->notice = (uint8_t)notice;
    s->notices++;
}

static int error_of(enum nic_term_cause cause)
{
    switch (cause) {
    case NIC_TERM_NONE:
        return 0;
    case NIC_TERM_REMOTE_RESET:
        return ECONNRESET;
    case NIC_TERM_RTX_EXHAUSTED:
    case NIC_TERM_KEEPALIVE:
    case NIC_TERM_HANDSHAKE_TIMEOUT:
        return ETIMEDOUT;
    case NIC_TERM_LOCAL_ABORT:
        return ECONNABORTED;
    case NIC_TERM_UNREACHABLE:
        return EHOSTUNREACH;
    case NIC_TERM_PORT_UNREACHABLE:
        return ECONNREFUSED;
    case NIC_TERM_CTX_ERROR:
    case NIC_TERM_ENGINE_ERROR:
        return EIO;
    }
    return EIO;
}

static void undirty(struct socket_app *app, int fd)
{
    int *link = &app->dirty_first;
    while (*link != fd)
        link = &app->sockets[*link].dirty_next;
    *link = app->sockets[fd].dirty_next;
    app->sockets[fd].dirty = false;
}

/* Records that connect() has failed. The socket becomes new again, so that the program can try once more. */
static void connect_failed(struct socket *s, int error)
{
    s->state = SOCKET_NEW;
    s->error = error;
    s->fin_wanted = s->abort_wanted = s->read_shut = false;
    if (!s->port_given)
        s->local.port = 0;
    socket_buffer_free(&s->rx);
    socket_buffer_free(&s->tx);
}

/* Opens the connection that the program has asked for with connect(). Only the core may act on the host, so this waits
 * until the core runs. */
static void start_connect(struct socket_app *app, int fd)
{
    struct socket *s = &app->sockets[fd];
    s->connect_wanted = false;
    app->connects_wanted--;
    struct host_connect request = {.ip_version = s->peer.ip_version,
                                   .rport = s->peer.port,
                                   .lport = s->local.port,
                                   .offer = socket_table_offer(s, fd)};
    memcpy(request.raddr, s->peer.addr, sizeof request.raddr);
    uint32_t conn;
    int error = host_conn_connect(app->host, &request, &conn);
    if (error) {
        connect_failed(s, -error);
        return;
    }
    struct dir_view view;
    host_conn_view(app->host, conn, &view);
    s->conn = conn;
    s->local.port = view.key.lport;
    memcpy(s->local.addr, view.key.laddr, sizeof s->local.addr);
    app->by_conn[conn] = fd;
}

static void socket_on_closed(void *self, uint32_t conn, uint32_t cookie, enum nic_term_cause cause)
{
    struct socket_app *app = self;
    (void)cookie;
    assert(conn < app->conn_max);
    int fd = app->by_conn[conn];
    app->by_conn[conn] = NO_SOCKET;
    if (fd == NO_SOCKET)
        return;
    struct socket *s = &app->sockets[fd];
    if (s->dirty)
        undirty(app, fd);
    s->conn = NO_CONN;
    s->error = error_of(cause);
    if (s->state == SOCKET_CONNECTING)
        connect_failed(s, cause == NIC_TERM_REMOTE_RESET ? ECONNREFUSED : s->error);
    if (s->orphan)
        socket_table_release(app, fd);
}

static uint64_t socket_on_run(void *self, uint64_t now_ps)
{
    struct socket_app *app = self;
    (void)now_ps;
    for (int fd = 0; app->connects_wanted > 0 && fd < app->count; fd++)
        if (app->sockets[fd].connect_wanted)
            start_connect(app, fd);
    while (app->dirty_first != NO_SOCKET) {
        struct socket *s = &app->sockets[app->dirty_first];
        app->dirty_first = s->dirty_next;
        s->dirty = false;
        serve(app, s);
    }
    return TIME_NEVER;
}

const struct app_ops *socket_app_ops(void)
{
    static const struct app_ops ops = {
        .on_syn = socket_on_syn,
        .on_cookie_syn = socket_on_syn, /* it stores no state */
        .on_established = socket_on_established,
        .on_readable = socket_on_progress,
        .on_writable = socket_on_progress,
        .on_peer_fin = socket_on_peer_fin,
        .on_urgent = socket_on_urgent,
        .on_notice = socket_on_notice,
        .on_closed = socket_on_closed,
        .on_run = socket_on_run,
    };
    return &ops;
}
