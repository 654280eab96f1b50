/* Sockets for a program outside the simulation: what they are, and the application that serves them. The program's
 * calls are in socket_calls.h and socket_options.h. A connected socket has a buffer in each direction between the
 * program and the host's rings. */
#ifndef TOESIM_APP_SOCKET_APP_H
#define TOESIM_APP_SOCKET_APP_H

#include "host-sw/types/application.h"
#include "host-sw/types/dir_view.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SOCKET_APP_SOCKETS_MAX = 65536, SOCKET_APP_BUFFER_BYTES = 65536 };

struct socket_app; /* opaque */

struct socket_address {
    uint8_t ip_version; /* 4 or 6; the family of the socket */
    uint8_t addr[16];   /* IPv4 as ::ffff:a.b.c.d; all zero, or ::ffff:0.0.0.0: any */
    uint16_t port;
};

/* A connection begins with the options of its listener. Options "of a listener" are sent in the SYN-ACK or stored in
 * the constant line of the context, so setting them on a connection fails with EOPNOTSUPP. */
enum socket_option {
    SOCKET_NODELAY,
    SOCKET_KEEPALIVE,
    SOCKET_KEEPIDLE,  /* 1 to 32,767 s until the first probe; 0: the team's */
    SOCKET_KEEPINTVL, /* 1 to 255 s between probes; 0: the team's */
    SOCKET_KEEPCNT,   /* 1 to 127 probes; 0: the team's */
    SOCKET_CORK,      /* only full segments leave, but for what lay one timeout */
    SOCKET_MAXSEG,    /* 0: from the MTU; on a connection it only falls */
    SOCKET_RCVBUF,    /* bytes of the buffers */
    SOCKET_SNDBUF,
    SOCKET_DSCP,         /* 0 to 63 */
    SOCKET_USER_TIMEOUT, /* ms until unanswered data ends it; 0: the team's R2 */
    SOCKET_TTL,          /* of a listener: 1 to 255; or hop limit */
    SOCKET_OFFER,        /* of a listener: enum ctx_feature bits the SYN-ACK may carry */
    SOCKET_WINDOW_SCALE, /* of a listener: 0 to 14 */
    SOCKET_READ_AHEAD,   /* of a listener; 0: only what recv() asked for is taken from the ring */
    SOCKET_LINGER_ZERO,  /* close() resets the connection */
    SOCKET_ERROR,        /* read only; reading clears it */
};

struct socket_info {
    enum tcp_state state; /* as the host was last told */
    bool established, peer_fin;
    enum nic_notice notice; /* last trouble that ended nothing */
    uint32_t notices;
    struct dir_view view;       /* owner, receiving NIC, generation, moves, bytes */
    uint32_t readable, unacked; /* bytes in the host's rings */
    uint32_t rcvbuf_used, sndbuf_used;
};

struct socket_app *socket_app_create(uint32_t conn_max);
void socket_app_destroy(struct socket_app *app);
/* The host must be known before its first callback. */
void socket_app_attach(struct socket_app *app, struct host_sw *host);
/* Returns the operations, whose self is the app. */
const struct app_ops *socket_app_ops(void);

/* Returns true once after calls that the simulated core must act on, so that the caller kicks the core. */
bool socket_app_wants_kick(struct socket_app *app);

#ifdef __cplusplus
}
#endif

#endif
