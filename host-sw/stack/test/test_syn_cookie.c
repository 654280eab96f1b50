/* Tests host-sw/stack/syn_cookie.c: a cookie proves which peer was answered, when, and with
 * which MSS. */
#include "host-sw/stack/syn_cookie.h"

#include <criterion/criterion.h>

static struct isn_key key;
static struct flow_key tuple;
static uint16_t mss;

static void setup(void)
{
    isn_key_init(&key, 1);
    tuple = (struct flow_key){.lport = 80, .rport = 40000, .ip_version = 4, .raddr = {[15] = 9}};
}

TestSuite(syn_cookie, .init = setup);

Test(syn_cookie, comes_back_with_the_largest_mss_of_the_table_that_fits)
{
    static const uint16_t rows[][2] = {{100, 536},   {536, 536},   {1219, 536},  {1220, 1220},
                                       {1399, 1360}, {1459, 1452}, {1460, 1460}, {8939, 1460},
                                       {8940, 8940}, {65535, 8940}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t cookie = syn_cookie_make(&key, &tuple, 7, rows[i][0], 0);
        cr_assert(syn_cookie_check(&key, &tuple, 7, cookie, 0, &mss));
        cr_assert_eq(mss, rows[i][1]);
    }
}

Test(syn_cookie, is_good_for_its_period_and_the_next)
{
    uint64_t made = 40 * SYN_COOKIE_PERIOD_PS + 5;
    uint32_t cookie = syn_cookie_make(&key, &tuple, 7, 1460, made);
    cr_assert(syn_cookie_check(&key, &tuple, 7, cookie, made + SYN_COOKIE_PERIOD_PS, &mss));
    cr_assert_not(syn_cookie_check(&key, &tuple, 7, cookie, made + 2 * SYN_COOKIE_PERIOD_PS, &mss));
    cr_assert_not(syn_cookie_check(&key, &tuple, 7, cookie, made - SYN_COOKIE_PERIOD_PS, &mss));
    cr_assert(syn_cookie_may_be(cookie, made + SYN_COOKIE_PERIOD_PS));
    cr_assert_not(syn_cookie_may_be(cookie, made + 2 * SYN_COOKIE_PERIOD_PS));
    /* The counter has five bits, so after 32 periods it has the same value again. The hash then
     * has another one. */
    cr_assert_not(
        syn_cookie_check(&key, &tuple, 7, cookie, made + 32 * SYN_COOKIE_PERIOD_PS, &mss));
}

Test(syn_cookie, is_nobody_elses)
{
    uint32_t cookie = syn_cookie_make(&key, &tuple, 7, 1460, 0);
    cr_assert_not(syn_cookie_check(&key, &tuple, 8, cookie, 0, &mss), "another number of the peer");
    tuple.rport++;
    cr_assert_not(syn_cookie_check(&key, &tuple, 7, cookie, 0, &mss), "another tuple");
    tuple.rport--;
    for (unsigned bit = 0; bit < 32; bit++)
        cr_assert_not(syn_cookie_check(&key, &tuple, 7, cookie ^ 1u << bit, 0, &mss));
    isn_key_init(&key, 2);
    cr_assert_not(syn_cookie_check(&key, &tuple, 7, cookie, 0, &mss), "another secret");
}

Test(syn_cookie, options_ride_on_a_timestamp_that_is_never_in_the_future)
{
    for (uint32_t clock = 0xffffffc0; clock != 200; clock++)
        for (unsigned ws = 0; ws <= 14; ws++) {
            struct syn_cookie_options in = {true, ws % 2 == 0, (uint8_t)ws};
            uint32_t stamp = syn_cookie_stamp(clock, in);
            struct syn_cookie_options out = syn_cookie_unstamp(stamp);
            cr_assert_leq((int32_t)(stamp - clock), 0);
            cr_assert_leq(clock - stamp, 64);
            cr_assert(out.has_ws && out.ws == ws && out.sack == in.sack);
        }
    cr_assert_not(syn_cookie_unstamp(syn_cookie_stamp(77, (struct syn_cookie_options){0})).has_ws);
}
