/*
 * The application that serves traffic generators. It sends a byte stream to each client, passes received bytes to a
 * callback, and closes the connection when the job says so. It knows its clients only through `describe`.
 */
#ifndef TOESIM_APP_BULK_SERVER_H
#define TOESIM_APP_BULK_SERVER_H

#include "host-sw/types/application.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The job of the server on one connection. */
struct bulk_job {
    uint32_t index; /* the caller's number of the connection */
    uint64_t bytes_to_send;
    uint64_t bytes_before_send; /* number of bytes to receive before the server sends */
    /* The server answers each request with one response; 0: it sends as fast as it can. */
    uint32_t request_bytes, response_bytes;
    bool close_when_sent; /* close after the last byte; if false, after the peer's FIN */
};

struct bulk_server_params {
    uint16_t port;            /* SYNs to other ports are refused */
    uint32_t conn_max;        /* connection ids of the host */
    struct app_accept accept; /* the options of each connection; the server sets the cookie */
    /* Fills in the job of a new connection. Returns false if the connection is refused. */
    bool (*describe)(void *self, const struct flow_key *key, struct bulk_job *job);
    /* Fills len bytes of the stream sent on connection index from offset. */
    void (*fill)(void *self, uint32_t index, uint64_t offset, uint8_t *bytes, uint32_t len);
    /* Receives the bytes of connection index, in order. */
    void (*on_bytes)(void *self, uint32_t index, uint64_t offset, const uint8_t *bytes,
                     uint32_t len);
    /* Connection index has ended, however that was; may be null. */
    void (*on_closed)(void *self, uint32_t index);
    void *self;
};

struct bulk_server_stats {
    uint64_t accepted, refused, established, closed, terminated;
    uint64_t bytes_sent, bytes_received;
};

struct bulk_server; /* opaque */

struct bulk_server *bulk_server_create(const struct bulk_server_params *params);
void bulk_server_destroy(struct bulk_server *server);

/* The host must be known before its first callback. */
void bulk_server_attach(struct bulk_server *server, struct host_sw *host);

/* Returns the operations for host_sw_create(). Their self is the server. */
const struct app_ops *bulk_server_ops(void);

const struct bulk_server_stats *bulk_server_get_stats(const struct bulk_server *server);

#ifdef __cplusplus
}
#endif

#endif
