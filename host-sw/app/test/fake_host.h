/* A host without a network. It has the calls that an application makes, on a few connections in
 * memory. It replaces host-sw/server in a test program, so only that program's one file includes
 * it, and it is not in the library of helpers. */
#ifndef TOESIM_HOST_TEST_FAKE_HOST_H
#define TOESIM_HOST_TEST_FAKE_HOST_H

#include "host-sw/dispatch/conn_api.h"

#include <assert.h>
#include <string.h>

enum { FAKE_HOST_CONNS = 4, FAKE_HOST_BYTES = 1 << 18 };

struct fake_host_conn {
    uint8_t in[FAKE_HOST_BYTES], out[FAKE_HOST_BYTES];
    uint32_t in_len, in_read, out_len;
    uint32_t space; /* free bytes in the transmit ring */
    uint32_t closes, aborts, sets;
    struct app_accept options; /* the options of the last host_conn_set() */
};

static struct fake_host_conn fake_host[FAKE_HOST_CONNS];
/* The arguments of the last host_conn_connect(). */
static struct host_connect fake_host_request;
static uint32_t fake_host_connects, fake_host_connect_conn;
static int fake_host_connect_error;

/* Makes all connections empty, with this much room. */
static inline void fake_host_reset(uint32_t space)
{
    memset(fake_host, 0, sizeof fake_host);
    fake_host_connects = fake_host_connect_conn = 0;
    fake_host_connect_error = 0;
    for (unsigned i = 0; i < FAKE_HOST_CONNS; i++)
        fake_host[i].space = space;
}

/* Gives bytes of the peer to a connection. The application is not notified. */
static inline void fake_host_put(uint32_t conn, const void *bytes, uint32_t len)
{
    struct fake_host_conn *c = &fake_host[conn];
    assert(c->in_len + len <= FAKE_HOST_BYTES);
    memcpy(c->in + c->in_len, bytes, len);
    c->in_len += len;
}

uint32_t host_conn_readable(const struct host_sw *sw, uint32_t conn)
{
    (void)sw;
    return fake_host[conn].in_len - fake_host[conn].in_read;
}

uint32_t host_conn_read(struct host_sw *sw, uint32_t conn, void *buffer, uint32_t len)
{
    struct fake_host_conn *c = &fake_host[conn];
    uint32_t there = host_conn_readable(sw, conn);
    uint32_t n = len < there ? len : there;
    memcpy(buffer, c->in + c->in_read, n);
    c->in_read += n;
    return n;
}

uint32_t host_conn_writable(const struct host_sw *sw, uint32_t conn)
{
    (void)sw;
    return fake_host[conn].space;
}

uint32_t host_conn_write(struct host_sw *sw, uint32_t conn, const void *bytes, uint32_t len)
{
    struct fake_host_conn *c = &fake_host[conn];
    uint32_t n = len < c->space ? len : c->space;
    (void)sw;
    assert(c->out_len + n <= FAKE_HOST_BYTES);
    memcpy(c->out + c->out_len, bytes, n);
    c->out_len += n;
    c->space -= n;
    return n;
}

int host_conn_connect(struct host_sw *sw, const struct host_connect *request, uint32_t *conn)
{
    (void)sw;
    fake_host_connects++;
    fake_host_request = *request;
    *conn = fake_host_connect_conn;
    return fake_host_connect_error;
}

void host_conn_close(struct host_sw *sw, uint32_t conn)
{
    (void)sw;
    fake_host[conn].closes++;
}

void host_conn_set(struct host_sw *sw, uint32_t conn, const struct app_accept *options)
{
    (void)sw;
    fake_host[conn].sets++;
    fake_host[conn].options = *options;
}

void host_conn_abort(struct host_sw *sw, uint32_t conn)
{
    (void)sw;
    fake_host[conn].aborts++;
}

uint32_t host_conn_unacked(const struct host_sw *sw, uint32_t conn)
{
    (void)sw;
    return fake_host[conn].out_len;
}

#endif
