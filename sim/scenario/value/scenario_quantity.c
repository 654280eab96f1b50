#include "sim/scenario/value/scenario_quantity.h"

#include "models/base/units.h"
#include "sim/scenario/value/scenario_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor;
};

/* The largest unit comes first, so that formatting finds the shortest text. */
static const struct unit time_units[] = {{"s", PS_PER_S},   {"ms", PS_PER_MS}, {"us", PS_PER_US},
                                         {"ns", PS_PER_NS}, {"ps", 1},         {NULL, 0}};
static const struct unit size_units[] = {{"GiB", UINT64_C(1) << 30},
                                         {"MiB", UINT64_C(1) << 20},
                                         {"KiB", UINT64_C(1) << 10},
                                         {"B", 1},
                                         {NULL, 0}};
static const struct unit rate_units[] = {
    {"Gbps", UINT64_C(1000000000)}, {"Mbps", 1000000}, {"kbps", 1000}, {"bps", 1}, {NULL, 0}};
static const struct unit drift_units[] = {{"ppm", 1}, {NULL, 0}};
static const struct unit bare_units[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum scenario_type type)
{
    switch (type) {
    case SCENARIO_TIME:
    case SCENARIO_OFFSET:
        return time_units;
    case SCENARIO_SIZE:
        return size_units;
    case SCENARIO_RATE:
        return rate_units;
    case SCENARIO_DRIFT:
        return drift_units;
    default:
        return bare_units;
    }
}

static const char *right_for(enum scenario_type type)
{
    switch (type) {
    case SCENARIO_TIME:
        return "a time such as 200ms (units: ps ns us ms s)";
    case SCENARIO_SIZE:
        return "a size such as 4KiB (units: B KiB MiB GiB)";
    case SCENARIO_RATE:
        return "a rate such as 10Gbps (units: bps kbps Mbps Gbps)";
    case SCENARIO_DRIFT:
        return "a drift such as 50ppm or -50ppm";
    default:
        return "a whole number without unit";
    }
}

static bool wrong(char why[SCENARIO_WHY_MAX], enum scenario_type type, const char *text,
                  const char *what)
{
    (void)snprintf(why, SCENARIO_WHY_MAX, "'%.60s' %s; write %s", text, what, right_for(type));
    return false;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Adds digit * factor to the value. Returns false if the sum exceeds 64 bits. */
static bool add_digit(uint64_t *value, uint64_t digit, uint64_t factor)
{
    uint64_t part;
    return !__builtin_mul_overflow(digit, factor, &part) &&
           !__builtin_add_overflow(*value, part, value);
}

/* Adds the digits after the point. Each digit is worth a tenth of the one before. Returns false
 * if the result is not a whole number of the smallest unit. */
static bool parse_fraction(const char *digits, size_t len, uint64_t factor, uint64_t *value)
{
    for (size_t i = 0; i < len; i++) {
        uint64_t digit = (uint64_t)(digits[i] - '0');
        if (factor % 10 != 0 && digit != 0)
            return false;
        factor /= 10;
        if (!add_digit(value, digit, factor))
            return false;
    }
    return true;
}

bool scenario_quantity_parse(enum scenario_type type, const char *text, uint64_t *value,
                             char why[SCENARIO_WHY_MAX])
{
    size_t whole = 0;
    while (is_digit(text[whole]))
        whole++;
    if (whole == 0)
        return wrong(why, type, text, text[0] == '-' ? "is negative" : "is not a number");
    size_t fraction = 0;
    const char *rest = text + whole;
    if (*rest == '.') {
        while (is_digit(rest[1 + fraction]))
            fraction++;
        if (fraction == 0)
            return wrong(why, type, text, "is not a number");
        rest += 1 + fraction;
    }
    const struct unit *unit = units_of(type);
    while (unit->name && strcmp(unit->name, rest) != 0)
        unit++;
    if (!unit->name)
        return wrong(why, type, text, *rest ? "has an unknown unit" : "has no unit");
    uint64_t number = 0;
    for (size_t i = 0; i < whole; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (__builtin_mul_overflow(number, 10, &number) || !add_digit(&number, digit, 1))
            return wrong(why, type, text, "is too large");
    }
    if (__builtin_mul_overflow(number, unit->factor, &number))
        return wrong(why, type, text, "is too large");
    if (!parse_fraction(text + whole + 1, fraction, unit->factor, &number))
        return wrong(why, type, text, "is finer than the smallest unit");
    *value = number;
    return true;
}

void scenario_quantity_format(enum scenario_type type, uint64_t value,
                              char text[SCENARIO_VALUE_MAX])
{
    const struct unit *unit = units_of(type);
    while (unit->factor > 1 && value % unit->factor != 0)
        unit++;
    (void)snprintf(text, SCENARIO_VALUE_MAX, "%" PRIu64 "%s", value / unit->factor, unit->name);
}
