/* Tests sim/waits/busy_time.c. */
#include "sim/waits/busy_time.h"

#include <criterion/criterion.h>

static struct busy_time busy;

static void teardown(void) { busy_time_free(&busy); }

TestSuite(busy_time, .fini = teardown);

Test(busy_time, nothing_was_busy_without_spans)
{
    cr_expect_eq(busy_time_between(&busy, 0, 1000), 0);
}

Test(busy_time, parts_of_spans_count)
{
    busy_time_add(&busy, 100, 200);
    busy_time_add(&busy, 300, 310);
    cr_expect_eq(busy_time_between(&busy, 0, 1000), 110);
    cr_expect_eq(busy_time_between(&busy, 150, 305), 55);
    cr_expect_eq(busy_time_between(&busy, 120, 130), 10);
    cr_expect_eq(busy_time_between(&busy, 200, 300), 0);
    cr_expect_eq(busy_time_between(&busy, 305, 305), 0);
}

Test(busy_time, spans_that_overlap_or_touch_count_once)
{
    busy_time_add(&busy, 100, 200);
    busy_time_add(&busy, 150, 160);
    busy_time_add(&busy, 180, 250);
    busy_time_add(&busy, 250, 260);
    cr_expect_eq(busy.count, 1);
    cr_expect_eq(busy_time_between(&busy, 0, 1000), 160);
}

Test(busy_time, what_is_forgotten_does_not_change_later_times)
{
    for (uint64_t i = 0; i < 1000; i++)
        busy_time_add(&busy, 10 * i, 10 * i + 4);
    uint64_t before = busy_time_between(&busy, 9002, 9991);
    busy_time_forget(&busy, 100);
    cr_expect_eq(busy.count, 100);
    cr_expect_eq(before, 2 + 98 * 4 + 1);
    cr_expect_eq(busy_time_between(&busy, 9002, 9991), before);
    cr_expect_eq(busy_time_between(&busy, 0, 100), 0, "it is not known any more");
    busy_time_add(&busy, 20000, 20007);
    cr_expect_eq(busy_time_between(&busy, 9990, 30000), 4 + 7);
}
