#include "host-sw/app/http_server.h"
#include "host-sw/dispatch/conn_api.h"

#include "host-sw/app/http_request.h"
#include "models/base/units.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES_MAX = 8192, REPLY_BYTES_MAX = 512 };
#define LOOK_PERIOD_PS (10 * PS_PER_S)

/* One of these belongs to each connection. The requests of a connection are answered one after the other. */
struct http_conn {
    struct http_conn *next_free;
    uint32_t head_len; /* bytes in head: a request's, and perhaps those of the next ones */
    uint32_t reply_len, reply_sent;
    const uint8_t *body;
    uint64_t body_len, body_sent;
    uint64_t skip; /* bytes of a request's body that are still to be discarded */
    bool answering, close_after, peer_fin, closed;
    bool was_waiting; /* the last look found it in the middle of a request */
    char head[HEAD_BYTES_MAX];
    char reply[REPLY_BYTES_MAX];
};

struct http_server {
    const struct http_files *files;
    uint32_t conn_max;
    struct app_accept accept;
    struct host_sw *host;
    struct http_server_stats stats;
    uint64_t look_ps; /* when the server looks for stuck requests again */
    struct http_conn *free_first;
    struct http_conn *conns[]; /* by connection id; null if there is no connection */
};

struct http_server *http_server_create(const struct http_files *files, uint32_t conn_max,
                                       const struct app_accept *accept)
{
    assert(files && conn_max > 0);
    struct http_server *server = calloc(1, sizeof *server + conn_max * sizeof server->conns[0]);
    if (!server)
        return NULL;
    server->files = files;
    server->conn_max = conn_max;
    server->accept = *accept;
    return server;
}

void http_server_destroy(struct http_server *server)
{
    if (!server)
        return;
    for (uint32_t i = 0; i < server->conn_max; i++)
        free(server->conns[i]);
    while (server->free_first) {
        struct http_conn *conn = server->free_first;
        server->free_first = conn->next_free;
        free(conn);
    }
    free(server);
}

void http_server_attach(struct http_server *server, struct host_sw *host) { server->host = host; }

/* --- answers --- */

static const char *status_text(unsigned status)
{
    switch (status) {
    case 200:
        return "OK";
    case 206:
        return "Partial Content";
    case 400:
        return "Bad Request";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 414:
        return "URI Too Long";
    case 416:
        return "Range Not Satisfiable";
    case 431:
        return "Request Header Fields Too Large";
    case 501:
        return "Not Implemented";
    default:
        assert(status == 505);
        return "HTTP Version Not Supported";
    }
}

/* Builds the head of an answer. It has no Date field, because the server has no clock (RFC 9110 6.6.1). `extra` holds
 * further fields, each of which ends with CRLF. */
static void answer(struct http_conn *conn, unsigned status, const char *type, uint64_t len,
                   const char *extra)
{
    int n = snprintf(
        conn->reply, sizeof conn->reply,
        "HTTP/1.1 %u %s\r\nServer: toesim\r\nContent-Type: %s\r\n"
        "Content-Length: %" PRIu64 "\r\nAccept-Ranges: bytes\r\n%sConnection: %s\r\n\r\n",
        status, status_text(status), type, len, extra, conn->close_after ? "close" : "keep-alive");
    assert(n > 0 && n < (int)sizeof conn->reply);
    conn->reply_len = (uint32_t)n;
    conn->reply_sent = 0;
    conn->body_sent = conn->body_len = 0;
    conn->answering = true;
}

static void answer_error(struct http_server *server, struct http_conn *conn, unsigned status,
                         const char *extra)
{
    server->stats.errors++;
    answer(conn, status, "text/plain", 0, extra);
}

/* Computes the range of bytes that the request asks for. Returns false if none of them is in the file
 * (RFC 9110 14.1.2). */
static bool resolve_range(const struct http_request *request, uint64_t len, uint64_t *first,
                          uint64_t *count)
{
    if (request->range == HTTP_RANGE_SUFFIX) {
        *count = u64_min(request->suffix, len);
        *first = len - *count;
        return *count > 0;
    }
    if (request->first >= len)
        return false;
    *first = request->first;
    *count = u64_min(request->last, len - 1) - *first + 1;
    return true;
}

static void answer_file(struct http_server *server, struct http_conn *conn,
                        const struct http_request *request, const struct http_file *file)
{
    char extra[96] = "";
    uint64_t first = 0, count = file->len;
    bool part = request->range != HTTP_RANGE_NONE;
    if (part && !resolve_range(request, file->len, &first, &count)) {
        (void)snprintf(extra, sizeof extra, "Content-Range: bytes */%" PRIu64 "\r\n", file->len);
        answer_error(server, conn, 416, extra);
        return;
    }
    if (part)
        (void)snprintf(extra, sizeof extra,
                       "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", first,
                       first + count - 1, file->len);
    answer(conn, part ? 206 : 200, file->type, count, extra);
    if (request->method == HTTP_GET) {
        conn->body = file->bytes + first;
        conn->body_len = count;
    }
}

static void on_request(struct http_server *server, struct http_conn *conn, size_t head_len)
{
    struct http_request request;
    server->stats.requests++;
    conn->was_waiting = false;
    unsigned status = http_request_parse(conn->head, head_len, &request);
    if (status != 0) {
        conn->close_after = true;
        answer_error(server, conn, status, "");
        return;
    }
    conn->close_after = !request.keep_alive;
    conn->skip = request.body_bytes;
    const struct http_file *file = http_files_find(server->files, request.path);
    if (request.method == HTTP_OTHER_METHOD)
        answer_error(server, conn, 405, "Allow: GET, HEAD\r\n");
    else if (!file)
        answer_error(server, conn, 404, "");
    else
        answer_file(server, conn, &request, file);
}

/* --- bytes in and out --- */

/* Writes the answer into the transmit ring. Returns true if all of it has been written. */
static bool send_answer(struct http_server *server, uint32_t id, struct http_conn *conn)
{
    while (conn->reply_sent < conn->reply_len) {
        uint32_t n = host_conn_write(server->host, id, conn->reply + conn->reply_sent,
                                     conn->reply_len - conn->reply_sent);
        if (n == 0)
            return false;
        conn->reply_sent += n;
        server->stats.bytes_sent += n;
    }
    while (conn->body_sent < conn->body_len) {
        uint64_t left = u64_min(conn->body_len - conn->body_sent, UINT32_MAX);
        uint32_t n =
            host_conn_write(server->host, id, conn->body + conn->body_sent, (uint32_t)left);
        if (n == 0)
            return false;
        conn->body_sent += n;
        server->stats.bytes_sent += n;
    }
    return true;
}

static void forget_head(struct http_conn *conn, size_t bytes)
{
    assert(bytes <= conn->head_len);
    conn->head_len -= (uint32_t)bytes;
    memmove(conn->head, conn->head + bytes, conn->head_len);
}

/* Reads more bytes. Returns true if the caller should go on, because an answer has begun or because bytes of a body
 * have been discarded. */
static bool take_request(struct http_server *server, uint32_t id, struct http_conn *conn)
{
    conn->head_len += host_conn_read(server->host, id, conn->head + conn->head_len,
                                     (uint32_t)sizeof conn->head - conn->head_len);
    if (conn->skip > 0) {
        uint32_t n = (uint32_t)u64_min(conn->skip, conn->head_len);
        forget_head(conn, n);
        conn->skip -= n;
        conn->was_waiting = conn->was_waiting && n == 0; /* a body that arrives is not stuck */
        return n > 0;
    }
    /* An empty line before a request is ignored (RFC 9112 2.2). */
    while (conn->head_len >= 2 && memcmp(conn->head, "\r\n", 2) == 0)
        forget_head(conn, 2);
    size_t head = http_request_head_bytes(conn->head, conn->head_len);
    if (head > 0) {
        on_request(server, conn, head);
        forget_head(conn, head);
        return true;
    }
    if (conn->head_len < sizeof conn->head)
        return false;
    conn->close_after = true;
    answer_error(server, conn, 431, "");
    return true;
}

static void serve(struct http_server *server, uint32_t id, struct http_conn *conn)
{
    while (!conn->closed) {
        if (conn->answering && !send_answer(server, id, conn))
            return;
        bool ended = conn->answering && conn->close_after;
        conn->answering = false;
        if (!ended && take_request(server, id, conn))
            continue;
        if (!ended && !conn->peer_fin)
            return;
        conn->closed = true;
        host_conn_close(server->host, id);
    }
    /* After the last answer the server still reads, and discards the bytes, so that the window does not close. */
    while (host_conn_read(server->host, id, conn->head, sizeof conn->head) > 0)
        continue;
}

/* Answers 408 to a request that has begun and is still incomplete after one to two periods (RFC 9110 15.5.9). A
 * connection may stay idle between two requests for any length of time. */
static uint64_t http_on_run(void *self, uint64_t now_ps)
{
    struct http_server *server = self;
    if (now_ps >= server->look_ps) {
        server->look_ps = now_ps + LOOK_PERIOD_PS;
        for (uint32_t id = 0; id < server->conn_max; id++) {
            struct http_conn *conn = server->conns[id];
            if (!conn)
                continue;
            bool waits =
                !conn->answering && !conn->closed && (conn->head_len > 0 || conn->skip > 0);
            if (waits && conn->was_waiting) {
                conn->close_after = true;
                answer_error(server, conn, 408, "");
                serve(server, id, conn);
            }
            conn->was_waiting = waits;
        }
    }
    return server->look_ps;
}

static bool http_on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                        struct app_accept *accept)
{
    struct http_server *server = self;
    (void)key, (void)syn;
    *accept = server->accept;
    return true;
}

static void http_on_established(void *self, uint32_t id, uint32_t cookie)
{
    struct http_server *server = self;
    (void)cookie;
    assert(id < server->conn_max && !server->conns[id]);
    struct http_conn *conn = server->free_first;
    if (conn)
        server->free_first = conn->next_free;
    else
        conn = malloc(sizeof *conn);
    if (!conn) {
        host_conn_abort(server->host, id);
        return;
    }
    memset(conn, 0, offsetof(struct http_conn, head));
    server->conns[id] = conn;
    server->stats.accepted++;
}

static void http_on_progress(void *self, uint32_t id, uint32_t cookie)
{
    struct http_server *server = self;
    (void)cookie;
    assert(id < server->conn_max);
    if (server->conns[id])
        serve(server, id, server->conns[id]);
}

static void http_on_peer_fin(void *self, uint32_t id, uint32_t cookie)
{
    struct http_server *server = self;
    assert(id < server->conn_max);
    if (server->conns[id])
        server->conns[id]->peer_fin = true;
    http_on_progress(self, id, cookie);
}

static void http_on_closed(void *self, uint32_t id, uint32_t cookie, enum nic_term_cause cause)
{
    struct http_server *server = self;
    (void)cookie;
    assert(id < server->conn_max);
    struct http_conn *conn = server->conns[id];
    if (conn) {
        conn->next_free = server->free_first;
        server->free_first = conn;
        server->conns[id] = NULL;
    }
    if (cause == NIC_TERM_NONE)
        server->stats.closed++;
    else
        server->stats.terminated++;
}

const struct app_ops *http_server_ops(void)
{
    static const struct app_ops ops = {
        .on_syn = http_on_syn,
        .on_cookie_syn = http_on_syn, /* it stores no state */
        .on_established = http_on_established,
        .on_readable = http_on_progress,
        .on_writable = http_on_progress,
        .on_peer_fin = http_on_peer_fin,
        .on_closed = http_on_closed,
        .on_run = http_on_run,
    };
    return &ops;
}

const struct http_server_stats *http_server_get_stats(const struct http_server *server)
{
    return &server->stats;
}
