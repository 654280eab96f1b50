/* Tests host-sw/conn/app_calls.c: calls are made in their order, each once, and never so many
 * that other work must wait long. */
#include "host-sw/conn/app_calls.h"
#include "host-sw/server/server.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>

enum { CONNS = 200, CALLS_PER_STEP = 64, BIG = 64 * 1024 };

static struct bed bed;
static struct dir_entry *entry[CONNS];
static uint32_t called[4 * CONNS], kind[4 * CONNS], call_count;
static uint64_t work; /* the work of each call */

static void note(unsigned what, uint32_t conn)
{
    kind[call_count] = what;
    called[call_count++] = conn;
    bed.sw->app.work += work;
}

static bool on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                   struct app_accept *accept)
{
    (void)self, (void)key, (void)syn, (void)accept;
    return false;
}

static void on_established(void *self, uint32_t conn, uint32_t cookie)
{
    (void)self, (void)cookie;
    note(APP_CALL_ESTABLISHED, conn);
}

static void on_readable(void *self, uint32_t conn, uint32_t cookie)
{
    (void)self, (void)cookie;
    note(APP_CALL_READABLE, conn);
}

static void on_writable(void *self, uint32_t conn, uint32_t cookie)
{
    (void)self, (void)cookie;
    note(APP_CALL_WRITABLE, conn);
}

static void on_peer_fin(void *self, uint32_t conn, uint32_t cookie)
{
    (void)self, (void)cookie;
    note(APP_CALL_PEER_FIN, conn);
}

static const struct app_ops ops = {.on_syn = on_syn,
                                   .on_established = on_established,
                                   .on_readable = on_readable,
                                   .on_writable = on_writable,
                                   .on_peer_fin = on_peer_fin};
static const struct app_ops *before;

static void setup(void)
{
    call_count = 0;
    work = 0;
    bed_init(&bed);
    bed.params.conn_max = CONNS;
    bed_start(&bed);
    before = bed.sw->app.ops;
    bed.sw->app.ops = &ops;
    for (uint32_t i = 0; i < CONNS; i++) {
        struct flow_key key = {.rport = (uint16_t)(1 + i), .ip_version = 4};
        uint32_t conn = directory_open(&bed.sw->dir, &key, 0);
        cr_assert_neq(conn, DIR_NONE);
        entry[i] = &bed.sw->dir.entries[conn];
    }
}

static void teardown(void)
{
    bed.sw->app.ops = before;
    bed_end(&bed);
}

TestSuite(app_calls, .init = setup, .fini = teardown);

Test(app_calls, one_step_makes_a_bounded_number_in_the_order_they_were_noted)
{
    for (uint32_t i = 0; i < CONNS; i++)
        app_calls_note(bed.sw, entry[i], APP_CALL_WRITABLE);
    for (uint32_t done = 0; done < CONNS;) {
        cr_assert(app_calls_run(bed.sw));
        done += u32_min(CALLS_PER_STEP, CONNS - done);
        cr_assert_eq(call_count, done);
    }
    for (uint32_t i = 0; i < CONNS; i++)
        cr_assert_eq(called[i], entry[i]->conn);
    cr_assert_not(app_calls_run(bed.sw));
}

/* A connection that waits for its turn to move cannot hear its peer, so its move comes first. */
Test(app_calls, a_step_makes_few_while_moves_wait)
{
    enum { CALLS_IN_A_STORM = 2 };
    for (uint32_t i = 0; i < CALLS_PER_STEP; i++)
        app_calls_note(bed.sw, entry[i], APP_CALL_WRITABLE);
    struct conn_list *wanted = &bed.sw->transfers.wanted;
    conn_list_add(wanted, entry[0]->conn);
    cr_assert(app_calls_run(bed.sw));
    cr_assert_eq(call_count, CALLS_IN_A_STORM);
    conn_list_remove(wanted, entry[0]->conn);
    cr_assert(app_calls_run(bed.sw));
    cr_assert_eq(call_count, CALLS_PER_STEP);
}

Test(app_calls, one_that_copies_much_ends_the_steps_calls)
{
    work = BIG;
    for (uint32_t i = 0; i < 3; i++)
        app_calls_note(bed.sw, entry[i], APP_CALL_WRITABLE);
    for (uint32_t i = 1; i <= 3; i++) {
        app_calls_run(bed.sw);
        cr_assert_eq(call_count, i);
    }
}

Test(app_calls, a_connection_is_told_each_thing_once_in_order)
{
    entry[0]->rcv_nxt = entry[0]->rx_consumed + 5;
    app_calls_note(bed.sw, entry[0], APP_CALL_PEER_FIN | APP_CALL_WRITABLE);
    app_calls_note(bed.sw, entry[0], APP_CALL_READABLE | APP_CALL_ESTABLISHED);
    app_calls_note(bed.sw, entry[0], APP_CALL_READABLE);
    /* When this call is made there is nothing left to read. */
    app_calls_note(bed.sw, entry[1], APP_CALL_READABLE);
    app_calls_run(bed.sw);
    cr_assert_eq(call_count, 4);
    for (uint32_t i = 0; i < 4; i++)
        cr_assert_eq(kind[i], 1u << i);
}

Test(app_calls, an_ending_connection_is_told_before_and_leaves_the_list)
{
    for (uint32_t i = 0; i < 4; i++)
        app_calls_note(bed.sw, entry[i], APP_CALL_WRITABLE);
    app_calls_make(bed.sw, entry[1]); /* the entries leave from the middle, the front and the end */
    app_calls_make(bed.sw, entry[0]);
    app_calls_make(bed.sw, entry[3]);
    app_calls_make(bed.sw, entry[3]);
    cr_assert_eq(call_count, 3);
    cr_assert(app_calls_run(bed.sw));
    cr_assert_eq(call_count, 4);
    cr_assert_eq(called[3], entry[2]->conn);
    cr_assert_not(app_calls_run(bed.sw));
}
