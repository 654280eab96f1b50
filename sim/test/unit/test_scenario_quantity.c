/* Tests sim/scenario/value/scenario_quantity.c, which reads and writes numbers with units. */
#include "sim/scenario/value/scenario_quantity.h"
#include "sim/scenario/value/scenario_value.h"

#include "models/base/units.h"

#include <criterion/criterion.h>

struct quantity_row {
    enum scenario_type type;
    const char *text;
    uint64_t value;
    const char *back;
};

static const struct quantity_row quantity_rows[] = {
    {SCENARIO_TIME, "1s", PS_PER_S, "1s"},
    {SCENARIO_TIME, "0.001us", 1000, "1ns"},
    {SCENARIO_TIME, "51.65ns", 51650, "51650ps"},
    {SCENARIO_TIME, "1.000000000001s", PS_PER_S + 1, "1000000000001ps"},
    {SCENARIO_TIME, "1500ms", 1500 * PS_PER_MS, "1500ms"},
    {SCENARIO_TIME, "0ps", 0, "0s"},
    {SCENARIO_SIZE, "4KiB", 4096, "4KiB"},
    {SCENARIO_SIZE, "1536B", 1536, "1536B"},
    {SCENARIO_RATE, "10Gbps", UINT64_C(10000000000), "10Gbps"},
    {SCENARIO_RATE, "2.5Gbps", UINT64_C(2500000000), "2500Mbps"},
    {SCENARIO_COUNT, "18446744073709551615", UINT64_MAX, "18446744073709551615"},
};

Test(scenario_quantity, they_are_exact_both_ways)
{
    for (size_t i = 0; i < sizeof quantity_rows / sizeof quantity_rows[0]; i++) {
        const struct quantity_row *row = &quantity_rows[i];
        char why[SCENARIO_WHY_MAX], text[SCENARIO_VALUE_MAX];
        uint64_t value = 0;
        cr_expect(scenario_quantity_parse(row->type, row->text, &value, why), "%s: %s", row->text,
                  why);
        cr_expect_eq(value, row->value, "%s", row->text);
        scenario_quantity_format(row->type, value, text);
        cr_expect_str_eq(text, row->back);
    }
}
