#include "sim/scenario/scenario_keys.h"

#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_default.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/value/scenario_quantity.h"
#include "sim/scenario/value/scenario_value.h"

#include <string.h>

static const char *kind_of(const struct scenario_key *key)
{
    switch (key->type) {
    case SCENARIO_TIME:
        return "time";
    case SCENARIO_OFFSET:
        return "time, may be negative";
    case SCENARIO_DRIFT:
        return "ppm, may be negative";
    case SCENARIO_SIZE:
        return "size";
    case SCENARIO_RATE:
        return "rate";
    case SCENARIO_COUNT:
    case SCENARIO_LOG2:
        return "count";
    case SCENARIO_BOOL:
        return "true, false";
    case SCENARIO_MAC:
        return "MAC address";
    case SCENARIO_IPV4:
        return "IPv4 address";
    case SCENARIO_IPV6:
        return "IPv6 address";
    case SCENARIO_VLAN:
        return "none, VLAN id";
    case SCENARIO_AT:
        return "time, percentage";
    case SCENARIO_FRAMES:
    case SCENARIO_PORTS:
        return "numbers and ranges";
    case SCENARIO_TABLE:
        return "digits 0 and 1";
    case SCENARIO_LIST:
        return "words between commas";
    default:
        return "text";
    }
}

static void write_kind(FILE *file, const struct scenario_key *key)
{
    char low[SCENARIO_VALUE_MAX], high[SCENARIO_VALUE_MAX];
    if (key->names) {
        for (size_t i = 0; key->names[i]; i++)
            (void)fprintf(file, "%s%s", i ? ", " : "", key->names[i]);
        return;
    }
    (void)fputs(kind_of(key), file);
    if (key->type > SCENARIO_LOG2)
        return;
    scenario_quantity_format(key->type, key->min, low);
    scenario_quantity_format(key->type, key->max, high);
    if (key->rule == SCENARIO_RULE_ETHERNET)
        (void)fputs(": 10Gbps, 25Gbps, 40Gbps, 100Gbps", file);
    else if (key->rule == SCENARIO_RULE_IP_VERSION)
        (void)fputs(": 4, 6", file);
    else if (key->rule == SCENARIO_RULE_PAGE)
        (void)fputs(": 4KiB, 2MiB, 1GiB", file);
    else if (key->max >= (uint64_t)INT64_MAX)
        (void)fprintf(file, ", at least %s", low);
    else
        (void)fprintf(file, " %s to %s%s", low, high,
                      key->rule == SCENARIO_RULE_POW2 ? ", power of two" : "");
    if (key->rule == SCENARIO_RULE_UNLIMITED)
        (void)fputs(", unlimited", file);
}

/* Writes which keys of nics.* can be given for one NIC: all but those that are named. */
static void write_of_nics(FILE *file)
{
    (void)fputs("\nnics.nic0.* and nics.nic1.* override nics.* for one NIC, such as "
                "nics.nic1.pcie.lanes. Both NICs share:",
                file);
    const char *lead = " ";
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        if (strncmp(key->path, "nics.", 5) != 0 || scenario_key_is_of_nic(key))
            continue;
        (void)fprintf(file, "%s%s", lead, key->path);
        lead = ", ";
    }
    (void)fputs(".\n", file);
}

bool scenario_write_keys(FILE *file, bool with_defaults)
{
    static struct sim_config config;
    char text[SCENARIO_VALUE_MAX];
    sim_config_default(&config);
    (void)fprintf(file, "| key | value |%s meaning |\n|---|---|%s---|\n",
                  with_defaults ? " default |" : "", with_defaults ? "---|" : "");
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        bool in_list = scenario_key_is_action(key) || key->type == SCENARIO_EXPECT;
        (void)fprintf(file, "| `%s` | ", key->path);
        write_kind(file, key);
        if (with_defaults) {
            text[0] = '\0';
            if (!in_list)
                scenario_value_format(key, &config, text);
            (void)fprintf(file, " | %s", text);
        }
        (void)fprintf(file, " | %s |\n", key->doc);
    }
    write_of_nics(file);
    return ferror(file) == 0;
}
