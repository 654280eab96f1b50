#include "host-sw/app/bulk_server.h"
#include "host-sw/dispatch/conn_api.h"

#include <assert.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 16384, NO_FREE = -1 };

/* Each accepted SYN has such an entry. Its index is the cookie that the host gives back with each event. */
struct bulk_conn {
    struct bulk_job job;
    uint64_t sent, received;
    bool peer_fin;
    bool closed; /* the server has closed the connection */
    int32_t next_free;
};

struct bulk_server {
    struct bulk_server_params params;
    struct host_sw *host;
    struct bulk_server_stats stats;
    int32_t free_first;
    uint8_t chunk[CHUNK_BYTES];
    struct bulk_conn conns[];
};

struct bulk_server *bulk_server_create(const struct bulk_server_params *params)
{
    assert(params->conn_max > 0 && params->conn_max <= INT32_MAX);
    assert(params->describe && params->fill && params->on_bytes);
    struct bulk_server *server =
        calloc(1, sizeof *server + (size_t)params->conn_max * sizeof server->conns[0]);
    if (!server)
        return NULL;
    server->params = *params;
    for (uint32_t i = 0; i < params->conn_max; i++)
        server->conns[i].next_free = i + 1 < params->conn_max ? (int32_t)i + 1 : NO_FREE;
    return server;
}

void bulk_server_destroy(struct bulk_server *server) { free(server); }

void bulk_server_attach(struct bulk_server *server, struct host_sw *host) { server->host = host; }

static struct bulk_conn *conn_of(struct bulk_server *server, uint32_t cookie)
{
    assert(cookie < server->params.conn_max);
    return &server->conns[cookie];
}

static void release(struct bulk_server *server, uint32_t cookie)
{
    server->conns[cookie].next_free = server->free_first;
    server->free_first = (int32_t)cookie;
}

static bool bulk_on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                        struct app_accept *accept)
{
    struct bulk_server *server = self;
    struct bulk_job job = {0};
    (void)syn;
    if (key->lport != server->params.port || server->free_first == NO_FREE ||
        !server->params.describe(server->params.self, key, &job)) {
        server->stats.refused++;
        return false;
    }
    uint32_t cookie = (uint32_t)server->free_first;
    struct bulk_conn *conn = &server->conns[cookie];
    server->free_first = conn->next_free;
    *conn = (struct bulk_conn){.job = job};
    *accept = server->params.accept;
    accept->cookie = cookie;
    server->stats.accepted++;
    return true;
}

static bool bulk_on_cookie_syn(void *self, const struct flow_key *key,
                               const struct tcp_segment *syn, struct app_accept *accept)
{
    struct bulk_server *server = self;
    struct bulk_job job = {0};
    (void)syn;
    *accept = server->params.accept;
    return key->lport == server->params.port && server->free_first != NO_FREE &&
           server->params.describe(server->params.self, key, &job);
}

/* Returns how many bytes the server may have sent by now. */
static uint64_t allowed(const struct bulk_conn *conn)
{
    const struct bulk_job *job = &conn->job;
    if (conn->received < job->bytes_before_send)
        return conn->sent;
    if (job->request_bytes == 0)
        return job->bytes_to_send;
    uint64_t answers = conn->received / job->request_bytes * job->response_bytes;
    return answers < job->bytes_to_send ? answers : job->bytes_to_send;
}

static void write_more(struct bulk_server *server, uint32_t id, struct bulk_conn *conn)
{
    uint64_t end = allowed(conn);
    assert(end >= conn->sent);
    while (conn->sent < end) {
        uint64_t len = end - conn->sent;
        uint32_t space = host_conn_writable(server->host, id);
        if (len > space)
            len = space;
        if (len > CHUNK_BYTES)
            len = CHUNK_BYTES;
        if (len == 0)
            return;
        server->params.fill(server->params.self, conn->job.index, conn->sent, server->chunk,
                            (uint32_t)len);
        uint32_t taken = host_conn_write(server->host, id, server->chunk, (uint32_t)len);
        conn->sent += taken;
        server->stats.bytes_sent += taken;
        if (taken < len)
            return;
    }
}

/* Writes as many bytes as fit, and closes the connection if the job is done. */
static void serve(struct bulk_server *server, uint32_t id, struct bulk_conn *conn)
{
    if (conn->closed)
        return;
    write_more(server, id, conn);
    if (conn->sent == conn->job.bytes_to_send && (conn->job.close_when_sent || conn->peer_fin)) {
        conn->closed = true;
        host_conn_close(server->host, id);
    }
}

static void read_all(struct bulk_server *server, uint32_t id, struct bulk_conn *conn)
{
    uint32_t len;
    while ((len = host_conn_read(server->host, id, server->chunk, CHUNK_BYTES)) > 0) {
        server->params.on_bytes(server->params.self, conn->job.index, conn->received, server->chunk,
                                len);
        conn->received += len;
        server->stats.bytes_received += len;
    }
}

static void bulk_on_established(void *self, uint32_t id, uint32_t cookie)
{
    struct bulk_server *server = self;
    server->stats.established++;
    serve(server, id, conn_of(server, cookie));
}

static void bulk_on_readable(void *self, uint32_t id, uint32_t cookie)
{
    struct bulk_server *server = self;
    struct bulk_conn *conn = conn_of(server, cookie);
    read_all(server, id, conn);
    serve(server, id, conn);
}

static void bulk_on_writable(void *self, uint32_t id, uint32_t cookie)
{
    struct bulk_server *server = self;
    serve(server, id, conn_of(server, cookie));
}

static void bulk_on_peer_fin(void *self, uint32_t id, uint32_t cookie)
{
    struct bulk_server *server = self;
    struct bulk_conn *conn = conn_of(server, cookie);
    read_all(server, id, conn);
    conn->peer_fin = true;
    /* After its FIN the peer sends no more bytes, so waiting for more would never end. */
    conn->job.bytes_before_send = 0;
    conn->job.bytes_to_send = allowed(conn);
    serve(server, id, conn);
}

static void bulk_on_closed(void *self, uint32_t id, uint32_t cookie, enum nic_term_cause cause)
{
    struct bulk_server *server = self;
    (void)id;
    if (server->params.on_closed)
        server->params.on_closed(server->params.self, conn_of(server, cookie)->job.index);
    if (cause == NIC_TERM_NONE)
        server->stats.closed++;
    else
        server->stats.terminated++;
    release(server, cookie);
}

const struct app_ops *bulk_server_ops(void)
{
    static const struct app_ops ops = {
        .on_syn = bulk_on_syn,
        .on_cookie_syn = bulk_on_cookie_syn,
        .on_established = bulk_on_established,
        .on_readable = bulk_on_readable,
        .on_writable = bulk_on_writable,
        .on_peer_fin = bulk_on_peer_fin,
        .on_closed = bulk_on_closed,
    };
    return &ops;
}

const struct bulk_server_stats *bulk_server_get_stats(const struct bulk_server *server)
{
    return &server->stats;
}
