/* Tests the policies that move connections as lists: host-sw/policy/policy_batch.c and policy_port_down.c. */
#include "host-sw/policy/move_owner.h"
#include "host-sw/policy/policy.h"

#include "models/base/units.h"

#include <criterion/criterion.h>
#include <stdalign.h>

enum { CONNS = 64 };

static struct policy_list list;
static alignas(8) unsigned char values[MOVE_OWN_BYTES];
static uint64_t left; /* the connections that were asked to leave, one bit each */
static uint32_t left_count;

static bool leave(void *self, uint32_t conn)
{
    (void)self;
    cr_assert_not(left >> conn & 1, "connection %u left twice", conn);
    left |= UINT64_C(1) << conn;
    left_count++;
    return conn != 5; /* this connection has ended */
}

static void start(const char *names)
{
    left = left_count = 0;
    move_owner_preset(values);
    policy_list_init(&list, names, values, CONNS, (struct policy_server){.leave = leave});
}

static void teardown(void) { policy_list_free(&list); }

TestSuite(policy_lists, .fini = teardown);

static enum policy_verdict foreign_at(uint32_t conn, uint64_t us)
{
    const char *winner;
    struct policy_frame seen = {.conn = conn, .is_foreign = true, .now_ps = us * PS_PER_US};
    return policy_list_on_frame(&list, &seen, &winner);
}

Test(policy_lists, batch_ends_a_list_after_its_time)
{
    start("batch"); /* 16 connections or 5 us */
    cr_assert_eq(foreign_at(1, 100), POLICY_QUEUE);
    cr_assert_eq(foreign_at(2, 103), POLICY_QUEUE);
    cr_assert_eq(list.next_ps, 105 * PS_PER_US, "counted from the first frame");
    cr_assert(policy_list_run(&list, 105 * PS_PER_US));
    cr_assert_eq(list.next_ps, TIME_NEVER);
    cr_assert_eq(foreign_at(2, 200), POLICY_QUEUE, "the same connection in the next list");
    cr_assert_eq(list.next_ps, 205 * PS_PER_US);
}

Test(policy_lists, batch_ends_a_list_that_is_full_and_counts_connections_once)
{
    start("batch");
    for (uint32_t conn = 0; conn < 15; conn++)
        for (uint64_t frame = 0; frame < 3; frame++)
            cr_assert_eq(foreign_at(conn, 100 + frame), POLICY_QUEUE);
    cr_assert_eq(list.next_ps, 105 * PS_PER_US);
    cr_assert_eq(foreign_at(15, 104), POLICY_QUEUE);
    cr_assert_eq(list.next_ps, 104 * PS_PER_US);
}

Test(policy_lists, batch_has_no_opinion_on_frames_of_the_owner)
{
    const char *winner;
    start("batch");
    cr_assert_eq(policy_list_on_frame(&list, &(struct policy_frame){.conn = 1}, &winner),
                 POLICY_FORWARD);
    cr_assert_eq(list.next_ps, TIME_NEVER);
}

Test(policy_lists, port_down_moves_lists_at_its_pace)
{
    start("port-down,first-packet"); /* 16 connections every 8 us */
    for (uint32_t conn = 0; conn < 40; conn++)
        cr_assert(policy_list_on_stranded(&list, conn, 10 * PS_PER_US));
    cr_assert_eq(list.next_ps, 10 * PS_PER_US);
    cr_assert(policy_list_run(&list, 10 * PS_PER_US));
    cr_assert_eq(left_count, 17, "the one that has ended is no part of the list");
    cr_assert_eq(list.next_ps, 18 * PS_PER_US);
    cr_assert(policy_list_run(&list, 18 * PS_PER_US));
    cr_assert_eq(left_count, 33);
    cr_assert(policy_list_run(&list, 26 * PS_PER_US));
    cr_assert_eq(left_count, 40);
    cr_assert_eq(list.next_ps, TIME_NEVER);
    cr_assert(policy_list_on_stranded(&list, 50, 30 * PS_PER_US));
    cr_assert_eq(list.next_ps, 34 * PS_PER_US, "the pace goes on");
}

Test(policy_lists, port_down_forgets_a_connection_whose_number_is_new)
{
    start("port-down,first-packet");
    cr_assert(policy_list_on_stranded(&list, 7, 0));
    cr_assert(policy_list_on_stranded(&list, 9, 0));
    policy_list_on_open(&list, 9);
    cr_assert(policy_list_run(&list, 0));
    cr_assert_eq(left, 1u << 7);
    cr_assert_eq(foreign_at(9, 100), POLICY_MOVE, "frames are for the next policy");
}

Test(policy_lists, without_port_down_a_connection_leaves_at_once)
{
    start("k-of-m,first-packet");
    cr_assert_not(policy_list_on_stranded(&list, 1, 0));
}
