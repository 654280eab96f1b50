/* sim/scenario_table: rows that fit their fields, each key once. */
#include "sim/scenario_table.h"

#include <criterion/criterion.h>
#include <string.h>

Test(scenario_table, is_sound)
{
    for (size_t i = 0; i < scenario_key_count; i++) {
        const struct scenario_key *key = &scenario_keys[i];
        cr_expect_lt(strlen(key->path), 64, "%s", key->path);
        cr_expect_lt(key->min, key->max + 1, "%s", key->path);
        if (key->bytes > 0 && key->bytes < 8 && key->type <= SCENARIO_COUNT)
            cr_expect_leq(key->max / key->tick_ps, (UINT64_C(1) << (8 * key->bytes)) - 1, "%s",
                          key->path);
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(key->path, scenario_keys[j].path);
    }
}
