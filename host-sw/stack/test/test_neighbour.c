/* Tests host-sw/stack/neighbour.c and ephemeral.c: the neighbours on the link, and the choice of
 * a free port. */
#include "host-sw/stack/ephemeral.h"
#include "host-sw/stack/neighbour.h"
#include "models/base/units.h"

#include <criterion/criterion.h>
#include <string.h>

static struct neighbour_table table;
static uint8_t mac[6];
static const uint8_t one[6] = {2, 0, 0, 0, 0, 1}, two[6] = {2, 0, 0, 0, 0, 2};

static struct neighbour_key key_of(unsigned n)
{
    return (struct neighbour_key){.addr = {[14] = (uint8_t)(n >> 8), [15] = (uint8_t)n},
                                  .ip_version = 4};
}

static enum neighbour_answer find_at(unsigned n, uint64_t now_ps)
{
    struct neighbour_key key = key_of(n);
    return neighbour_find(&table, &key, now_ps, mac);
}

static bool learn_at(unsigned n, const uint8_t *from, uint64_t now_ps)
{
    struct neighbour_key key = key_of(n);
    return neighbour_learn(&table, &key, from, now_ps);
}

static void setup(void) { neighbour_init(&table); }

TestSuite(neighbour, .init = setup);

Test(neighbour, is_asked_once_and_known_when_it_answers)
{
    cr_assert_eq(find_at(1, 0), NEIGHBOUR_ASK);
    cr_assert_eq(find_at(1, 1), NEIGHBOUR_WAIT);
    cr_assert(learn_at(1, one, 2));
    cr_assert_eq(find_at(1, 3), NEIGHBOUR_KNOWN);
    cr_assert_arr_eq(mac, one, 6);
    cr_assert_eq(table.next_ps, TIME_NEVER);
}

Test(neighbour, news_of_somebody_nobody_asked_for_are_not_kept)
{
    cr_assert_not(learn_at(1, one, 0));
    cr_assert_eq(find_at(1, 1), NEIGHBOUR_ASK);
}

Test(neighbour, one_that_changes_its_address_is_followed)
{
    find_at(1, 0);
    learn_at(1, one, 1);
    cr_assert_not(learn_at(1, two, 2), "nobody waits");
    find_at(1, 3);
    cr_assert_arr_eq(mac, two, 6);
}

Test(neighbour, it_is_asked_again_after_a_minute)
{
    find_at(1, 0);
    learn_at(1, one, 0);
    cr_assert_eq(find_at(1, 60 * PS_PER_S - 1), NEIGHBOUR_KNOWN);
    cr_assert_eq(find_at(1, 60 * PS_PER_S), NEIGHBOUR_ASK);
}

Test(neighbour, three_requests_a_second_apart_then_it_is_given_up)
{
    struct neighbour_key key;
    bool failed;
    find_at(7, 0);
    cr_assert_eq(table.next_ps, PS_PER_S);
    cr_assert_not(neighbour_expire(&table, PS_PER_S - 1, &key, &failed));
    for (uint64_t s = 1; s <= 3; s++) {
        cr_assert(neighbour_expire(&table, s * PS_PER_S, &key, &failed));
        cr_assert_eq(key.addr[15], 7);
        cr_assert_eq(failed, s == 3);
    }
    cr_assert_eq(table.asked, 0);
    cr_assert_eq(find_at(7, 4 * PS_PER_S), NEIGHBOUR_ASK);
}

Test(neighbour, a_full_table_forgets_the_oldest_that_is_known)
{
    for (unsigned n = 0; n < NEIGHBOURS_MAX; n++) {
        find_at(n, n);
        if (n > 0)
            learn_at(n, one, n);
    }
    cr_assert_eq(find_at(1000, 1000), NEIGHBOUR_ASK);
    cr_assert_eq(find_at(0, 1001), NEIGHBOUR_WAIT, "is being asked for");
    cr_assert_eq(find_at(2, 1001), NEIGHBOUR_KNOWN);
    cr_assert_eq(find_at(1, 1002), NEIGHBOUR_ASK, "was the oldest");
}

/* --- ephemeral ports --- */

static uint16_t busy_port;
static bool all_busy;

static bool is_used(void *self, const struct flow_key *tuple)
{
    (void)self;
    return all_busy || tuple->lport == busy_port;
}

Test(ephemeral, ports_are_dynamic_ones_that_differ_and_depend_on_the_secret)
{
    struct ephemeral a, b;
    struct isn_key key;
    struct flow_key tuple = {.rport = 80, .ip_version = 4};
    isn_key_init(&key, 1);
    ephemeral_init(&a, &key);
    isn_key_init(&key, 2);
    ephemeral_init(&b, &key);
    uint16_t first = ephemeral_pick(&a, &tuple, is_used, NULL);
    uint16_t second = ephemeral_pick(&a, &tuple, is_used, NULL);
    cr_assert_geq(first, EPHEMERAL_FIRST);
    cr_assert_neq(first, second);
    cr_assert_neq(first, ephemeral_pick(&b, &tuple, is_used, NULL));
    tuple.rport = 81;
    cr_assert_neq(second + 1, ephemeral_pick(&a, &tuple, is_used, NULL), "another row of ports");
}

Test(ephemeral, a_used_tuple_is_passed_over_and_none_left_is_said)
{
    struct ephemeral ports;
    struct isn_key key;
    struct flow_key tuple = {.rport = 80, .ip_version = 4};
    isn_key_init(&key, 1);
    ephemeral_init(&ports, &key);
    busy_port = ephemeral_pick(&ports, &tuple, is_used, NULL);
    ephemeral_init(&ports, &key);
    cr_assert_neq(ephemeral_pick(&ports, &tuple, is_used, NULL), busy_port);
    all_busy = true;
    cr_assert_eq(ephemeral_pick(&ports, &tuple, is_used, NULL), 0);
}
