/*
 * Sockets for a program outside the simulation: the calls are made between two advances of
 * simulated time, never block, and take effect when the simulated core runs the application next.
 * Each call gives 0 or more, or a negative errno. A connected socket has a buffer each way between
 * the program and the host's rings.
 */
#ifndef TOESIM_APP_SOCKET_APP_H
#define TOESIM_APP_SOCKET_APP_H

#include "host-sw/host_sw.h"

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

/* A connection begins with what its listener has. Those "of a listener" are in the SYN-ACK or in the
 * constant part of the context: on a connection they give EOPNOTSUPP. */
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
/* Self is the app. */
const struct app_ops *socket_app_ops(void);

/* True once after calls that the simulated core should hear of: kick it. */
bool socket_app_wants_kick(struct socket_app *app);

int socket_app_open(struct socket_app *app, uint8_t ip_version);
int socket_app_bind(struct socket_app *app, int fd, const struct socket_address *local);
int socket_app_listen(struct socket_app *app, int fd, int backlog);
int socket_app_accept(struct socket_app *app, int fd, struct socket_address *peer);
/* EINPROGRESS: poll() and SOCKET_ERROR tell the outcome: writable, or an error (ECONNREFUSED,
 * ETIMEDOUT, EHOSTUNREACH, EADDRINUSE and others). The peer is on the link. */
int socket_app_connect(struct socket_app *app, int fd, const struct socket_address *peer);
int64_t socket_app_send(struct socket_app *app, int fd, const void *bytes, uint32_t len);
/* 0: the peer has closed and all was read. peek: what is given stays. */
int64_t socket_app_recv(struct socket_app *app, int fd, void *bytes, uint32_t len, bool peek);
int socket_app_shutdown(struct socket_app *app, int fd, bool read, bool write);
/* Bytes the program has not read reset the connection (RFC 2525 2.17). */
int socket_app_close(struct socket_app *app, int fd);
int socket_app_set(struct socket_app *app, int fd, enum socket_option option, int value);
int socket_app_get(struct socket_app *app, int fd, enum socket_option option, int *value);
int socket_app_info(struct socket_app *app, int fd, struct socket_info *info);
int socket_app_name(struct socket_app *app, int fd, bool peer, struct socket_address *name);
/* POLLIN, POLLOUT, POLLPRI, POLLERR, POLLHUP, POLLRDHUP as they are now. POLLPRI: urgent data was
 * announced since the program read last (it stays in line, RFC 6093); POLLNVAL for no socket. */
short socket_app_poll(struct socket_app *app, int fd);

#ifdef __cplusplus
}
#endif

#endif
