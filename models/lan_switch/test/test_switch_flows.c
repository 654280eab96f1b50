/* Tests models/lan_switch/switch_flows: keys keep their entries while the table grows. */
#include "models/lan_switch/switch_flows.h"

#include <criterion/criterion.h>
#include <string.h>

static struct flow_key key_of(uint32_t n)
{
    struct flow_key key;
    memset(&key, 0, sizeof key);
    memcpy(key.raddr + 12, &n, sizeof n);
    key.lport = 80;
    key.rport = (uint16_t)(n * 7);
    key.ip_version = 4;
    return key;
}

Test(switch_flows, a_new_key_starts_at_nothing_and_is_found_again)
{
    struct switch_flows table;
    cr_assert(switch_flows_init(&table));
    struct flow_key key = key_of(1);
    struct flow *flow = switch_flows_get(&table, &key);
    cr_assert_not_null(flow);
    cr_assert_eq(flow->frames, 0);
    flow->frames = 9;
    cr_assert_eq(switch_flows_get(&table, &key), flow);
    cr_assert_eq(switch_flows_get(&table, &key)->frames, 9);
    cr_assert_eq(table.count, 1);
    switch_flows_free(&table);
}

Test(switch_flows, every_field_of_the_key_separates)
{
    struct switch_flows table;
    cr_assert(switch_flows_init(&table));
    for (size_t byte = 0; byte < sizeof(struct flow_key); byte++) {
        struct flow_key key = key_of(5);
        ((uint8_t *)&key)[byte] ^= 0x40;
        cr_assert_eq(switch_flows_get(&table, &key)->frames, 0);
        switch_flows_get(&table, &key)->frames = 1;
    }
    cr_assert_eq(table.count, sizeof(struct flow_key));
    switch_flows_free(&table);
}

Test(switch_flows, growth_keeps_all_and_the_limit_holds)
{
    struct switch_flows table;
    cr_assert(switch_flows_init(&table));
    for (uint32_t n = 0; n < SWITCH_FLOWS_MAX; n++) {
        struct flow_key key = key_of(n);
        switch_flows_get(&table, &key)->frames = n + 1;
    }
    cr_assert_eq(table.count, SWITCH_FLOWS_MAX);
    struct flow_key extra = key_of(SWITCH_FLOWS_MAX);
    cr_assert_null(switch_flows_get(&table, &extra));
    for (uint32_t n = 0; n < SWITCH_FLOWS_MAX; n += 97) {
        struct flow_key key = key_of(n);
        cr_assert_eq(switch_flows_get(&table, &key)->frames, n + 1);
    }
    switch_flows_free(&table);
}
