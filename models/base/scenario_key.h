/* The description of a scenario key for the reader. Parts with keys of their own use this type;
 * sim/scenario/scenario_table.c has the table of all keys. */
#ifndef TOESIM_BASE_SCENARIO_KEY_H
#define TOESIM_BASE_SCENARIO_KEY_H

#include <stddef.h>
#include <stdint.h>

enum scenario_type {
    SCENARIO_TIME,   /* with unit; stored in ticks of tick_ps */
    SCENARIO_SIZE,   /* bytes, with unit */
    SCENARIO_RATE,   /* bits per second, with unit */
    SCENARIO_COUNT,  /* bare number */
    SCENARIO_LOG2,   /* bare number, a power of two, stored as its logarithm */
    SCENARIO_OFFSET, /* time with a sign; stored in ps as int64_t */
    SCENARIO_DRIFT,  /* parts per million with a sign; stored as int64_t */
    SCENARIO_BOOL,
    SCENARIO_ENUM, /* one of names[]; its index is stored */
    SCENARIO_NAME, /* letters, digits, '.', '_', '-' */
    SCENARIO_PATH,
    SCENARIO_MAC,
    SCENARIO_IPV4,
    SCENARIO_IPV6,
    SCENARIO_VLAN,   /* none, or a VID */
    SCENARIO_AT,     /* of struct sim_action: time, or percent of the traffic */
    SCENARIO_ACTION, /* of struct sim_action: the name of a kind of action */
    SCENARIO_FRAMES, /* of struct sim_action: numbers of frames, such as 3 7 10-12 */
    SCENARIO_PORTS,  /* struct port_ranges: port numbers and ranges, or none */
    SCENARIO_TABLE,  /* digits 0 and 1 */
    SCENARIO_LIST,   /* words between commas, without blanks; may be empty */
    SCENARIO_EXPECT, /* list item: text of an expectation */
};

enum scenario_rule {
    SCENARIO_RULE_NONE,
    SCENARIO_RULE_POW2,       /* a power of two */
    SCENARIO_RULE_ETHERNET,   /* 10, 25, 40 or 100 Gb/s */
    SCENARIO_RULE_IP_VERSION, /* 4 or 6 */
    SCENARIO_RULE_PAGE,       /* the page sizes of an IOMMU */
    SCENARIO_RULE_UNLIMITED,  /* the word "unlimited" means TIME_NEVER */
    SCENARIO_RULE_BOTH_NICS,  /* of nics.*: one NIC cannot have a value of its own */
};

/* One key. `path` holds sections joined by '.', with "[]" for a list. Offsets of a list's keys are in
 * struct sim_action, all others in struct sim_config. min and max are in ps, bytes, bits per second, or
 * without unit. */
struct scenario_key {
    const char *path;
    enum scenario_type type;
    enum scenario_rule rule;
    uint64_t min, max;
    size_t offset, bytes;
    uint64_t tick_ps;
    const char *const *names; /* null-terminated */
    const char *doc;
};

/* The keys of one policy or mechanism. Their paths hold only the last word, and their offsets refer to the
 * owner's values. */
struct own_keys {
    const struct scenario_key *keys;
    size_t count;
    const void *preset; /* the default values */
    size_t bytes;       /* size of the values; a multiple of 8, 0 without keys */
};

#endif
