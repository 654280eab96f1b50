#include "sim/scenario/value/scenario_value.h"

#include "models/base/units.h"
#include "models/hwif/flow_key.h"
#include "sim/action/action_table.h"
#include "sim/scenario/value/scenario_frames.h"
#include "sim/scenario/value/scenario_names.h"
#include "sim/scenario/value/scenario_ports.h"
#include "sim/scenario/value/scenario_quantity.h"

#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint8_t ipv4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void *field_of(const struct scenario_key *key, void *base)
{
    return (unsigned char *)base + key->offset;
}

static const void *const_field_of(const struct scenario_key *key, const void *base)
{
    return (const unsigned char *)base + key->offset;
}

static void store(const struct scenario_key *key, void *base, uint64_t value)
{
    void *field = field_of(key, base);
    switch (key->bytes) {
    case 1:
        *(uint8_t *)field = (uint8_t)value;
        break;
    case 2:
        *(uint16_t *)field = (uint16_t)value;
        break;
    case 4:
        *(uint32_t *)field = (uint32_t)value;
        break;
    default:
        assert(key->bytes == 8);
        *(uint64_t *)field = value;
    }
}

static uint64_t fetch(const struct scenario_key *key, const void *base)
{
    const void *field = const_field_of(key, base);
    switch (key->bytes) {
    case 1:
        return *(const uint8_t *)field;
    case 2:
        return *(const uint16_t *)field;
    case 4:
        return *(const uint32_t *)field;
    default:
        assert(key->bytes == 8);
        return *(const uint64_t *)field;
    }
}

static bool wrong(char why[SCENARIO_WHY_MAX], const char *text, const char *right)
{
    (void)snprintf(why, SCENARIO_WHY_MAX, "'%.60s' is wrong; write %s", text, right);
    return false;
}

/* --- numbers --- */

static bool check_range(const struct scenario_key *key, const char *text, uint64_t value,
                        char why[SCENARIO_WHY_MAX])
{
    if (value < key->min || value > key->max) {
        char low[SCENARIO_VALUE_MAX], high[SCENARIO_VALUE_MAX];
        scenario_quantity_format(key->type, key->min, low);
        scenario_quantity_format(key->type, key->max, high);
        if (key->type == SCENARIO_OFFSET || key->type == SCENARIO_DRIFT)
            (void)snprintf(low, sizeof low, "-%.40s", high);
        (void)snprintf(why, SCENARIO_WHY_MAX, "'%.60s' is out of range; write %.40s to %.40s", text,
                       low, high);
        return false;
    }
    if (key->rule == SCENARIO_RULE_POW2 && (value & (value - 1)) != 0)
        return wrong(why, text, "a power of two");
    uint64_t gbps = value / UINT64_C(1000000000);
    if (key->rule == SCENARIO_RULE_ETHERNET &&
        (value % UINT64_C(1000000000) != 0 ||
         (gbps != 10 && gbps != 25 && gbps != 40 && gbps != 100)))
        return wrong(why, text, "10Gbps, 25Gbps, 40Gbps or 100Gbps");
    if (key->rule == SCENARIO_RULE_IP_VERSION && value == 5)
        return wrong(why, text, "4 or 6");
    if (key->rule == SCENARIO_RULE_PAGE && !host_iommu_is_page(value))
        return wrong(why, text, "4KiB, 2MiB or 1GiB");
    if (value % key->tick_ps != 0) {
        (void)snprintf(why, SCENARIO_WHY_MAX, "'%.60s' is too fine; write whole %s", text,
                       key->tick_ps == PS_PER_US ? "us" : "ms");
        return false;
    }
    return true;
}

static bool parse_number(const struct scenario_key *key, const char *text, void *base,
                         char why[SCENARIO_WHY_MAX])
{
    if (key->rule == SCENARIO_RULE_UNLIMITED && strcmp(text, "unlimited") == 0) {
        store(key, base, TIME_NEVER);
        return true;
    }
    uint64_t value;
    if (!scenario_quantity_parse(key->type, text, &value, why) ||
        !check_range(key, text, value, why))
        return false;
    if (key->type == SCENARIO_LOG2)
        value = (uint64_t)__builtin_ctzll(value);
    store(key, base, value / key->tick_ps);
    return true;
}

static enum scenario_type unsigned_of(const struct scenario_key *key)
{
    return key->type == SCENARIO_OFFSET ? SCENARIO_TIME : key->type;
}

/* min and max limit the size of an offset or drift, whatever its sign is. */
static bool parse_offset(const struct scenario_key *key, const char *text, void *base,
                         char why[SCENARIO_WHY_MAX])
{
    uint64_t size;
    bool is_negative = text[0] == '-';
    const char *number = text + (is_negative || text[0] == '+');
    if (*number == '-' || *number == '+')
        return wrong(why, text, "one sign and a number, such as -2us or -50ppm");
    if (!scenario_quantity_parse(unsigned_of(key), number, &size, why) ||
        !check_range(key, number, size, why))
        return false;
    assert(size <= (uint64_t)INT64_MAX);
    store(key, base, is_negative ? UINT64_C(0) - size : size);
    return true;
}

/* --- words --- */

static bool parse_enum(const struct scenario_key *key, const char *text, void *base,
                       char why[SCENARIO_WHY_MAX])
{
    uint64_t index;
    if (!scenario_name_find(key->names, text, &index))
        return scenario_name_wrong(key->names, text, why);
    store(key, base, index);
    return true;
}

static bool parse_bool(const struct scenario_key *key, const char *text, void *base,
                       char why[SCENARIO_WHY_MAX])
{
    bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0)
        return wrong(why, text, "true or false");
    store(key, base, is_true);
    return true;
}

static bool parse_name(const struct scenario_key *key, const char *text, void *base,
                       char why[SCENARIO_WHY_MAX])
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = strlen(text);
    if (len == 0 || len >= key->bytes || text[0] == '.' || strspn(text, allowed) != len)
        return wrong(why, text, "1 to 63 letters, digits, '.', '_' or '-', not beginning with '.'");
    memset(field_of(key, base), 0, key->bytes);
    memcpy(field_of(key, base), text, len);
    return true;
}

static bool parse_table(const struct scenario_key *key, const char *text, void *base,
                        char why[SCENARIO_WHY_MAX])
{
    size_t len = strlen(text);
    if (len >= key->bytes || strspn(text, "01") != len)
        return wrong(why, text, "at most 256 digits 0 or 1, such as 0110");
    memset(field_of(key, base), 0, key->bytes);
    memcpy(field_of(key, base), text, len);
    return true;
}

static bool parse_list(const struct scenario_key *key, const char *text, void *base,
                       char why[SCENARIO_WHY_MAX])
{
    size_t len = strlen(text);
    if (key->names && !scenario_names_are(key->names, text))
        return scenario_name_wrong(key->names, text, why);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7f)
            return wrong(why, text, "words between commas, without blanks");
    if (len >= key->bytes)
        return wrong(why, text, "at most 255 bytes");
    memset(field_of(key, base), 0, key->bytes);
    memcpy(field_of(key, base), text, len);
    return true;
}

static bool parse_path(const struct scenario_key *key, const char *text, void *base,
                       char why[SCENARIO_WHY_MAX])
{
    size_t len = strlen(text);
    if (len == 0 || len >= key->bytes)
        return wrong(why, text, "the path of a file, at most 1023 bytes");
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return wrong(why, text, "a path without control characters");
    memset(field_of(key, base), 0, key->bytes);
    memcpy(field_of(key, base), text, len);
    return true;
}

/* --- addresses --- */

static bool hex_value(char c, uint8_t *value)
{
    if (c >= '0' && c <= '9')
        *value = (uint8_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *value = (uint8_t)(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
        *value = (uint8_t)(c - 'A' + 10);
    else
        return false;
    return true;
}

static bool parse_mac(const struct scenario_key *key, const char *text, void *base,
                      char why[SCENARIO_WHY_MAX])
{
    uint8_t mac[6];
    bool good = strlen(text) == 17;
    for (size_t i = 0; good && i < 6; i++) {
        uint8_t high, low;
        good = hex_value(text[3 * i], &high) && hex_value(text[3 * i + 1], &low) &&
               (i == 5 || text[3 * i + 2] == ':');
        if (good)
            mac[i] = (uint8_t)(high << 4 | low);
    }
    if (!good || (mac[0] & 1) != 0)
        return wrong(why, text, "a unicast MAC address such as 02:00:00:00:00:01");
    memcpy(field_of(key, base), mac, sizeof mac);
    return true;
}

static bool parse_ip(const struct scenario_key *key, const char *text, void *base,
                     char why[SCENARIO_WHY_MAX])
{
    uint8_t address[16];
    if (key->type == SCENARIO_IPV4) {
        memcpy(address, ipv4_mapped, sizeof ipv4_mapped);
        if (inet_pton(AF_INET, text, address + 12) != 1 || address[12] == 0 || address[12] >= 224)
            return wrong(why, text, "a unicast IPv4 address such as 192.0.2.1");
    } else if (inet_pton(AF_INET6, text, address) != 1 || address[0] == 0xff ||
               memcmp(address, ipv4_mapped, 10) == 0) {
        return wrong(why, text, "a unicast IPv6 address such as 2001:db8::1");
    }
    memcpy(field_of(key, base), address, sizeof address);
    return true;
}

static bool parse_vlan(const struct scenario_key *key, const char *text, void *base,
                       char why[SCENARIO_WHY_MAX])
{
    uint64_t vid;
    if (strcmp(text, "none") == 0) {
        store(key, base, VLAN_NONE);
        return true;
    }
    if (!scenario_quantity_parse(SCENARIO_COUNT, text, &vid, why) || vid < 1 || vid > 4094)
        return wrong(why, text, "none, or a VLAN id from 1 to 4094");
    store(key, base, VLAN_TAGGED | vid);
    return true;
}

/* --- actions --- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Parses a percentage such as "12.5%" into thousandths. It must be a whole number of them. */
static bool parse_percent(const char *text, uint32_t *permille)
{
    size_t len = strlen(text);
    uint64_t value = 0, whole = 0;
    size_t at = 0;
    while (is_digit(text[at]) && at < 3)
        whole = whole * 10 + (uint64_t)(text[at++] - '0');
    value = whole * 10;
    if (at > 0 && text[at] == '.' && is_digit(text[at + 1])) {
        value += (uint64_t)(text[at + 1] - '0');
        at += 2;
    }
    *permille = (uint32_t)value;
    return at > 0 && at + 1 == len && text[at] == '%' && value <= 1000;
}

static bool parse_at(const char *text, struct sim_action *action, char why[SCENARIO_WHY_MAX])
{
    size_t len = strlen(text);
    if (len > 0 && text[len - 1] == '%') {
        if (!parse_percent(text, &action->at_permille))
            return wrong(why, text, "0% to 100%, with at most one digit after the point");
        action->by_progress = true;
        action->at_ps = 0;
        return true;
    }
    uint64_t at_ps;
    if (!scenario_quantity_parse(SCENARIO_TIME, text, &at_ps, why))
        return false;
    if (at_ps > (uint64_t)INT64_MAX)
        return wrong(why, text, "a time below 106 days, or a percentage such as 50%");
    action->by_progress = false;
    action->at_permille = 0;
    action->at_ps = at_ps;
    return true;
}

static bool parse_action(const struct scenario_key *key, const char *text,
                         struct sim_action *action, char why[SCENARIO_WHY_MAX])
{
    bool is_rehash = strncmp(key->path, "switch.", 7) == 0;
    enum action_list list = is_rehash ? ACTION_LIST_REHASH : ACTION_LIST_FAULTS;
    const struct action_kind *kind = action_find(list, text);
    if (!kind)
        return scenario_name_wrong(key->names, text, why);
    action->kind = kind;
    return true;
}

bool scenario_value_parse(const struct scenario_key *key, const char *text, void *base,
                          char why[SCENARIO_WHY_MAX])
{
    switch (key->type) {
    case SCENARIO_TIME:
    case SCENARIO_SIZE:
    case SCENARIO_RATE:
    case SCENARIO_COUNT:
    case SCENARIO_LOG2:
        return parse_number(key, text, base, why);
    case SCENARIO_OFFSET:
    case SCENARIO_DRIFT:
        return parse_offset(key, text, base, why);
    case SCENARIO_BOOL:
        return parse_bool(key, text, base, why);
    case SCENARIO_ENUM:
        return parse_enum(key, text, base, why);
    case SCENARIO_NAME:
        return parse_name(key, text, base, why);
    case SCENARIO_PATH:
        return parse_path(key, text, base, why);
    case SCENARIO_MAC:
        return parse_mac(key, text, base, why);
    case SCENARIO_IPV4:
    case SCENARIO_IPV6:
        return parse_ip(key, text, base, why);
    case SCENARIO_VLAN:
        return parse_vlan(key, text, base, why);
    case SCENARIO_AT:
        return parse_at(text, base, why);
    case SCENARIO_FRAMES:
        return scenario_frames_parse(text, &((struct sim_action *)base)->line, why);
    case SCENARIO_PORTS:
        return scenario_ports_parse(text, (struct port_ranges *)((char *)base + key->offset), why);
    case SCENARIO_TABLE:
        return parse_table(key, text, base, why);
    case SCENARIO_LIST:
        return parse_list(key, text, base, why);
    case SCENARIO_ACTION:
        return parse_action(key, text, base, why);
    case SCENARIO_EXPECT:
        break;
    }
    assert(!"a list item is stored by its list");
    return false;
}

/* --- and back --- */

static void format_at(const struct sim_action *action, char text[SCENARIO_VALUE_MAX])
{
    uint32_t permille = action->at_permille;
    if (!action->by_progress)
        scenario_quantity_format(SCENARIO_TIME, action->at_ps, text);
    else if (permille % 10 == 0)
        (void)snprintf(text, SCENARIO_VALUE_MAX, "%" PRIu32 "%%", permille / 10);
    else
        (void)snprintf(text, SCENARIO_VALUE_MAX, "%" PRIu32 ".%" PRIu32 "%%", permille / 10,
                       permille % 10);
}

static void format_address(const struct scenario_key *key, const void *base,
                           char text[SCENARIO_VALUE_MAX])
{
    const uint8_t *b = const_field_of(key, base);
    if (key->type == SCENARIO_MAC)
        (void)snprintf(text, SCENARIO_VALUE_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2],
                       b[3], b[4], b[5]);
    else if (key->type == SCENARIO_IPV4)
        (void)inet_ntop(AF_INET, b + 12, text, SCENARIO_VALUE_MAX);
    else
        (void)inet_ntop(AF_INET6, b, text, SCENARIO_VALUE_MAX);
}

static void format_number(const struct scenario_key *key, const void *base,
                          char text[SCENARIO_VALUE_MAX])
{
    uint64_t value = fetch(key, base);
    if (key->rule == SCENARIO_RULE_UNLIMITED && value == TIME_NEVER) {
        (void)snprintf(text, SCENARIO_VALUE_MAX, "unlimited");
        return;
    }
    if (key->type == SCENARIO_LOG2)
        value = UINT64_C(1) << value;
    scenario_quantity_format(key->type, value * key->tick_ps, text);
}

static void format_offset(const struct scenario_key *key, const void *base,
                          char text[SCENARIO_VALUE_MAX])
{
    int64_t value = (int64_t)fetch(key, base);
    uint64_t size = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
    scenario_quantity_format(unsigned_of(key), size, text);
    if (value < 0) {
        memmove(text + 1, text, strlen(text) + 1);
        text[0] = '-';
    }
}

/* Returns the word for a value whose type is not a plain number. */
static const char *word_of(const struct scenario_key *key, const void *base)
{
    const struct sim_action *action = base;
    switch (key->type) {
    case SCENARIO_BOOL:
        return fetch(key, base) ? "true" : "false";
    case SCENARIO_ENUM:
        return key->names[fetch(key, base)];
    case SCENARIO_ACTION:
        return action->kind->name;
    default:
        return const_field_of(key, base); /* NAME and PATH are stored as text */
    }
}

void scenario_value_format(const struct scenario_key *key, const void *base,
                           char text[SCENARIO_VALUE_MAX])
{
    switch (key->type) {
    case SCENARIO_TIME:
    case SCENARIO_SIZE:
    case SCENARIO_RATE:
    case SCENARIO_COUNT:
    case SCENARIO_LOG2:
        format_number(key, base, text);
        break;
    case SCENARIO_OFFSET:
    case SCENARIO_DRIFT:
        format_offset(key, base, text);
        break;
    case SCENARIO_MAC:
    case SCENARIO_IPV4:
    case SCENARIO_IPV6:
        format_address(key, base, text);
        break;
    case SCENARIO_VLAN:
        if (fetch(key, base) == VLAN_NONE)
            (void)snprintf(text, SCENARIO_VALUE_MAX, "none");
        else
            (void)snprintf(text, SCENARIO_VALUE_MAX, "%u",
                           (unsigned)(fetch(key, base) & VLAN_VID_MASK));
        break;
    case SCENARIO_AT:
        format_at(base, text);
        break;
    case SCENARIO_FRAMES:
        scenario_frames_format(&((const struct sim_action *)base)->line, text);
        break;
    case SCENARIO_PORTS:
        scenario_ports_format((const struct port_ranges *)((const char *)base + key->offset), text);
        break;
    default:
        (void)snprintf(text, SCENARIO_VALUE_MAX, "%s", word_of(key, base));
    }
}

bool scenario_value_is_text(const struct scenario_key *key)
{
    return key->type == SCENARIO_NAME || key->type == SCENARIO_PATH || key->type == SCENARIO_MAC ||
           key->type == SCENARIO_IPV4 || key->type == SCENARIO_IPV6 ||
           key->type == SCENARIO_EXPECT || key->type == SCENARIO_TABLE ||
           key->type == SCENARIO_LIST;
}
