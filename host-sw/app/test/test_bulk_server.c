/* Tests the bulk server on a fake host that records the calls. */
#include "host-sw/app/bulk_server.h"
#include "host-sw/dispatch/conn_api.h"

#include <criterion/criterion.h>
#include <string.h>

/* --- the fake host: one connection --- */

static struct {
    uint32_t space, readable, written, closes;
    uint8_t out[100000];
} host;

static uint8_t pattern(uint32_t index, uint64_t offset)
{
    return (uint8_t)(index * 7 + offset * 3);
}

uint32_t host_conn_writable(const struct host_sw *sw, uint32_t conn)
{
    (void)sw, (void)conn;
    return host.space;
}

uint32_t host_conn_write(struct host_sw *sw, uint32_t conn, const void *bytes, uint32_t len)
{
    (void)sw, (void)conn;
    uint32_t n = len < host.space ? len : host.space;
    memcpy(host.out + host.written, bytes, n);
    host.written += n;
    host.space -= n;
    return n;
}

uint32_t host_conn_read(struct host_sw *sw, uint32_t conn, void *buffer, uint32_t len)
{
    (void)sw, (void)conn;
    uint32_t n = len < host.readable ? len : host.readable;
    memset(buffer, 0x5a, n);
    host.readable -= n;
    return n;
}

void host_conn_close(struct host_sw *sw, uint32_t conn)
{
    (void)sw, (void)conn;
    host.closes++;
}

/* --- the caller's side --- */

static struct {
    struct bulk_job job;
    uint64_t got;
} caller;

static bool describe(void *self, const struct flow_key *key, struct bulk_job *job)
{
    (void)self;
    *job = caller.job;
    return key->rport != 666;
}

static void fill(void *self, uint32_t index, uint64_t offset, uint8_t *bytes, uint32_t len)
{
    (void)self;
    for (uint32_t i = 0; i < len; i++)
        bytes[i] = pattern(index, offset + i);
}

static void on_bytes(void *self, uint32_t index, uint64_t offset, const uint8_t *bytes,
                     uint32_t len)
{
    (void)self;
    cr_assert_eq(index, caller.job.index);
    cr_assert_eq(offset, caller.got);
    cr_assert_eq(bytes[len - 1], 0x5a);
    caller.got += len;
}

static struct bulk_server *create(uint32_t conn_max)
{
    struct bulk_server_params params = {.port = 19,
                                        .conn_max = conn_max,
                                        .accept = {.offered = 0x17, .rcv_ws = 4},
                                        .describe = describe,
                                        .fill = fill,
                                        .on_bytes = on_bytes};
    return bulk_server_create(&params);
}

static uint32_t open_one(struct bulk_server *server)
{
    struct app_accept accept;
    cr_assert(bulk_server_ops()->on_syn(server, &(struct flow_key){.lport = 19}, NULL, &accept));
    cr_assert_eq(accept.rcv_ws, 4);
    bulk_server_ops()->on_established(server, 5, accept.cookie);
    return accept.cookie;
}

Test(bulk_server, sends_as_room_appears_and_closes_at_the_end)
{
    struct bulk_server *server = create(4);
    caller.job = (struct bulk_job){.index = 3, .bytes_to_send = 50000, .close_when_sent = true};
    host.space = 20000;
    uint32_t cookie = open_one(server);
    cr_assert_eq(host.written, 20000);
    cr_assert_eq(host.closes, 0);
    host.space = 40000;
    bulk_server_ops()->on_writable(server, 5, cookie);
    cr_assert_eq(host.written, 50000);
    cr_assert_eq(host.closes, 1);
    for (uint32_t i = 0; i < 50000; i++)
        cr_assert_eq(host.out[i], pattern(3, i));
    bulk_server_ops()->on_peer_fin(server, 5, cookie);
    cr_assert_eq(host.closes, 1);
    bulk_server_destroy(server);
}

Test(bulk_server, reads_in_order_and_closes_after_the_peer)
{
    struct bulk_server *server = create(4);
    caller.job = (struct bulk_job){.index = 1};
    uint32_t cookie = open_one(server);
    host.readable = 40000;
    bulk_server_ops()->on_readable(server, 5, cookie);
    cr_assert_eq(host.closes, 0);
    host.readable = 2;
    bulk_server_ops()->on_peer_fin(server, 5, cookie);
    cr_assert_eq(caller.got, 40002);
    cr_assert_eq(host.closes, 1);
    bulk_server_destroy(server);
}

Test(bulk_server, waits_for_the_request_when_told_to)
{
    struct bulk_server *server = create(4);
    caller.job = (struct bulk_job){.bytes_to_send = 64, .bytes_before_send = 64};
    host.space = 1000;
    uint32_t cookie = open_one(server);
    cr_assert_eq(host.written, 0);
    host.readable = 64;
    bulk_server_ops()->on_readable(server, 5, cookie);
    cr_assert_eq(host.written, 64);
    cr_assert_eq(host.closes, 0);
    bulk_server_destroy(server);
}

Test(bulk_server, answers_each_whole_request)
{
    struct bulk_server *server = create(4);
    caller.job =
        (struct bulk_job){.bytes_to_send = 300, .request_bytes = 10, .response_bytes = 100};
    host.space = 1000;
    uint32_t cookie = open_one(server);
    cr_assert_eq(host.written, 0);
    host.readable = 9;
    bulk_server_ops()->on_readable(server, 5, cookie);
    cr_assert_eq(host.written, 0);
    host.readable = 12;
    bulk_server_ops()->on_readable(server, 5, cookie);
    cr_assert_eq(host.written, 200, "two requests and a byte of the third");
    bulk_server_ops()->on_peer_fin(server, 5, cookie);
    cr_assert_eq(host.written, 200);
    cr_assert_eq(host.closes, 1, "the third request never comes");
    bulk_server_destroy(server);
}

Test(bulk_server, a_question_without_commitment_takes_no_place)
{
    struct bulk_server *server = create(1);
    const struct app_ops *ops = bulk_server_ops();
    struct app_accept accept;
    for (int i = 0; i < 3; i++)
        cr_assert(ops->on_cookie_syn(server, &(struct flow_key){.lport = 19}, NULL, &accept));
    cr_assert_not(ops->on_cookie_syn(server, &(struct flow_key){.lport = 20}, NULL, &accept));
    (void)open_one(server);
    cr_assert_not(ops->on_cookie_syn(server, &(struct flow_key){.lport = 19}, NULL, &accept));
    cr_assert_eq(bulk_server_get_stats(server)->accepted, 1);
    bulk_server_destroy(server);
}

Test(bulk_server, refuses_other_ports_strangers_and_too_many)
{
    struct bulk_server *server = create(1);
    struct app_accept accept;
    cr_assert_not(
        bulk_server_ops()->on_syn(server, &(struct flow_key){.lport = 20}, NULL, &accept));
    cr_assert_not(bulk_server_ops()->on_syn(server, &(struct flow_key){.lport = 19, .rport = 666},
                                            NULL, &accept));
    uint32_t cookie = open_one(server);
    cr_assert_not(
        bulk_server_ops()->on_syn(server, &(struct flow_key){.lport = 19}, NULL, &accept));
    cr_assert_eq(bulk_server_get_stats(server)->refused, 3);
    bulk_server_ops()->on_closed(server, 5, cookie, NIC_TERM_NONE);
    (void)open_one(server); /* the entry is free again */
    bulk_server_destroy(server);
}
