/* Tests host-sw/policy/policy.c: the order of policies, their private state, and their timers. */
#include "host-sw/policy/move_owner.h"
#include "host-sw/policy/policy.h"

#include "models/base/units.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

enum { CONNS = 4 };

static uint32_t asked; /* number of connections for which a move was requested */

static bool move(void *self, uint32_t conn, const struct move_trigger *why)
{
    (void)self;
    (void)why;
    asked |= 1u << conn;
    return true;
}

/* Two policies for the tests. One decides on each third frame of a connection, and the other
 * waits and requests a move at 5 us. */
static enum policy_verdict third_on_frame(struct policy *policy, const struct policy_frame *frame)
{
    uint8_t *count = policy_conn(policy, frame->conn);
    uint32_t *all = policy->priv;
    ++*all;
    return ++*count % 3 ? POLICY_NEXT : POLICY_MOVE;
}

static const struct policy_ops third = {
    .name = "third", .priv_bytes = 4, .conn_priv_bytes = 1, .on_frame = third_on_frame};

static enum policy_verdict later_on_frame(struct policy *policy, const struct policy_frame *frame)
{
    (void)frame;
    *(uint64_t *)policy->priv = 5 * PS_PER_US;
    return POLICY_WAIT;
}

static uint64_t later_next_ps(const struct policy *policy)
{
    uint64_t at_ps = *(const uint64_t *)policy->priv;
    return at_ps ? at_ps : TIME_NEVER;
}

static void later_run(struct policy *policy, uint64_t now_ps)
{
    struct move_trigger why = {.at_ps = now_ps, .kind = TRIGGER_TIMER};
    *(uint64_t *)policy->priv = 0;
    policy_ask_move(policy, 2, &why);
}

static const struct policy_ops later = {.name = "later",
                                        .priv_bytes = 8,
                                        .on_frame = later_on_frame,
                                        .next_ps = later_next_ps,
                                        .run = later_run};

static struct policy_list list;
static uint32_t third_count;
static uint64_t later_ps;
static unsigned char third_conns[CONNS];

static void setup(void)
{
    asked = third_count = 0;
    later_ps = 0;
    memset(third_conns, 0, sizeof third_conns);
    list = (struct policy_list){
        .count = 2,
        .next_ps = TIME_NEVER,
        .policies = {{.ops = &third, .priv = &third_count, .conns = third_conns},
                     {.ops = &later, .priv = &later_ps, .server = {.move = move}}}};
}

TestSuite(policy, .init = setup);

static enum policy_verdict ask(uint32_t conn, const char **winner)
{
    return policy_list_on_frame(
        &list, &(struct policy_frame){.conn = conn, .port = 1, .is_foreign = true}, winner);
}

Test(policy, the_first_verdict_that_is_not_next_wins)
{
    const char *winner;
    cr_assert_eq(ask(0, &winner), POLICY_WAIT);
    cr_assert_str_eq(winner, "later");
    cr_assert_eq(ask(0, &winner), POLICY_WAIT);
    cr_assert_eq(ask(0, &winner), POLICY_MOVE);
    cr_assert_str_eq(winner, "third");
}

Test(policy, without_an_opinion_the_frame_is_forwarded)
{
    const char *winner;
    list.count = 1;
    cr_assert_eq(ask(0, &winner), POLICY_FORWARD);
    cr_assert_null(winner);
}

Test(policy, state_is_kept_for_each_connection_and_is_new_when_one_opens)
{
    const char *winner;
    ask(0, &winner);
    ask(0, &winner);
    ask(1, &winner);
    cr_assert_eq(third_count, 3);
    policy_list_on_open(&list, 0);
    cr_assert_eq(third_conns[0], 0);
    cr_assert_eq(third_conns[1], 1);
    ask(0, &winner);
    cr_assert_str_eq(winner, "later");
}

Test(policy, one_that_waits_is_run_in_time_and_may_ask_for_the_move)
{
    const char *winner;
    cr_assert_eq(list.next_ps, TIME_NEVER);
    cr_assert_not(policy_list_run(&list, PS_PER_S));
    ask(2, &winner);
    cr_assert_eq(list.next_ps, 5 * PS_PER_US);
    cr_assert_not(policy_list_run(&list, 5 * PS_PER_US - 1));
    cr_assert(policy_list_run(&list, 5 * PS_PER_US));
    cr_assert_eq(asked, 1u << 2);
    cr_assert_eq(list.next_ps, TIME_NEVER);
}

Test(policy, first_packet_moves_by_every_foreign_frame_and_by_no_other)
{
    const char *winner;
    policy_list_init(&list, "first-packet", NULL, CONNS, (struct policy_server){.move = move});
    cr_assert_eq(ask(3, &winner), POLICY_MOVE);
    cr_assert_str_eq(winner, "first-packet");
    cr_assert_eq(policy_list_on_frame(&list, &(struct policy_frame){.conn = 3}, &winner),
                 POLICY_FORWARD);
    policy_list_free(&list);
}

/* Asks about one frame of connection 0 and returns the verdict. */
static enum policy_verdict frame(bool is_foreign)
{
    const char *winner;
    struct policy_frame seen = {.is_foreign = is_foreign};
    return policy_list_on_frame(&list, &seen, &winner);
}

static void k_of_m(unsigned char *values)
{
    move_owner_preset(values); /* 3 of the last 4 frames */
    policy_list_init(&list, "k-of-m", values, CONNS, (struct policy_server){.move = move});
}

Test(policy, k_of_m_moves_when_so_many_of_the_last_frames_were_foreign)
{
    alignas(8) unsigned char values[MOVE_OWN_BYTES];
    k_of_m(values);
    cr_assert_eq(frame(true), POLICY_FORWARD);
    cr_assert_eq(frame(true), POLICY_FORWARD);
    cr_assert_eq(frame(false), POLICY_FORWARD, "its own: nobody has an opinion");
    cr_assert_eq(frame(true), POLICY_MOVE, "the third of four");
    policy_list_on_moved(&list, 0, 0);
    cr_assert_eq(frame(true), POLICY_FORWARD, "what came before the move does not count");
    policy_list_free(&list);
}

Test(policy, k_of_m_forgets_frames_beyond_m)
{
    alignas(8) unsigned char values[MOVE_OWN_BYTES];
    k_of_m(values);
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(frame(true), POLICY_FORWARD);
        frame(false);
    }
    policy_list_on_open(&list, 0);
    frame(true);
    frame(true);
    policy_list_on_open(&list, 0);
    cr_assert_eq(frame(true), POLICY_FORWARD, "a new connection with the same number");
    policy_list_free(&list);
}

/* Returns the verdict about a foreign frame of connection 0 at this time. The policy
 * first-packet follows the tested policy and turns NEXT into MOVE, because NEXT would become
 * FORWARD at the end of the list. */
static enum policy_verdict foreign_at(uint64_t us)
{
    const char *winner;
    struct policy_frame seen = {.is_foreign = true, .mac_time_ps = us * PS_PER_US};
    return policy_list_on_frame(&list, &seen, &winner);
}

static void moved_at(uint64_t us) { policy_list_on_moved(&list, 0, us * PS_PER_US); }

static void residency(unsigned char *values)
{
    move_owner_preset(values); /* 1 ms at first, up to 100 ms, halved every 10 ms */
    policy_list_init(&list, "residency,first-packet", values, CONNS,
                     (struct policy_server){.move = move});
}

Test(policy, residency_keeps_a_connection_where_it_went)
{
    alignas(8) unsigned char values[MOVE_OWN_BYTES];
    residency(values);
    cr_assert_eq(foreign_at(0), POLICY_MOVE, "it has never moved");
    moved_at(5);
    cr_assert_eq(foreign_at(1004), POLICY_FORWARD);
    cr_assert_eq(foreign_at(1005), POLICY_MOVE);
    policy_list_on_open(&list, 0);
    cr_assert_eq(foreign_at(1000), POLICY_MOVE, "a new connection with the same number");
    policy_list_free(&list);
}

Test(policy, residency_doubles_while_a_connection_flaps_up_to_its_limit)
{
    alignas(8) unsigned char values[MOVE_OWN_BYTES];
    residency(values);
    uint64_t at = 0, stay = 1000;
    for (int i = 0; i < 12; i++) {
        moved_at(at);
        cr_assert_eq(foreign_at(at + stay - 1), POLICY_FORWARD);
        cr_assert_eq(foreign_at(at + stay), POLICY_MOVE);
        at += stay;
        stay = stay * 2 < 100000 ? stay * 2 : 100000;
    }
    policy_list_free(&list);
}

Test(policy, residency_halves_with_each_quiet_period)
{
    alignas(8) unsigned char values[MOVE_OWN_BYTES];
    residency(values);
    moved_at(0);
    moved_at(1000);  /* 2 ms */
    moved_at(3000);  /* 4 ms */
    moved_at(7000);  /* 8 ms */
    moved_at(35000); /* after a stay of 8 ms and two quiet periods, it is 2 ms */
    cr_assert_eq(foreign_at(36999), POLICY_FORWARD);
    cr_assert_eq(foreign_at(37000), POLICY_MOVE);
    moved_at(500000);
    cr_assert_eq(foreign_at(500999), POLICY_FORWARD);
    cr_assert_eq(foreign_at(501000), POLICY_MOVE, "never below min");
    policy_list_free(&list);
}

/* Returns the verdict of the policy `name` about a frame, with first-packet as the next policy. */
static enum policy_verdict of(const char *name, struct policy_frame seen)
{
    const char *winner;
    alignas(8) unsigned char values[MOVE_OWN_BYTES];
    char names[32];
    (void)snprintf(names, sizeof names, "%s,first-packet", name);
    move_owner_preset(values);
    policy_list_init(&list, names, values, CONNS, (struct policy_server){.move = move});
    enum policy_verdict verdict = policy_list_on_frame(&list, &seen, &winner);
    policy_list_free(&list);
    return verdict;
}

Test(policy, validate_relays_what_the_owner_would_refuse)
{
    cr_assert_eq(of("validate", (struct policy_frame){.is_foreign = true}), POLICY_FORWARD);
    cr_assert_eq(of("validate", (struct policy_frame){.is_foreign = true, .is_acceptable = true}),
                 POLICY_MOVE);
}

Test(policy, phase_relays_the_frames_of_a_connection_that_closes)
{
    cr_assert_eq(of("phase", (struct policy_frame){.is_foreign = true, .is_closing = true}),
                 POLICY_FORWARD);
    cr_assert_eq(of("phase", (struct policy_frame){.is_foreign = true}), POLICY_MOVE);
}
