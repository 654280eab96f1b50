/* The one table of scenario keys: reader, --set, effective.yaml and JSON Schema all come from it.
 */
#ifndef TOESIM_SIM_SCENARIO_TABLE_H
#define TOESIM_SIM_SCENARIO_TABLE_H

#include "sim/config.h"

enum scenario_type {
    SCENARIO_TIME,  /* with unit; stored in ticks of tick_ps */
    SCENARIO_SIZE,  /* bytes, with unit */
    SCENARIO_RATE,  /* bits per second, with unit */
    SCENARIO_COUNT, /* bare number */
    SCENARIO_LOG2,  /* bare number, a power of two, stored as its logarithm */
    SCENARIO_BOOL,
    SCENARIO_ENUM, /* one of names[]; its index is stored */
    SCENARIO_NAME, /* letters, digits, '.', '_', '-' */
    SCENARIO_PATH,
    SCENARIO_MAC,
    SCENARIO_IPV4,
    SCENARIO_IPV6,
    SCENARIO_VLAN,   /* none, or a VID */
    SCENARIO_AT,     /* of struct sim_action: time, or percent of the traffic */
    SCENARIO_REHASH, /* of struct sim_action: swap or a hash policy */
    SCENARIO_FAULT,  /* of struct sim_action: name of a fault */
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
};

/* path: sections joined by '.', "[]" for a list. Offsets of a list's keys are in struct sim_action,
 * all others in struct sim_config. min and max are in ps, bytes, bits per second or 1. */
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

extern const struct scenario_key scenario_keys[];
extern const size_t scenario_key_count;

/* Names for enum action_kind, as `faults` writes them; null for kinds of `switch.rehash`. */
extern const char *const scenario_fault_names[];
/* Names for enum flow_hash_policy. */
extern const char *const scenario_hash_names[];

/* The key with this path, list indices written as "[]"; null: none. */
const struct scenario_key *scenario_table_find(const char *path);

/* True when path is a section: the beginning of a key, up to a '.' or a '['. */
bool scenario_table_is_section(const char *path);

/* True for keys of a list of actions (offsets in struct sim_action). */
bool scenario_key_is_action(const struct scenario_key *key);

#endif
