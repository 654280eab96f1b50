/* This file lists the options of a socket, with their ranges and with the states in which a program may set them. */
#include "host-sw/app/socket_options.h"

#include "host-sw/app/socket_table.h"

#include <errno.h>

enum {
    BUFFER_BYTES_MIN = 4096,
    BUFFER_BYTES_MAX = 1 << 24,
    MAXSEG_MIN = 88,
    MAXSEG_MAX = 9000,
    USER_TIMEOUT_MS_MAX = 6553500, /* 16 bits of 100 ms in the context */
    DSCP_MAX = 63,
    KEEPIDLE_MAX = 32767, /* as on Linux */
    KEEPCNT_MAX = 127,
};

struct option_row {
    size_t at; /* offset of an int in struct socket; 0 if there is no such option */
    int min, max;
    bool is_flag;    /* any value other than 0 counts as 1 */
    bool of_live;    /* may be set on a connection too */
    bool in_context; /* a new value changes the connection's context */
    bool or_zero;    /* 0 is allowed in addition to the range */
};

#define FLAG(field) .at = offsetof(struct socket, field), .is_flag = true
#define IN_CONTEXT .of_live = true, .in_context = true

static const struct option_row *row_of(enum socket_option option)
{
    static const struct option_row rows[] = {
        [SOCKET_NODELAY] = {FLAG(nodelay), IN_CONTEXT},
        [SOCKET_KEEPALIVE] = {FLAG(keepalive), IN_CONTEXT},
        [SOCKET_MAXSEG] = {offsetof(struct socket, maxseg), MAXSEG_MIN, MAXSEG_MAX, .or_zero = true,
                           IN_CONTEXT},
        [SOCKET_CORK] = {FLAG(cork), IN_CONTEXT},
        [SOCKET_KEEPIDLE] = {offsetof(struct socket, keepidle), 0, KEEPIDLE_MAX, IN_CONTEXT},
        [SOCKET_KEEPINTVL] = {offsetof(struct socket, keepintvl), 0, UINT8_MAX, IN_CONTEXT},
        [SOCKET_KEEPCNT] = {offsetof(struct socket, keepcnt), 0, KEEPCNT_MAX, IN_CONTEXT},
        [SOCKET_RCVBUF] = {offsetof(struct socket, rcvbuf), BUFFER_BYTES_MIN, BUFFER_BYTES_MAX,
                           .of_live = true},
        [SOCKET_SNDBUF] = {offsetof(struct socket, sndbuf), BUFFER_BYTES_MIN, BUFFER_BYTES_MAX,
                           .of_live = true},
        [SOCKET_DSCP] = {offsetof(struct socket, dscp), 0, DSCP_MAX, IN_CONTEXT},
        [SOCKET_TTL] = {offsetof(struct socket, ttl), 1, UINT8_MAX},
        [SOCKET_USER_TIMEOUT] = {offsetof(struct socket, user_timeout_ms), 0, USER_TIMEOUT_MS_MAX,
                                 IN_CONTEXT},
        [SOCKET_OFFER] = {offsetof(struct socket, offer), 0, UINT8_MAX},
        [SOCKET_WINDOW_SCALE] = {offsetof(struct socket, window_scale), 0, TCP_WS_MAX},
        [SOCKET_READ_AHEAD] = {FLAG(read_ahead), .of_live = true},
        [SOCKET_LINGER_ZERO] = {FLAG(linger_zero), .of_live = true},
    };
    bool known = (size_t)option < sizeof rows / sizeof *rows && rows[option].at != 0;
    return known ? &rows[option] : NULL;
}

/* Resizes the buffer of a connection at once. A buffer never becomes smaller than the bytes that it holds. */
static int resize(struct socket *s, enum socket_option option, int value)
{
    struct socket_buffer *b = option == SOCKET_RCVBUF ? &s->rx : &s->tx;
    if ((option != SOCKET_RCVBUF && option != SOCKET_SNDBUF) || !b->bytes)
        return 0;
    return socket_buffer_resize(b, (uint32_t)value) ? 0 : -ENOMEM;
}

int socket_app_set(struct socket_app *app, int fd, enum socket_option option, int value)
{
    struct socket *s = socket_table_get(app, fd);
    const struct option_row *row = row_of(option);
    if (!s)
        return -EBADF;
    if (!row)
        return -EINVAL;
    bool is_live = s->state == SOCKET_CONNECTED || s->state == SOCKET_CONNECTING;
    if (is_live && !row->of_live)
        return -EOPNOTSUPP;
    bool fits =
        row->is_flag || (value >= row->min && value <= row->max) || (row->or_zero && value == 0);
    if (!fits)
        return -EINVAL;
    *(int *)((char *)s + row->at) = row->is_flag ? value != 0 : value;
    if (is_live && row->in_context) {
        s->options_new = true;
        socket_table_touch(app, fd);
    }
    return resize(s, option, value);
}

int socket_app_get(struct socket_app *app, int fd, enum socket_option option, int *value)
{
    struct socket *s = socket_table_get(app, fd);
    const struct option_row *row = row_of(option);
    if (!s)
        return -EBADF;
    *value = row ? *(const int *)((const char *)s + row->at) : -socket_table_take_error(s);
    return 0;
}
