/* Tests models/lan_switch/link_group: the delay of detection and the choice of a member. */
#include "models/lan_switch/link_group.h"

#include <criterion/criterion.h>
#include <signal.h>

Test(link_group, a_change_counts_once_it_has_lasted)
{
    struct link_group group;
    link_group_init(&group, 100);
    cr_assert(link_group_is_used(&group, 0, 0));
    link_group_set_up(&group, 0, false, 1000);
    cr_assert(link_group_is_used(&group, 0, 1099));
    cr_assert_not(link_group_is_used(&group, 0, 1100));
    link_group_set_up(&group, 0, true, 2000);
    cr_assert_not(link_group_is_used(&group, 0, 2099));
    cr_assert(link_group_is_used(&group, 0, 2100));
}

Test(link_group, a_short_flap_is_not_seen)
{
    struct link_group group;
    link_group_init(&group, 100);
    link_group_set_up(&group, 1, false, 1000);
    link_group_set_up(&group, 1, true, 1099);
    for (uint64_t now = 1099; now < 1400; now++)
        cr_assert(link_group_is_used(&group, 1, now));
}

Test(link_group, repeated_reports_do_not_restart_the_delay)
{
    struct link_group group;
    link_group_init(&group, 100);
    link_group_set_up(&group, 0, false, 1000);
    link_group_set_up(&group, 0, false, 1090);
    cr_assert_not(link_group_is_used(&group, 0, 1100));
}

Test(link_group, no_delay_means_at_once)
{
    struct link_group group;
    link_group_init(&group, 0);
    link_group_set_up(&group, 0, false, 5);
    cr_assert_not(link_group_is_used(&group, 0, 5));
}

Test(link_group, picks_the_preferred_then_the_other_then_none)
{
    struct link_group group;
    link_group_init(&group, 0);
    cr_assert_eq(link_group_pick(&group, 1, 0), 1);
    link_group_set_up(&group, 1, false, 1);
    cr_assert_eq(link_group_pick(&group, 1, 1), 0);
    cr_assert_eq(link_group_pick(&group, 0, 1), 0);
    link_group_set_up(&group, 0, false, 2);
    cr_assert_eq(link_group_pick(&group, 1, 2), LINK_GROUP_NONE);
}

Test(link_group, an_unbundled_member_is_left_at_once_whatever_its_carrier)
{
    struct link_group group;
    link_group_init(&group, 100);
    link_group_set_bundled(&group, 1, false);
    cr_assert_eq(link_group_pick(&group, 1, 0), 0);
    link_group_set_up(&group, 0, false, 10);
    cr_assert_eq(link_group_pick(&group, 1, 110), LINK_GROUP_NONE);
    link_group_set_bundled(&group, 1, true);
    cr_assert_eq(link_group_pick(&group, 0, 110), 1);
}

/* Bundling and carrier do not affect each other. The member had carrier before the change, so it is in use until
 * detect_ps have passed, although it was not bundled at the time of the change. */
Test(link_group, a_flap_while_unbundled_is_judged_by_carrier)
{
    struct link_group group;
    link_group_init(&group, 100);
    link_group_set_bundled(&group, 0, false);
    link_group_set_up(&group, 0, false, 1000);
    link_group_set_bundled(&group, 0, true);
    cr_assert(link_group_is_used(&group, 0, 1050));
    cr_assert_not(link_group_is_used(&group, 0, 1100));
}

Test(link_group, a_third_member_is_a_bug, .signal = SIGABRT)
{
    struct link_group group;
    link_group_init(&group, 0);
    link_group_set_up(&group, 2, false, 1);
}
