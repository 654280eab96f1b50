/* An HTTP/1.1 server for static files, with GET, HEAD, single byte ranges, keep-alive and pipelined requests. It
 * answers a request that RFC 9112 forbids with 400, and one that is not complete after 10 to 20 s with 408. */
#ifndef TOESIM_APP_HTTP_SERVER_H
#define TOESIM_APP_HTTP_SERVER_H

#include "host-sw/app/http_files.h"
#include "host-sw/types/application.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HTTP_PORT = 80 };

struct http_server_stats {
    uint64_t accepted, closed, terminated;
    uint64_t requests, errors; /* errors counts the answers with 4xx or 5xx */
    uint64_t bytes_sent;       /* bytes of headers and bodies */
};

struct http_server; /* opaque */

/* The server borrows files for its lifetime. accept has the options of each connection; its cookie is not used. Returns
 * null if no memory is left. */
struct http_server *http_server_create(const struct http_files *files, uint32_t conn_max,
                                       const struct app_accept *accept);
void http_server_destroy(struct http_server *server);
/* The host must be known before its first callback. */
void http_server_attach(struct http_server *server, struct host_sw *host);

/* Returns the operations, whose self is the server. */
const struct app_ops *http_server_ops(void);

const struct http_server_stats *http_server_get_stats(const struct http_server *server);

#ifdef __cplusplus
}
#endif

#endif
