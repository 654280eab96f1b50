/* Passes the application's calls on to the program that the server runs. */
#include "host-sw/dispatch/conn_api.h"

#include "host-sw/types/program.h"

static const struct program_conn_ops *ops_of(const struct host_sw *sw)
{
    return ((const struct program *)(const void *)sw)->ops->conn;
}

uint32_t host_conn_readable(const struct host_sw *sw, uint32_t conn)
{
    return ops_of(sw)->readable(sw, conn);
}

uint32_t host_conn_read(struct host_sw *sw, uint32_t conn, void *buffer, uint32_t len)
{
    return ops_of(sw)->read(sw, conn, buffer, len);
}

uint32_t host_conn_unacked(const struct host_sw *sw, uint32_t conn)
{
    return ops_of(sw)->unacked(sw, conn);
}

uint32_t host_conn_writable(const struct host_sw *sw, uint32_t conn)
{
    return ops_of(sw)->writable(sw, conn);
}

uint32_t host_conn_write(struct host_sw *sw, uint32_t conn, const void *bytes, uint32_t len)
{
    return ops_of(sw)->write(sw, conn, bytes, len);
}

void host_conn_close(struct host_sw *sw, uint32_t conn) { ops_of(sw)->close(sw, conn); }

void host_conn_set(struct host_sw *sw, uint32_t conn, const struct app_accept *options)
{
    ops_of(sw)->set(sw, conn, options);
}

int host_conn_connect(struct host_sw *sw, const struct host_connect *request, uint32_t *conn)
{
    return ops_of(sw)->connect(sw, request, conn);
}

void host_conn_abort(struct host_sw *sw, uint32_t conn) { ops_of(sw)->abort(sw, conn); }

void host_conn_view(const struct host_sw *sw, uint32_t conn, struct dir_view *view)
{
    ops_of(sw)->view(sw, conn, view);
}

enum tcp_state host_conn_tcp_state(const struct host_sw *sw, uint32_t conn)
{
    return ops_of(sw)->tcp_state(sw, conn);
}
