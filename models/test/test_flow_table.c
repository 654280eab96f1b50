/* models/lan_switch/flow_table: keys keep their entries while the table grows. */
#include "models/lan_switch/flow_table.h"

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

Test(flow_table, a_new_key_starts_at_nothing_and_is_found_again)
{
    struct flow_table table;
    cr_assert(flow_table_init(&table));
    struct flow_key key = key_of(1);
    struct flow *flow = flow_table_get(&table, &key);
    cr_assert_not_null(flow);
    cr_assert_eq(flow->frames, 0);
    flow->frames = 9;
    cr_assert_eq(flow_table_get(&table, &key), flow);
    cr_assert_eq(flow_table_get(&table, &key)->frames, 9);
    cr_assert_eq(table.count, 1);
    flow_table_free(&table);
}

Test(flow_table, every_field_of_the_key_separates)
{
    struct flow_table table;
    cr_assert(flow_table_init(&table));
    for (size_t byte = 0; byte < sizeof(struct flow_key); byte++) {
        struct flow_key key = key_of(5);
        ((uint8_t *)&key)[byte] ^= 0x40;
        cr_assert_eq(flow_table_get(&table, &key)->frames, 0);
        flow_table_get(&table, &key)->frames = 1;
    }
    cr_assert_eq(table.count, sizeof(struct flow_key));
    flow_table_free(&table);
}

Test(flow_table, growth_keeps_all_and_the_limit_holds)
{
    struct flow_table table;
    cr_assert(flow_table_init(&table));
    for (uint32_t n = 0; n < FLOW_TABLE_MAX; n++) {
        struct flow_key key = key_of(n);
        flow_table_get(&table, &key)->frames = n + 1;
    }
    cr_assert_eq(table.count, FLOW_TABLE_MAX);
    struct flow_key extra = key_of(FLOW_TABLE_MAX);
    cr_assert_null(flow_table_get(&table, &extra));
    for (uint32_t n = 0; n < FLOW_TABLE_MAX; n += 97) {
        struct flow_key key = key_of(n);
        cr_assert_eq(flow_table_get(&table, &key)->frames, n + 1);
    }
    flow_table_free(&table);
}
