/* Tests the sockets of a program outside of the simulation on a fake host: what the program is
 * told, and when. */
#include "host-sw/app/socket_calls.h"
#include "host-sw/app/socket_options.h"
#include "host-sw/app/test/fake_host.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

static struct socket_app *app;
static const struct app_ops *ops;
static int listener;
static uint8_t bytes[FAKE_HOST_BYTES];
static const struct socket_address any80 = {.ip_version = 4, .port = 80};

void host_conn_view(const struct host_sw *sw, uint32_t conn, struct dir_view *view)
{
    (void)sw;
    *view = (struct dir_view){
        .key = {.lport = 80, .rport = (uint16_t)(40000 + conn), .ip_version = 4}, .moves = 3};
}

enum tcp_state host_conn_tcp_state(const struct host_sw *sw, uint32_t conn)
{
    (void)sw, (void)conn;
    return TCP_ESTABLISHED;
}

static void setup(void)
{
    fake_host_reset(100000);
    app = socket_app_create(FAKE_HOST_CONNS);
    ops = socket_app_ops();
    socket_app_attach(app, NULL);
    listener = socket_app_open(app, 4);
    cr_assert_eq(socket_app_bind(app, listener, &any80), 0);
    cr_assert_eq(socket_app_listen(app, listener, 2), 0);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 13 + (i >> 8));
}

static void teardown(void) { socket_app_destroy(app); }

TestSuite(socket_app, .init = setup, .fini = teardown);

static bool syn(uint32_t *cookie)
{
    struct flow_key key = {.lport = 80, .ip_version = 4};
    struct app_accept accept = {0};
    bool taken = ops->on_syn(app, &key, NULL, &accept);
    *cookie = accept.cookie;
    return taken;
}

/* Opens the connection and accepts it. Returns the socket. */
static int open_conn(uint32_t conn)
{
    uint32_t cookie;
    struct socket_address peer;
    cr_assert(syn(&cookie));
    ops->on_established(app, conn, cookie);
    int fd = socket_app_accept(app, listener, &peer);
    cr_assert_geq(fd, 0);
    cr_assert_eq(peer.port, 40000 + conn);
    return fd;
}

Test(socket_app, connections_wait_for_accept_up_to_the_backlog)
{
    uint32_t cookie;
    struct socket_address peer;
    cr_assert_eq(socket_app_accept(app, listener, &peer), -EAGAIN);
    cr_assert_eq(socket_app_poll(app, listener), 0);
    for (uint32_t conn = 0; conn < 2; conn++) {
        cr_assert(syn(&cookie));
        ops->on_established(app, conn, cookie);
    }
    cr_assert_not(syn(&cookie), "the queue is full");
    cr_assert_eq(socket_app_poll(app, listener), POLLIN);
    cr_assert_geq(socket_app_accept(app, listener, &peer), 0);
    cr_assert_eq(peer.port, 40000, "in order");
    cr_assert(syn(&cookie));
    cr_assert_eq(socket_app_close(app, listener), 0);
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[1].aborts, 1, "nobody will accept it");
    cr_assert_eq(fake_host[0].aborts, 0);
    cr_assert_not(syn(&cookie), "nobody listens");
}

Test(socket_app, bytes_come_through_in_order_and_the_window_stays_shut_when_the_program_sleeps)
{
    static uint8_t got[FAKE_HOST_BYTES];
    int fd = open_conn(2);
    uint32_t len = 150000, done = 0;
    fake_host_put(2, bytes, len);
    ops->on_readable(app, 2, 0);
    cr_assert_eq(fake_host[2].in_read, SOCKET_APP_BUFFER_BYTES, "the rest stays in the ring");
    while (done < len) {
        int64_t n = socket_app_recv(app, fd, got + done, 7000, false);
        if (n == -EAGAIN) {
            cr_assert(socket_app_wants_kick(app));
            ops->on_run(app, 0);
            continue;
        }
        cr_assert_gt(n, 0);
        done += (uint32_t)n;
    }
    cr_assert_eq(memcmp(got, bytes, len), 0);
    ops->on_run(app, 0);
    cr_assert_eq(socket_app_recv(app, fd, got, 1, false), -EAGAIN);
    ops->on_peer_fin(app, 2, 0);
    cr_assert_eq(socket_app_poll(app, fd), POLLIN | POLLOUT | POLLRDHUP);
    cr_assert_eq(socket_app_recv(app, fd, got, 1, false), 0);
}

Test(socket_app, what_is_sent_waits_for_room_and_the_fin_comes_last)
{
    int fd = open_conn(1);
    fake_host[1].space = 1000;
    cr_assert_eq(socket_app_send(app, fd, bytes, 100000), SOCKET_APP_BUFFER_BYTES);
    cr_assert_eq(socket_app_send(app, fd, bytes, 1), -EAGAIN);
    cr_assert_eq(socket_app_poll(app, fd), 0);
    cr_assert(socket_app_wants_kick(app));
    cr_assert_eq(fake_host[1].out_len, 0, "nothing happens before the core runs");
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[1].out_len, 1000);
    cr_assert_eq(socket_app_shutdown(app, fd, false, true), 0);
    cr_assert_eq(socket_app_send(app, fd, bytes, 1), -EPIPE);
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[1].closes, 0);
    fake_host[1].space = 100000;
    ops->on_writable(app, 1, 0);
    ops->on_writable(app, 1, 0);
    cr_assert_eq(fake_host[1].out_len, SOCKET_APP_BUFFER_BYTES);
    cr_assert_eq(memcmp(fake_host[1].out, bytes, SOCKET_APP_BUFFER_BYTES), 0);
    cr_assert_eq(fake_host[1].closes, 1);
}

Test(socket_app, a_reset_is_reported_once)
{
    int fd = open_conn(0);
    char byte;
    int error;
    ops->on_closed(app, 0, 0, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(socket_app_poll(app, fd), POLLIN | POLLERR | POLLHUP | POLLRDHUP);
    cr_assert_eq(socket_app_recv(app, fd, &byte, 1, false), -ECONNRESET);
    cr_assert_eq(socket_app_recv(app, fd, &byte, 1, false), 0);
    cr_assert_eq(socket_app_send(app, fd, &byte, 1), -EPIPE);
    cr_assert_eq(socket_app_get(app, fd, SOCKET_ERROR, &error), 0);
    cr_assert_eq(error, 0);
    cr_assert_eq(socket_app_close(app, fd), 0);
    cr_assert_eq(socket_app_close(app, fd), -EBADF);
}

/* RFC 2525 2.17 */
Test(socket_app, closing_with_unread_bytes_resets_otherwise_it_is_orderly)
{
    int quiet = open_conn(0), unread = open_conn(1);
    fake_host_put(1, bytes, 10);
    ops->on_readable(app, 1, 0);
    cr_assert_eq(socket_app_close(app, quiet), 0);
    cr_assert_eq(socket_app_close(app, unread), 0);
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[0].closes, 1);
    cr_assert_eq(fake_host[0].aborts, 0);
    cr_assert_eq(fake_host[1].aborts, 1);
    ops->on_closed(app, 0, 0, NIC_TERM_NONE);
    ops->on_closed(app, 1, 0, NIC_TERM_LOCAL_ABORT);
    cr_assert_eq(socket_app_open(app, 4), quiet, "its number is free again");
}

Test(socket_app, wrong_calls_get_the_error_posix_has_for_them)
{
    int fd = socket_app_open(app, 4), conn = open_conn(3), value;
    struct socket_address other = {.ip_version = 6, .port = 81};
    cr_assert_eq(socket_app_open(app, 5), -EAFNOSUPPORT);
    cr_assert_eq(socket_app_bind(app, fd, &any80), -EADDRINUSE);
    cr_assert_eq(socket_app_bind(app, fd, &other), -EAFNOSUPPORT);
    cr_assert_eq(socket_app_listen(app, fd, 1), -EINVAL, "not bound");
    cr_assert_eq(socket_app_send(app, fd, bytes, 1), -ENOTCONN);
    cr_assert_eq(socket_app_recv(app, 99, bytes, 1, false), -EBADF);
    cr_assert_eq(socket_app_poll(app, 99), POLLNVAL);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_RCVBUF, 1), -EINVAL);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_MAXSEG, 536), 0);
    cr_assert_eq(socket_app_set(app, conn, SOCKET_TTL, 1), -EOPNOTSUPP);
    cr_assert_eq(socket_app_get(app, fd, SOCKET_MAXSEG, &value), 0);
    cr_assert_eq(value, 536);
    struct socket_info info;
    cr_assert_eq(socket_app_info(app, conn, &info), 0);
    cr_assert_eq(info.state, TCP_ESTABLISHED);
    cr_assert_eq(info.view.moves, 3);
}

Test(socket_app, options_of_a_connection_are_told_when_the_core_runs)
{
    int fd = open_conn(1), value;
    cr_assert_eq(socket_app_set(app, fd, SOCKET_NODELAY, 7), 0);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_KEEPALIVE, 1), 0);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_KEEPIDLE, 30), 0);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_KEEPINTVL, 5), 0);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_KEEPCNT, 3), 0);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_USER_TIMEOUT, 1500), 0);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_DSCP, 46), 0);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_MAXSEG, 600), 0);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_CORK, 1), 0);
    cr_assert_eq(fake_host[1].sets, 0, "not before the core runs");
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[1].sets, 1, "all at once");
    const struct app_accept *o = &fake_host[1].options;
    cr_assert(o->nodelay && o->keepalive && o->cork);
    cr_assert(o->keepalive_idle == 30 && o->keepalive_interval == 5 && o->keepalive_probes == 3);
    cr_assert(o->user_timeout_ms == 1500 && o->dscp == 46 && o->mss == 600);
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[1].sets, 1);
    cr_assert_eq(socket_app_get(app, fd, SOCKET_KEEPIDLE, &value), 0);
    cr_assert_eq(value, 30);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_KEEPINTVL, 256), -EINVAL);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_WINDOW_SCALE, 3), -EOPNOTSUPP);
}

Test(socket_app, buffers_of_a_connection_change_and_keep_their_bytes)
{
    int fd = open_conn(0);
    static uint8_t got[SOCKET_APP_BUFFER_BYTES];
    fake_host_put(0, bytes, 20000);
    ops->on_readable(app, 0, 0);
    cr_assert_eq(socket_app_recv(app, fd, got, 5000, false), 5000);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_RCVBUF, 4096), 0, "what is in it stays");
    cr_assert_eq(socket_app_recv(app, fd, got, sizeof got, false), 15000);
    cr_assert_eq(memcmp(got, bytes + 5000, 15000), 0);
    fake_host[0].space = 0;
    cr_assert_eq(socket_app_send(app, fd, bytes, sizeof bytes), SOCKET_APP_BUFFER_BYTES);
    cr_assert_eq(socket_app_set(app, fd, SOCKET_SNDBUF, 2 * SOCKET_APP_BUFFER_BYTES), 0);
    cr_assert_gt(socket_app_send(app, fd, bytes, 100), 0, "there is room again");
}

Test(socket_app, a_connecting_socket_says_try_again)
{
    int fd = socket_app_open(app, 4); /* like a socket without blocking on Linux and FreeBSD */
    struct socket_address peer = {.ip_version = 4, .port = 9};
    cr_assert_eq(socket_app_connect(app, fd, &peer), -EINPROGRESS);
    cr_assert_eq(socket_app_send(app, fd, bytes, 1), -EAGAIN);
    cr_assert_eq(socket_app_recv(app, fd, bytes, 1, false), -EAGAIN);
}

Test(socket_app, a_full_backlog_is_no_refusal)
{
    uint32_t cookie;
    struct flow_key key = {.lport = 80, .ip_version = 4}, closed = {.lport = 81, .ip_version = 4};
    struct app_accept accept = {0}, other = {0};
    for (uint32_t conn = 0; conn < 2; conn++) {
        cr_assert(syn(&cookie));
        ops->on_established(app, conn, cookie);
    }
    cr_assert_not(ops->on_syn(app, &key, NULL, &accept));
    cr_assert(accept.busy, "to be dropped: the client tries again");
    cr_assert_not(ops->on_syn(app, &closed, NULL, &other));
    cr_assert_not(other.busy, "to be reset");
}

/* RFC 9293 SHLD-3 */
Test(socket_app, bytes_that_come_after_close_are_answered_with_a_reset)
{
    int fd = open_conn(0);
    cr_assert_eq(socket_app_close(app, fd), 0);
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[0].closes, 1);
    cr_assert_eq(fake_host[0].aborts, 0);
    fake_host_put(0, bytes, 1);
    ops->on_readable(app, 0, 0);
    cr_assert_eq(fake_host[0].aborts, 1);
}

Test(socket_app, without_read_ahead_only_what_is_asked_for_leaves_the_ring)
{
    uint8_t got[16];
    cr_assert_eq(socket_app_set(app, listener, SOCKET_READ_AHEAD, 0), 0);
    int fd = open_conn(1);
    fake_host_put(1, bytes, 100);
    ops->on_readable(app, 1, 0);
    cr_assert_eq(fake_host[1].in_read, 0);
    cr_assert_eq(socket_app_recv(app, fd, got, 10, false), -EAGAIN);
    cr_assert(socket_app_wants_kick(app));
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[1].in_read, 10);
    ops->on_readable(app, 1, 0);
    cr_assert_eq(fake_host[1].in_read, 10, "asked for once, given once");
    cr_assert_eq(socket_app_recv(app, fd, got, sizeof got, false), 10);
    cr_assert_eq(memcmp(got, bytes, 10), 0);
}

Test(socket_app, urgent_data_is_polled_until_the_program_reads)
{
    int fd = open_conn(2);
    uint8_t got[4];
    fake_host_put(2, bytes, 4);
    ops->on_urgent(app, 2, 0);
    ops->on_readable(app, 2, 0);
    cr_assert_eq(socket_app_poll(app, fd), POLLIN | POLLOUT | POLLPRI);
    cr_assert_eq(socket_app_recv(app, fd, got, 4, false), 4);
    cr_assert_eq(socket_app_poll(app, fd), POLLOUT);
}

Test(socket_app, a_listener_says_what_its_connections_may_negotiate)
{
    struct flow_key key = {.lport = 80, .ip_version = 4};
    struct app_accept accept = {0};
    int value;
    cr_assert_eq(socket_app_set(app, listener, SOCKET_OFFER, CTX_FEATURE_MSS), 0);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_WINDOW_SCALE, 7), 0);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_WINDOW_SCALE, 15), -EINVAL);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_OFFER, 256), -EINVAL);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_DSCP, 46), 0);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_DSCP, 64), -EINVAL);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_TTL, 9), 0);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_TTL, 0), -EINVAL);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_USER_TIMEOUT, 1500), 0);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_USER_TIMEOUT, -1), -EINVAL);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_MAXSEG, 87), -EINVAL);
    cr_assert_eq(socket_app_set(app, listener, SOCKET_MAXSEG, 0), 0);
    cr_assert(ops->on_syn(app, &key, NULL, &accept));
    cr_assert_eq(accept.offered, CTX_FEATURE_MSS);
    cr_assert_eq(accept.rcv_ws, 7);
    cr_assert_eq(accept.dscp, 46);
    cr_assert_eq(accept.ttl, 9);
    cr_assert_eq(accept.user_timeout_ms, 1500);
    cr_assert_eq(socket_app_get(app, listener, SOCKET_OFFER, &value), 0);
    cr_assert_eq(value, CTX_FEATURE_MSS);
    cr_assert_eq(socket_app_get(app, listener, SOCKET_WINDOW_SCALE, &value), 0);
    cr_assert_eq(value, 7);
}

/* RFC 9293 MUST-41, MUST-42, MUST-43 */
Test(socket_app, a_listener_may_be_for_one_address_and_disturbs_no_other)
{
    uint32_t cookie;
    struct flow_key key = {.lport = 81, .ip_version = 4};
    struct app_accept accept = {0};
    struct socket_address here = {.ip_version = 4, .port = 81};
    int conn = open_conn(0), bound = socket_app_open(app, 4);
    memcpy(here.addr, (uint8_t[16]){[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1}, 16);
    cr_assert_eq(socket_app_bind(app, bound, &here), 0);
    cr_assert_eq(socket_app_listen(app, bound, 1), 0);
    memcpy(key.laddr, here.addr, 16);
    cr_assert(ops->on_syn(app, &key, NULL, &accept));
    key.laddr[15] = 2;
    cr_assert_not(ops->on_syn(app, &key, NULL, &accept), "another address");
    cr_assert(syn(&cookie), "the first listener still listens while one of its connections lives");
    cr_assert_eq(socket_app_bind(app, socket_app_open(app, 4), &any80), -EADDRINUSE);
    cr_assert_eq(socket_app_poll(app, conn), POLLOUT);
}

Test(socket_app, trouble_that_ends_nothing_is_noted_with_the_socket)
{
    struct socket_info info;
    int fd = open_conn(1);
    ops->on_notice(app, 1, 0, NIC_NOTICE_RETRANSMITTING);
    ops->on_notice(app, 1, 0, NIC_NOTICE_PORT_UNREACHABLE);
    cr_assert_eq(socket_app_info(app, fd, &info), 0);
    cr_assert_eq(info.notice, NIC_NOTICE_PORT_UNREACHABLE);
    cr_assert_eq(info.notices, 2);
    cr_assert_eq(socket_app_poll(app, fd), POLLOUT, "it goes on");
}

/* --- connect() --- */

static const struct socket_address peer9000 = {
    .ip_version = 4, .addr = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 9}, .port = 9000};

static int start_connect(void)
{
    int fd = socket_app_open(app, 4);
    cr_assert_eq(socket_app_connect(app, fd, &peer9000), -EINPROGRESS);
    cr_assert(socket_app_wants_kick(app));
    cr_assert_eq(fake_host_connects, 0, "the core does it when it runs");
    fake_host_connect_conn = 3;
    ops->on_run(app, 0);
    return fd;
}

Test(socket_app, connect_asks_the_host_and_is_writable_when_established)
{
    int fd = start_connect();
    struct socket_address name;
    cr_assert_eq(fake_host_connects, 1);
    cr_assert_eq(fake_host_request.rport, 9000);
    cr_assert_eq(fake_host_request.lport, 0);
    cr_assert_arr_eq(fake_host_request.raddr, peer9000.addr, 16);
    cr_assert_eq(socket_app_poll(app, fd), 0);
    cr_assert_eq(socket_app_connect(app, fd, &peer9000), -EALREADY);
    cr_assert_eq(socket_app_send(app, fd, "x", 1), -EAGAIN);
    ops->on_established(app, 3, (uint32_t)fd);
    cr_assert_eq(socket_app_poll(app, fd), POLLOUT);
    cr_assert_eq(socket_app_connect(app, fd, &peer9000), -EISCONN);
    cr_assert_eq(socket_app_name(app, fd, true, &name), 0);
    cr_assert_eq(name.port, 9000);
    cr_assert_eq(socket_app_name(app, fd, false, &name), 0);
    cr_assert_eq(name.port, 80, "as the host's view says");
    cr_assert_eq(socket_app_send(app, fd, "hello", 5), 5);
    ops->on_run(app, 0);
    cr_assert_arr_eq(fake_host[3].out, "hello", 5);
    cr_assert_eq(socket_app_accept(app, listener, &name), -EAGAIN, "it is nobody's listener's");
}

struct connect_row {
    enum nic_term_cause cause;
    int error;
};

Test(socket_app, a_connect_that_fails_says_why_and_may_be_tried_again)
{
    static const struct connect_row rows[] = {{NIC_TERM_REMOTE_RESET, ECONNREFUSED},
                                              {NIC_TERM_HANDSHAKE_TIMEOUT, ETIMEDOUT},
                                              {NIC_TERM_UNREACHABLE, EHOSTUNREACH},
                                              {NIC_TERM_PORT_UNREACHABLE, ECONNREFUSED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int value;
        fake_host_connects = 0;
        int fd = start_connect();
        ops->on_closed(app, 3, (uint32_t)fd, rows[i].cause);
        cr_assert_eq(socket_app_poll(app, fd), POLLHUP | POLLERR);
        cr_assert_eq(socket_app_get(app, fd, SOCKET_ERROR, &value), 0);
        cr_assert_eq(value, rows[i].error);
        cr_assert_eq(socket_app_connect(app, fd, &peer9000), -EINPROGRESS);
        cr_assert_eq(socket_app_close(app, fd), 0, "before the core was asked");
        ops->on_run(app, 0);
        cr_assert_eq(fake_host_connects, 1);
    }
}

Test(socket_app, what_the_host_refuses_at_once_is_an_error_of_the_socket)
{
    int value;
    fake_host_connect_error = -EADDRNOTAVAIL;
    int fd = start_connect();
    cr_assert_eq(socket_app_get(app, fd, SOCKET_ERROR, &value), 0);
    cr_assert_eq(value, EADDRNOTAVAIL);
}

Test(socket_app, close_while_connecting_aborts)
{
    int fd = start_connect();
    cr_assert_eq(socket_app_close(app, fd), 0);
    ops->on_run(app, 0);
    cr_assert_eq(fake_host[3].aborts, 1);
    ops->on_closed(app, 3, (uint32_t)fd, NIC_TERM_LOCAL_ABORT);
    cr_assert_eq(socket_app_open(app, 4), fd, "its place is free");
}

Test(socket_app, wrong_connects_get_the_error_posix_has_for_them)
{
    struct socket_address peer = peer9000;
    cr_assert_eq(socket_app_connect(app, 77, &peer), -EBADF);
    cr_assert_eq(socket_app_connect(app, listener, &peer), -EOPNOTSUPP);
    int fd = socket_app_open(app, 6);
    cr_assert_eq(socket_app_connect(app, fd, &peer), -EAFNOSUPPORT);
    fd = socket_app_open(app, 4);
    peer.port = 0;
    cr_assert_eq(socket_app_connect(app, fd, &peer), -EADDRNOTAVAIL);
}
