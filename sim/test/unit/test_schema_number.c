/* Compares the patterns of ranges with plain arithmetic, for every number of small ranges and at
 * both ends of large ones. */
#include "sim/schema/schema_number.h"

#include "models/base/units.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

/* Compiles the pattern of a key. `(` and `|` mean the same in POSIX and ECMA patterns. */
static regex_t compile(const struct scenario_key *key)
{
    regex_t regex;
    char *pattern = schema_number_pattern(key), *anchored = NULL;
    cr_assert_not_null(pattern);
    cr_assert_gt(asprintf(&anchored, "^(%s)$", pattern), 0);
    cr_assert_eq(regcomp(&regex, anchored, REG_EXTENDED | REG_NOSUB), 0, "%s", anchored);
    free(pattern);
    free(anchored);
    return regex;
}

static bool matches(const regex_t *regex, const char *text)
{
    return regexec(regex, text, 0, NULL, 0) == 0;
}

Test(schema_number, every_time_of_a_small_range_in_each_unit)
{
    static const uint64_t ranges[][2] = {{0, 0},      {0, 9},     {1, 1},    {3, 17},
                                         {99, 101},   {0, 1000},  {7, 2345}, {1000, 2000},
                                         {999, 1000}, {120, 1119}};
    for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
        struct scenario_key key = {
            .type = SCENARIO_TIME, .min = ranges[r][0], .max = ranges[r][1], .tick_ps = 1};
        regex_t regex = compile(&key);
        for (uint64_t ps = 0; ps < 3000; ps++) {
            bool inside = ps >= key.min && ps <= key.max;
            char text[32];
            (void)snprintf(text, sizeof text, "%" PRIu64 "ps", ps);
            cr_expect_eq(matches(&regex, text), inside, "%" PRIu64 "-%" PRIu64 ": %s", key.min,
                         key.max, text);
            (void)snprintf(text, sizeof text, "%" PRIu64 ".%03" PRIu64 "ns", ps / 1000, ps % 1000);
            cr_expect_eq(matches(&regex, text), inside, "%" PRIu64 "-%" PRIu64 ": %s", key.min,
                         key.max, text);
            if (ps % 100 == 0) {
                (void)snprintf(text, sizeof text, "%" PRIu64 ".%" PRIu64 "ns", ps / 1000,
                               ps / 100 % 10);
                cr_expect_eq(matches(&regex, text), inside, "%s", text);
            }
        }
        regfree(&regex);
    }
}

Test(schema_number, a_coarse_tick_takes_multiples_only)
{
    struct scenario_key key = {
        .type = SCENARIO_TIME, .min = 2 * PS_PER_US, .max = 30 * PS_PER_US, .tick_ps = PS_PER_US};
    regex_t regex = compile(&key);
    cr_expect(matches(&regex, "2us"));
    cr_expect(matches(&regex, "2.0us"));
    cr_expect(matches(&regex, "0.03ms"));
    cr_expect(matches(&regex, "0.030ms"));
    cr_expect(matches(&regex, "3000ns"));
    cr_expect(matches(&regex, "30000000ps"));
    cr_expect_not(matches(&regex, "1us"));
    cr_expect_not(matches(&regex, "31us"));
    cr_expect_not(matches(&regex, "2.5us"));
    cr_expect_not(matches(&regex, "2500ns"));
    cr_expect_not(matches(&regex, "0.0301ms"));
    cr_expect_not(matches(&regex, "1s"));
    regfree(&regex);
}

Test(schema_number, the_largest_time_is_taken_and_one_more_is_not)
{
    struct scenario_key key = {
        .type = SCENARIO_TIME, .min = 0, .max = (uint64_t)INT64_MAX, .tick_ps = 1};
    regex_t regex = compile(&key);
    cr_expect(matches(&regex, "9223372036854775807ps"));
    cr_expect_not(matches(&regex, "9223372036854775808ps"));
    cr_expect(matches(&regex, "9223372.036854775807s"));
    cr_expect_not(matches(&regex, "9223372.036854775808s"));
    cr_expect_not(matches(&regex, "9223372.0368547758070001s"));
    cr_expect(matches(&regex, "9223372.03685s"));
    regfree(&regex);
}

Test(schema_number, whole_numbers_of_every_small_range)
{
    for (uint64_t low = 1; low < 130; low += 3)
        for (uint64_t high = low; high < 1200; high += 37) {
            char *pattern = schema_integer_pattern(low, high), *anchored = NULL;
            regex_t regex;
            cr_assert_gt(asprintf(&anchored, "^(%s)$", pattern), 0);
            cr_assert_eq(regcomp(&regex, anchored, REG_EXTENDED | REG_NOSUB), 0);
            for (uint64_t value = 0; value < 1300; value += value < 140 ? 1 : 13) {
                char text[24];
                (void)snprintf(text, sizeof text, "%" PRIu64, value);
                cr_assert_eq(matches(&regex, text), value >= low && value <= high, "%s: %s", text,
                             pattern);
            }
            regfree(&regex);
            free(pattern);
            free(anchored);
        }
}
