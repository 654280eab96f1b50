/* Tests models/stats/seq_ranges.c: which sequence numbers were seen before. */
#include "models/stats/seq_ranges.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

static struct seq_ranges set;

Test(seq_ranges, numbers_before_the_edge_were_there)
{
    seq_ranges_reset(&set, 100);
    cr_expect(seq_ranges_add(&set, 50, 60));
    cr_expect(seq_ranges_add(&set, 99, 110), "one number is old");
    cr_expect_eq(seq_ranges_end(&set), 110);
    cr_expect_not(seq_ranges_add(&set, 110, 120));
    cr_expect_eq(set.edge, 120);
    seq_ranges_free(&set);
}

Test(seq_ranges, a_range_beyond_a_hole_is_new_once)
{
    seq_ranges_reset(&set, 0);
    cr_expect_not(seq_ranges_add(&set, 20, 30));
    cr_expect(seq_ranges_add(&set, 29, 35));
    cr_expect_not(seq_ranges_add(&set, 40, 50));
    cr_expect_not(seq_ranges_add(&set, 10, 20), "it touches, but does not overlap");
    cr_expect_not(seq_ranges_add(&set, 35, 40));
    cr_expect_eq(set.count, 1);
    cr_expect_eq(set.edge, 0);
    cr_expect_not(seq_ranges_add(&set, 0, 10));
    cr_expect_eq(set.count, 0);
    cr_expect_eq(set.edge, 50);
    seq_ranges_free(&set);
}

Test(seq_ranges, numbers_wrap)
{
    seq_ranges_reset(&set, UINT32_MAX - 4);
    cr_expect_not(seq_ranges_add(&set, UINT32_MAX - 4, 5));
    cr_expect(seq_ranges_add(&set, UINT32_MAX, 1));
    cr_expect_not(seq_ranges_add(&set, 10, 20));
    cr_expect_eq(seq_ranges_end(&set), 20);
    seq_ranges_free(&set);
}

enum { NUMBERS = 512 };

/* A map with one flag for each number gives the expected answers. */
Test(seq_ranges, random_ranges_as_a_map_of_numbers)
{
    const uint32_t base = UINT32_MAX - NUMBERS / 2;
    srand(7);
    for (int round = 0; round < 200; round++) {
        bool seen[NUMBERS] = {false};
        seq_ranges_reset(&set, base);
        for (int i = 0; i < 60; i++) {
            uint32_t start = (uint32_t)rand() % (NUMBERS - 1);
            uint32_t len = 1 + (uint32_t)rand() % 24;
            uint32_t end = start + len < NUMBERS ? start + len : NUMBERS;
            bool expected = false;
            uint32_t last = 0;
            for (uint32_t n = start; n < end; n++) {
                expected = expected || seen[n];
                seen[n] = true;
            }
            for (uint32_t n = 0; n < NUMBERS; n++)
                last = seen[n] ? n + 1 : last;
            cr_assert_eq(seq_ranges_add(&set, base + start, base + end), expected,
                         "round %d, range %d: %u to %u", round, i, start, end);
            cr_assert_eq(seq_ranges_end(&set), base + last);
        }
    }
    seq_ranges_free(&set);
}
