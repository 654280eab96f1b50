/* Private to the socket application: its table, shared by the core's callbacks (socket_app.c) and
 * the program's calls (socket_calls.c). */
#ifndef TOESIM_APP_SOCKET_TABLE_H
#define TOESIM_APP_SOCKET_TABLE_H

#include "host-sw/app/socket_app.h"
#include "host-sw/app/socket_buffer.h"

#include <stddef.h>

enum { NO_SOCKET = -1 };
#define NO_CONN UINT32_MAX

enum socket_state {
    SOCKET_FREE,
    SOCKET_NEW, /* perhaps bound */
    SOCKET_LISTENING,
    SOCKET_CONNECTING, /* the handshake of connect() is under way */
    SOCKET_CONNECTED,  /* accepted, or in its listener's queue */
};

struct socket {
    enum socket_state state;
    struct socket_address local, peer;
    /* Options (socket_options.c). */
    int nodelay, keepalive, linger_zero, read_ahead;
    int rcvbuf, sndbuf, maxseg, offer, window_scale, dscp, ttl, user_timeout_ms;
    int cork, keepidle, keepintvl, keepcnt;
    uint8_t notice; /* enum nic_notice */
    uint32_t notices;
    /* A listener's. */
    int backlog, queued, queue_first, queue_last;
    /* A connection's. */
    int queue_next, dirty_next;
    bool queued_here; /* in its listener's queue: no program has it yet */
    bool dirty;
    bool connect_wanted; /* CONNECTING: the core has not been asked yet */
    bool port_given;     /* the program bound it */
    bool orphan;         /* the program closed it; the connection still has to end */
    bool fin_wanted, fin_given, abort_wanted, peer_fin, eof, read_shut;
    bool urgent;      /* announced since the program read last */
    bool options_new; /* the host is to be told */
    bool lost;        /* bytes came after the program's close() */
    uint32_t asked;   /* without read_ahead: bytes that recv() waits for */
    uint32_t conn;    /* NO_CONN: it has ended */
    int error;        /* positive errno, reported once */
    struct socket_buffer rx, tx;
};

struct socket_app {
    struct host_sw *host;
    struct socket *sockets;
    int count, capacity, dirty_first;
    int connects_wanted; /* sockets with connect_wanted */
    bool wants_kick;
    uint32_t conn_max;
    int by_conn[]; /* socket of a connection id; NO_SOCKET */
};

/* A new socket, or a negative errno. Pointers into the table are valid until the next one. */
int socket_table_make(struct socket_app *app);
/* Null: the program has no such socket. */
struct socket *socket_table_get(struct socket_app *app, int fd);
/* An error is reported once, then the socket is at its end: a negative errno, or 0. */
int socket_table_take_error(struct socket *s);
/* Its connection has ended. */
void socket_table_release(struct socket_app *app, int fd);
/* What the SYN or SYN-ACK of its connections says, and their context. */
struct app_accept socket_table_offer(const struct socket *s, int fd);
/* The core is to look at this connection when it runs next. */
void socket_table_touch(struct socket_app *app, int fd);

#endif
