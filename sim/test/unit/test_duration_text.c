#include "sim/results/duration_text.h"

#include <criterion/criterion.h>

static void expect_text(uint64_t ns, const char *expected)
{
    char text[DURATION_TEXT_MAX];
    duration_text(text, ns);
    cr_assert_str_eq(text, expected);
}

Test(duration_text, below_a_microsecond_nanoseconds_are_whole)
{
    expect_text(0, "0 ns");
    expect_text(1, "1 ns");
    expect_text(999, "999 ns");
}

Test(duration_text, three_decimals_of_the_unit_that_fits)
{
    expect_text(1000, "1.000 us");
    expect_text(6264, "6.264 us");
    expect_text(999999, "999.999 us");
    expect_text(1000000, "1.000 ms");
    expect_text(80606000, "80.606 ms");
    expect_text(999999999, "999.999 ms");
    expect_text(1000000000, "1.000 s");
    expect_text(61002003004, "61.002 s");
}

Test(duration_text, smaller_digits_are_cut_off_not_rounded)
{
    expect_text(1999999, "1.999 ms");
    expect_text(388145001, "388.145 ms");
    expect_text(1999999999, "1.999 s");
}

Test(duration_text, the_largest_number_fits) { expect_text(UINT64_MAX, "18446744073.709 s"); }
