#include "host-sw/app/inet_server.h"
#include "host-sw/dispatch/conn_api.h"

#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 16384 };
enum { LINE_CHARS = 72, LINE_BYTES = LINE_CHARS + 2, PRINTING_FIRST = 32, PRINTING_COUNT = 95 };

struct inet_conn {
    uint64_t sent; /* chargen: position in its stream */
    bool peer_fin;
    bool closed; /* the server has closed the connection */
};

struct inet_server {
    enum inet_service service;
    uint32_t conn_max;
    struct app_accept accept;
    struct host_sw *host;
    struct inet_server_stats stats;
    uint8_t chunk[CHUNK_BYTES];
    struct inet_conn conns[]; /* by connection id */
};

struct inet_server *inet_server_create(enum inet_service service, uint32_t conn_max,
                                       const struct app_accept *accept)
{
    assert(conn_max > 0);
    struct inet_server *server = calloc(1, sizeof *server + conn_max * sizeof server->conns[0]);
    if (!server)
        return NULL;
    server->service = service;
    server->conn_max = conn_max;
    server->accept = *accept;
    return server;
}

void inet_server_destroy(struct inet_server *server) { free(server); }

void inet_server_attach(struct inet_server *server, struct host_sw *host) { server->host = host; }

uint8_t inet_chargen_byte(uint64_t offset)
{
    uint64_t line = offset / LINE_BYTES, column = offset % LINE_BYTES;
    if (column >= LINE_CHARS)
        return column == LINE_CHARS ? '\r' : '\n';
    return (uint8_t)(PRINTING_FIRST + (line + column) % PRINTING_COUNT);
}

static struct inet_conn *conn_of(struct inet_server *server, uint32_t id)
{
    assert(id < server->conn_max);
    return &server->conns[id];
}

static void close_once(struct inet_server *server, uint32_t id, struct inet_conn *conn)
{
    if (conn->closed)
        return;
    conn->closed = true;
    host_conn_close(server->host, id);
}

/* Sends back what the peer has sent. It reads no more bytes than the transmit ring has room for, because the server
 * keeps no bytes between two calls. */
static void serve_echo(struct inet_server *server, uint32_t id, struct inet_conn *conn)
{
    uint32_t len;
    do {
        len = u32_min(host_conn_writable(server->host, id), CHUNK_BYTES);
        if (len > 0)
            len = host_conn_read(server->host, id, server->chunk, len);
        if (len > 0) {
            uint32_t taken = host_conn_write(server->host, id, server->chunk, len);
            assert(taken == len);
            server->stats.bytes_received += len;
            server->stats.bytes_sent += taken;
        }
    } while (len > 0);
    if (conn->peer_fin && host_conn_readable(server->host, id) == 0)
        close_once(server, id, conn);
}

static void read_away(struct inet_server *server, uint32_t id)
{
    uint32_t len;
    while ((len = host_conn_read(server->host, id, server->chunk, CHUNK_BYTES)) > 0)
        server->stats.bytes_received += len;
}

static void serve_chargen(struct inet_server *server, uint32_t id, struct inet_conn *conn)
{
    uint32_t len;
    while (!conn->peer_fin &&
           (len = u32_min(host_conn_writable(server->host, id), CHUNK_BYTES)) > 0) {
        for (uint32_t i = 0; i < len; i++)
            server->chunk[i] = inet_chargen_byte(conn->sent + i);
        uint32_t taken = host_conn_write(server->host, id, server->chunk, len);
        conn->sent += taken;
        server->stats.bytes_sent += taken;
        if (taken < len)
            break;
    }
}

static void serve(struct inet_server *server, uint32_t id, struct inet_conn *conn)
{
    if (conn->closed)
        return;
    switch (server->service) {
    case INET_ECHO:
        serve_echo(server, id, conn);
        return;
    case INET_DISCARD:
        read_away(server, id);
        break;
    case INET_CHARGEN:
        read_away(server, id);
        serve_chargen(server, id, conn);
        break;
    }
    if (conn->peer_fin)
        close_once(server, id, conn);
}

static bool inet_on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                        struct app_accept *accept)
{
    struct inet_server *server = self;
    (void)key, (void)syn;
    *accept = server->accept;
    return true;
}

static void inet_on_established(void *self, uint32_t id, uint32_t cookie)
{
    struct inet_server *server = self;
    struct inet_conn *conn = conn_of(server, id);
    (void)cookie;
    *conn = (struct inet_conn){0};
    server->stats.accepted++;
    serve(server, id, conn);
}

static void inet_on_progress(void *self, uint32_t id, uint32_t cookie)
{
    struct inet_server *server = self;
    (void)cookie;
    serve(server, id, conn_of(server, id));
}

static void inet_on_peer_fin(void *self, uint32_t id, uint32_t cookie)
{
    struct inet_server *server = self;
    struct inet_conn *conn = conn_of(server, id);
    (void)cookie;
    conn->peer_fin = true;
    serve(server, id, conn);
}

static void inet_on_closed(void *self, uint32_t id, uint32_t cookie, enum nic_term_cause cause)
{
    struct inet_server *server = self;
    (void)id, (void)cookie;
    if (cause == NIC_TERM_NONE)
        server->stats.closed++;
    else
        server->stats.terminated++;
}

const struct app_ops *inet_server_ops(void)
{
    static const struct app_ops ops = {
        .on_syn = inet_on_syn,
        .on_cookie_syn = inet_on_syn, /* it stores no state */
        .on_established = inet_on_established,
        .on_readable = inet_on_progress,
        .on_writable = inet_on_progress,
        .on_peer_fin = inet_on_peer_fin,
        .on_closed = inet_on_closed,
    };
    return &ops;
}

const struct inet_server_stats *inet_server_get_stats(const struct inet_server *server)
{
    return &server->stats;
}
