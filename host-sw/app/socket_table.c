#include "host-sw/app/socket_table.h"

#include "models/hwif/ctx_enums.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum {
    TTL_DEFAULT = 64,
    WINDOW_SCALE = 4
}; /* the scale lets the window offer a full 512 KiB ring */

int socket_table_make(struct socket_app *app)
{
    int fd = 0;
    while (fd < app->count && app->sockets[fd].state != SOCKET_FREE)
        fd++;
    if (fd == SOCKET_APP_SOCKETS_MAX)
        return -EMFILE;
    if (fd == app->capacity) {
        int capacity = app->capacity ? 2 * app->capacity : 16;
        struct socket *grown = realloc(app->sockets, (size_t)capacity * sizeof *grown);
        if (!grown)
            return -ENOMEM;
        app->sockets = grown;
        app->capacity = capacity;
    }
    app->count = fd == app->count ? fd + 1 : app->count;
    app->sockets[fd] = (struct socket){.state = SOCKET_NEW,
                                       .rcvbuf = SOCKET_APP_BUFFER_BYTES,
                                       .sndbuf = SOCKET_APP_BUFFER_BYTES,
                                       .read_ahead = true,
                                       .ttl = TTL_DEFAULT,
                                       .offer = CTX_FEATURE_MSS | CTX_FEATURE_TS | CTX_FEATURE_WS |
                                                CTX_FEATURE_SACK,
                                       .window_scale = WINDOW_SCALE,
                                       .queue_first = NO_SOCKET,
                                       .queue_last = NO_SOCKET,
                                       .conn = NO_CONN};
    return fd;
}

struct socket *socket_table_get(struct socket_app *app, int fd)
{
    if (fd < 0 || fd >= app->count)
        return NULL;
    struct socket *s = &app->sockets[fd];
    bool hidden = s->state == SOCKET_FREE || s->queued_here || s->orphan;
    return hidden ? NULL : s;
}

void socket_table_release(struct socket_app *app, int fd)
{
    struct socket *s = &app->sockets[fd];
    assert(s->conn == NO_CONN && !s->dirty);
    socket_buffer_free(&s->rx);
    socket_buffer_free(&s->tx);
    s->state = SOCKET_FREE;
}

int socket_table_take_error(struct socket *s)
{
    int error = s->error;
    s->error = 0;
    return -error;
}

void socket_table_touch(struct socket_app *app, int fd)
{
    struct socket *s = &app->sockets[fd];
    if (s->conn == NO_CONN)
        return;
    app->wants_kick = true;
    if (s->dirty)
        return;
    s->dirty = true;
    s->dirty_next = app->dirty_first;
    app->dirty_first = fd;
}

struct app_accept socket_table_offer(const struct socket *s, int fd)
{
    return (struct app_accept){.offered = (uint8_t)s->offer,
                               .mss = (uint16_t)s->maxseg,
                               .rcv_ws = (uint8_t)s->window_scale,
                               .nodelay = s->nodelay,
                               .keepalive = s->keepalive,
                               .keepalive_idle = (uint16_t)s->keepidle,
                               .keepalive_interval = (uint8_t)s->keepintvl,
                               .keepalive_probes = (uint8_t)s->keepcnt,
                               .cork = s->cork,
                               .dscp = (uint8_t)s->dscp,
                               .ttl = (uint8_t)s->ttl,
                               .user_timeout_ms = (uint32_t)s->user_timeout_ms,
                               .cookie = (uint32_t)fd};
}
