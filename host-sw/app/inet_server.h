/* The small services that are commonly used to test TCP: echo (RFC 862), discard (RFC 863) and the character generator
 * (RFC 864). */
#ifndef TOESIM_APP_INET_SERVER_H
#define TOESIM_APP_INET_SERVER_H

#include "host-sw/types/application.h"

#ifdef __cplusplus
extern "C" {
#endif

enum inet_service { INET_ECHO = 7, INET_DISCARD = 9, INET_CHARGEN = 19 }; /* their ports */

struct inet_server_stats {
    uint64_t accepted, closed, terminated;
    uint64_t bytes_received, bytes_sent;
};

struct inet_server; /* opaque */

/* accept has the options of each connection; its cookie is not used. Returns null if no memory is left. */
struct inet_server *inet_server_create(enum inet_service service, uint32_t conn_max,
                                       const struct app_accept *accept);
void inet_server_destroy(struct inet_server *server);
/* The host must be known before its first callback. */
void inet_server_attach(struct inet_server *server, struct host_sw *host);

/* Returns the operations, whose self is the server. */
const struct app_ops *inet_server_ops(void);

const struct inet_server_stats *inet_server_get_stats(const struct inet_server *server);

/* Returns one byte of the character generator's stream. Each line has 72 of the 95 printing characters, and begins one
 * character after the beginning of the line before. */
uint8_t inet_chargen_byte(uint64_t offset);

#ifdef __cplusplus
}
#endif

#endif
