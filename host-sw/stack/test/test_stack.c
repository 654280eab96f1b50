/* Tests host-sw/stack: SipHash and initial sequence numbers, the flow table, and the rules of
 * TIME_WAIT. */
#include "host-sw/stack/flow_table.h"
#include "host-sw/stack/isn.h"
#include "host-sw/stack/time_wait.h"
#include "models/base/rng.h"
#include "models/base/units.h"
#include "models/hwif/ctx_enums.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

/* The test vector of appendix A of the SipHash paper. */
Test(isn, siphash_matches_its_authors_vector)
{
    uint8_t bytes[15];
    for (uint8_t i = 0; i < 15; i++)
        bytes[i] = i;
    struct isn_key key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    cr_assert_eq(siphash24(&key, bytes, 15), UINT64_C(0xa129ca6149be45e5));
    cr_assert_eq(siphash24(&key, bytes, 0), UINT64_C(0x726fdb47dd0e0e31));
}

Test(isn, numbers_grow_with_time_and_differ_by_tuple_and_seed)
{
    struct isn_key a, b;
    isn_key_init(&a, 1);
    isn_key_init(&b, 2);
    struct flow_key one = {.lport = 80, .rport = 1}, two = {.lport = 80, .rport = 2};
    cr_assert_eq(isn_make(&a, &one, 4000 * PS_PER_US) - isn_make(&a, &one, 0), 1000);
    cr_assert_neq(isn_make(&a, &one, 0), isn_make(&a, &two, 0));
    cr_assert_neq(isn_make(&a, &one, 0), isn_make(&b, &one, 0));
}

Test(flow_table, finds_what_is_in_it_through_growth_and_random_removal)
{
    enum { KEYS = 500 };
    struct flow_table table;
    bool in[KEYS] = {false};
    struct rng rng;
    rng_init(&rng, 7, "flow_table");
    cr_assert(flow_table_init(&table, 3));
    for (int round = 0; round < 20000; round++) {
        uint32_t i = (uint32_t)rng_below(&rng, KEYS);
        struct flow_key key = {.lport = 80, .rport = (uint16_t)i, .ip_version = 4};
        if (in[i])
            cr_assert(flow_table_remove(&table, &key));
        else
            flow_table_insert(&table, &key, i);
        in[i] = !in[i];
        uint32_t j = (uint32_t)rng_below(&rng, KEYS);
        key.rport = (uint16_t)j;
        cr_assert_eq(flow_table_find(&table, &key), in[j] ? j : FLOW_TABLE_NONE);
    }
    struct flow_key absent = {.lport = 81};
    cr_assert_not(flow_table_remove(&table, &absent));
    flow_table_free(&table);
}

struct reuse_row {
    char name[48];
    uint16_t flags;
    uint8_t features, options;
    uint32_t seq, tsval;
    enum time_wait_verdict verdict;
};
ParameterizedTestParameters(time_wait, segments_are_judged_by_rfc_6191)
{
    static struct reuse_row rows[] = {
        {"newer timestamp", TCP_SYN, CTX_FEATURE_TS, TCP_HAS_TS, 1, 101, TIME_WAIT_REOPEN},
        {"older timestamp, larger seq", TCP_SYN, CTX_FEATURE_TS, TCP_HAS_TS, 600, 99,
         TIME_WAIT_ACK},
        {"equal timestamp, larger seq", TCP_SYN, CTX_FEATURE_TS, TCP_HAS_TS, 600, 100,
         TIME_WAIT_REOPEN},
        {"equal timestamp, smaller seq", TCP_SYN, CTX_FEATURE_TS, TCP_HAS_TS, 400, 100,
         TIME_WAIT_ACK},
        {"no timestamps, larger seq", TCP_SYN, 0, 0, 501, 0, TIME_WAIT_REOPEN},
        {"no timestamps, equal seq", TCP_SYN, 0, 0, 500, 0, TIME_WAIT_ACK},
        {"SYN-ACK", TCP_SYN | TCP_ACK, 0, 0, 600, 0, TIME_WAIT_ACK},
        {"reset", TCP_RST, 0, 0, 500, 0, TIME_WAIT_IGNORE},
        {"repeated FIN", TCP_FIN | TCP_ACK, 0, 0, 499, 0, TIME_WAIT_ACK},
        {"expected ACK", TCP_ACK, 0, 0, 500, 0, TIME_WAIT_IGNORE},
        {"old ACK", TCP_ACK, 0, 0, 400, 0, TIME_WAIT_ACK},
    };
    return cr_make_param_array(struct reuse_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct reuse_row *row, time_wait, segments_are_judged_by_rfc_6191)
{
    struct time_wait_table table;
    cr_assert(time_wait_init(&table, PS_PER_S));
    struct time_wait entry = {
        .key = {.lport = 80}, .rcv_nxt = 500, .ts_recent = 100, .features = row->features};
    time_wait_add(&table, &entry, 0);
    struct tcp_segment seg = {
        .flags = row->flags, .options = row->options, .seq = row->seq, .tsval = row->tsval};
    struct time_wait *found = time_wait_find(&table, &entry.key);
    cr_assert_eq(time_wait_input(&table, found, &seg, 10), row->verdict, "%s", row->name);
    cr_assert_eq(table.next_ps, PS_PER_S + ((row->flags & TCP_FIN) ? 10 : 0));
    time_wait_free(&table);
}

Test(time_wait, entries_expire_in_order_and_a_repeated_fin_starts_again)
{
    struct time_wait_table table;
    cr_assert(time_wait_init(&table, 100));
    for (uint16_t i = 0; i < 200; i++)
        time_wait_add(&table, &(struct time_wait){.key = {.rport = i}, .row = i}, i);
    struct tcp_segment fin = {.flags = TCP_FIN | TCP_ACK};
    struct flow_key first = {.rport = 0};
    time_wait_input(&table, time_wait_find(&table, &first), &fin, 250);
    struct time_wait gone;
    for (uint64_t i = 1; i < 200; i++) {
        cr_assert(time_wait_expire(&table, 299, &gone));
        cr_assert_eq(gone.row, i);
    }
    cr_assert_not(time_wait_expire(&table, 349, &gone));
    cr_assert(time_wait_expire(&table, 350, &gone));
    cr_assert_eq(gone.row, 0);
    cr_assert_eq(table.next_ps, TIME_NEVER);
    time_wait_free(&table);
}
