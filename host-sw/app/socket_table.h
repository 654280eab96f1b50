/* Private to the socket application: its table, which the core's callbacks (socket_app.c) and the program's calls
 * (socket_calls.c, socket_options.c) share. */
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
    bool
        queued_here; /* the socket is in its listener's queue, so the program does not have it yet */
    bool dirty;
    bool connect_wanted; /* the state is CONNECTING, and the core has not seen the request yet */
    bool port_given;     /* the program has bound the port */
    bool orphan;         /* the program closed it; the connection still has to end */
    bool fin_wanted, fin_given, abort_wanted, peer_fin, eof, read_shut;
    bool urgent;      /* urgent data was announced since the program last read */
    bool options_new; /* the host must still be told of the options */
    bool lost;        /* bytes arrived after the program's close() */
    uint32_t asked;   /* bytes that recv() waits for, without read_ahead */
    uint32_t conn;    /* NO_CONN if the connection has ended */
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
    int by_conn[]; /* socket of each connection id, or NO_SOCKET */
};

/* Makes a new socket. Returns it, or a negative errno. Pointers into the table are valid until the next call. */
int socket_table_make(struct socket_app *app);
/* Returns the socket fd, or null if the program has no such socket. */
struct socket *socket_table_get(struct socket_app *app, int fd);
/* Returns the pending error as a negative errno and clears it, or returns 0. */
int socket_table_take_error(struct socket *s);
/* Releases the socket after its connection has ended. */
void socket_table_release(struct socket_app *app, int fd);
/* Returns the options for the SYN or SYN-ACK and the context of the socket's connections. */
struct app_accept socket_table_offer(const struct socket *s, int fd);
/* Makes the core look at this socket when it runs next. */
void socket_table_touch(struct socket_app *app, int fd);

#endif
