/* Tests echo, discard and chargen, and the mux that chooses between applications. */
#include "host-sw/app/app_mux.h"
#include "host-sw/app/inet_server.h"
#include "host-sw/app/test/fake_host.h"
#include "models/base/units.h"

#include <criterion/criterion.h>
#include <string.h>

static struct inet_server *make(enum inet_service service, uint32_t space)
{
    struct app_accept accept = {.offered = 3, .mss = 1000};
    fake_host_reset(space);
    struct inet_server *server = inet_server_create(service, FAKE_HOST_CONNS, &accept);
    cr_assert_not_null(server);
    inet_server_attach(server, NULL);
    return server;
}

Test(inet_server, echo_returns_every_byte_however_little_room_there_is)
{
    const struct app_ops *ops = inet_server_ops();
    struct inet_server *server = make(INET_ECHO, 0);
    char text[1000];
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7);
    ops->on_established(server, 1, 0);
    fake_host_put(1, text, sizeof text);
    ops->on_readable(server, 1, 0);
    cr_assert_eq(fake_host[1].in_read, 0, "nothing is taken that cannot be returned");
    ops->on_peer_fin(server, 1, 0);
    while (fake_host[1].out_len < sizeof text) {
        cr_assert_eq(fake_host[1].closes, 0);
        fake_host[1].space += 77;
        ops->on_writable(server, 1, 0);
    }
    cr_assert_eq(memcmp(fake_host[1].out, text, sizeof text), 0);
    cr_assert_eq(fake_host[1].closes, 1);
    cr_assert_eq(inet_server_get_stats(server)->bytes_sent, sizeof text);
    inet_server_destroy(server);
}

Test(inet_server, discard_counts_and_closes_after_the_peer)
{
    const struct app_ops *ops = inet_server_ops();
    struct inet_server *server = make(INET_DISCARD, 100);
    static uint8_t bytes[100000];
    ops->on_established(server, 0, 0);
    fake_host_put(0, bytes, sizeof bytes);
    ops->on_readable(server, 0, 0);
    cr_assert_eq(inet_server_get_stats(server)->bytes_received, sizeof bytes);
    cr_assert_eq(fake_host[0].out_len, 0);
    ops->on_peer_fin(server, 0, 0);
    ops->on_writable(server, 0, 0);
    cr_assert_eq(fake_host[0].closes, 1);
    ops->on_closed(server, 0, 0, NIC_TERM_REMOTE_RESET);
    cr_assert_eq(inet_server_get_stats(server)->terminated, 1);
    inet_server_destroy(server);
}

Test(inet_server, chargen_writes_the_lines_of_rfc_864)
{
    const struct app_ops *ops = inet_server_ops();
    struct inet_server *server = make(INET_CHARGEN, 100);
    ops->on_established(server, 2, 0);
    fake_host[2].space = 20000;
    ops->on_writable(server, 2, 0);
    cr_assert_eq(fake_host[2].out_len, 20100);
    const char *out = (const char *)fake_host[2].out;
    cr_assert_eq(strncmp(out, " !\"#$%&'()*+", 12), 0);
    cr_assert_eq(memcmp(out + 72, "\r\n!\"#", 5), 0);
    cr_assert_eq(out[74 * 94], '~');
    cr_assert_eq(out[74 * 94 + 1], ' ', "the characters are a ring");
    cr_assert_eq(out[74 * 95], ' ');
    ops->on_peer_fin(server, 2, 0);
    cr_assert_eq(fake_host[2].closes, 1);
    inet_server_destroy(server);
}

/* --- the mux --- */

struct recorder {
    uint32_t cookie_next, established, last_cookie, urgent, closed;
    enum nic_notice notice;
    uint64_t run_ps;
};

static bool on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                   struct app_accept *accept)
{
    struct recorder *r = self;
    (void)syn;
    accept->cookie = r->cookie_next++;
    return key->rport != 666;
}

static void on_established(void *self, uint32_t conn, uint32_t cookie)
{
    struct recorder *r = self;
    (void)conn;
    r->established++;
    r->last_cookie = cookie;
}

static void on_urgent(void *self, uint32_t conn, uint32_t cookie)
{
    struct recorder *r = self;
    (void)conn;
    r->urgent++;
    r->last_cookie = cookie;
}

static void on_notice(void *self, uint32_t conn, uint32_t cookie, enum nic_notice notice)
{
    struct recorder *r = self;
    (void)conn, (void)cookie;
    r->notice = notice;
}

static void on_closed(void *self, uint32_t conn, uint32_t cookie, enum nic_term_cause cause)
{
    struct recorder *r = self;
    (void)conn, (void)cookie, (void)cause;
    r->closed++;
}

static uint64_t on_run(void *self, uint64_t now_ps)
{
    (void)now_ps;
    return ((struct recorder *)self)->run_ps;
}

Test(app_mux, each_port_has_its_application_and_keeps_its_cookie)
{
    static const struct app_ops ops = {.on_syn = on_syn,
                                       .on_cookie_syn = on_syn,
                                       .on_established = on_established,
                                       .on_urgent = on_urgent,
                                       .on_notice = on_notice,
                                       .on_closed = on_closed,
                                       .on_run = on_run};
    struct recorder a = {.cookie_next = 100, .run_ps = 50};
    struct recorder b = {.cookie_next = 200, .run_ps = TIME_NEVER};
    const struct app_ops *mux_ops = app_mux_ops();
    struct app_mux *mux = app_mux_create(2);
    cr_assert(app_mux_add(mux, 80, &ops, &a));
    cr_assert(app_mux_add(mux, 81, &ops, &b));
    cr_assert_not(app_mux_add(mux, 80, &ops, &b), "the port is taken");
    struct app_accept first = {0}, second = {0}, third = {0};
    struct flow_key key = {.lport = 81};
    cr_assert(mux_ops->on_syn(mux, &key, NULL, &first));
    key.lport = 80;
    cr_assert(mux_ops->on_syn(mux, &key, NULL, &second));
    cr_assert_not(mux_ops->on_syn(mux, &key, NULL, &third), "no id is left");
    cr_assert_not(mux_ops->on_cookie_syn(mux, &key, NULL, &third), "nor without commitment");
    mux_ops->on_established(mux, 7, first.cookie);
    cr_assert_eq(b.established, 1);
    cr_assert_eq(b.last_cookie, 200);
    mux_ops->on_urgent(mux, 7, first.cookie);
    cr_assert_eq(b.urgent, 1);
    mux_ops->on_notice(mux, 7, first.cookie, NIC_NOTICE_RETRANSMITTING);
    cr_assert_eq(b.notice, NIC_NOTICE_RETRANSMITTING);
    mux_ops->on_readable(mux, 7, first.cookie); /* no application has accepted this connection */
    mux_ops->on_closed(mux, 7, first.cookie, NIC_TERM_NONE);
    cr_assert_eq(b.closed, 1);
    key.lport = 82;
    cr_assert_not(mux_ops->on_syn(mux, &key, NULL, &third), "nobody listens");
    app_mux_set_default(mux, &ops, &b);
    key.rport = 666;
    cr_assert_not(mux_ops->on_syn(mux, &key, NULL, &third), "refused by the application");
    key.rport = 1;
    cr_assert(mux_ops->on_syn(mux, &key, NULL, &third), "and its id is free again");
    cr_assert_eq(mux_ops->on_run(mux, 0), 50);
    app_mux_destroy(mux);
}
