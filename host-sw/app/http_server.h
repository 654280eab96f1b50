/* A static-file HTTP/1.1 server: GET, HEAD, single byte ranges, keep-alive, pipelined requests. What RFC
 * 9112 forbids is answered with 400, a request that is begun and not finished within 10 to 20 s with 408. */
#ifndef TOESIM_APP_HTTP_SERVER_H
#define TOESIM_APP_HTTP_SERVER_H

#include "host-sw/app/http_files.h"
#include "host-sw/host_sw.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HTTP_PORT = 80 };

struct http_server_stats {
    uint64_t accepted, closed, terminated;
    uint64_t requests, errors; /* errors: answered with 4xx or 5xx */
    uint64_t bytes_sent;       /* of headers and bodies */
};

struct http_server; /* opaque */

/* files are borrowed as long as the server lives. accept: for each connection; its cookie is not
 * used. Null when memory is short. */
struct http_server *http_server_create(const struct http_files *files, uint32_t conn_max,
                                       const struct app_accept *accept);
void http_server_destroy(struct http_server *server);
/* The host must be known before its first callback. */
void http_server_attach(struct http_server *server, struct host_sw *host);

/* Self is the server. */
const struct app_ops *http_server_ops(void);

const struct http_server_stats *http_server_get_stats(const struct http_server *server);

#ifdef __cplusplus
}
#endif

#endif
