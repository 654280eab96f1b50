#include "sim/scenario/scenario_flat.h"

#include "sim/action/action_table.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/value/scenario_value.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MAX_BYTES = 96 };

bool scenario_action_has_key(const struct scenario_key *key, const struct sim_action *action)
{
    bool is_rehash_key = strncmp(key->path, "switch.", 7) == 0;
    bool is_rehash = action_list_of(action->kind) == ACTION_LIST_REHASH;
    unsigned bit = action_key_bit(strrchr(key->path, '.') + 1);
    return is_rehash == is_rehash_key && (action_keys_of(action) & bit) != 0;
}

static enum sim_origin origin_of_bit(const struct sim_origins *origins, size_t action, unsigned bit)
{
    if (origins->action_option[action] & bit)
        return SIM_ORIGIN_OPTION;
    return origins->action_file[action] & bit ? SIM_ORIGIN_FILE : SIM_ORIGIN_DEFAULT;
}

/* Calls `fn` for this key in each item of its list. */
static void flatten_actions(const struct sim_config *config, const struct scenario_key *key,
                            scenario_flat_fn fn, void *self)
{
    char path[PATH_MAX_BYTES], text[SCENARIO_VALUE_MAX];
    const char *step = strrchr(key->path, '.') + 1;
    bool is_rehash_key = strncmp(key->path, "switch.", 7) == 0;
    unsigned index = 0;
    for (size_t a = 0; a < config->action_count; a++) {
        const struct sim_action *action = &config->actions[a];
        if ((action_list_of(action->kind) == ACTION_LIST_REHASH) != is_rehash_key)
            continue;
        (void)snprintf(path, sizeof path, "%.*s[%u].%s", (int)strcspn(key->path, "["), key->path,
                       index++, step);
        if (!scenario_action_has_key(key, action))
            continue;
        scenario_value_format(key, action, text);
        fn(self, &(struct scenario_flat){path, text, key,
                                         origin_of_bit(&config->origins, a, action_key_bit(step))});
    }
}

static void flatten_expects(const struct sim_config *config, const struct scenario_key *key,
                            scenario_flat_fn fn, void *self)
{
    char path[PATH_MAX_BYTES];
    for (size_t i = 0; i < config->expect_count; i++) {
        (void)snprintf(path, sizeof path, "expect[%zu]", i);
        fn(self, &(struct scenario_flat){path, config->expects[i], key,
                                         (enum sim_origin)config->origins.expect[i]});
    }
}

static void flatten_nic(const struct sim_config *config, unsigned nic, scenario_flat_fn fn,
                        void *self)
{
    char path[SCENARIO_NIC_PATH_MAX], text[SCENARIO_VALUE_MAX];
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        enum sim_origin origin = scenario_nic_origin(config, key, nic);
        if (origin == SIM_ORIGIN_DEFAULT)
            continue;
        struct scenario_key own = scenario_nic_key(key, nic, path);
        scenario_value_format(&own, config, text);
        fn(self, &(struct scenario_flat){path, text, key, origin});
    }
}

void scenario_flatten(const struct sim_config *config, scenario_flat_fn fn, void *self)
{
    char text[SCENARIO_VALUE_MAX];
    bool was_of_nics = false;
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        bool of_nics = strncmp(key->path, "nics.", 5) == 0;
        for (unsigned nic = 0; was_of_nics && !of_nics && nic < NIC_COUNT; nic++)
            flatten_nic(config, nic, fn, self);
        was_of_nics = of_nics;
        if (key->type == SCENARIO_EXPECT) {
            flatten_expects(config, key, fn, self);
        } else if (scenario_key_is_action(key)) {
            flatten_actions(config, key, fn, self);
        } else {
            scenario_value_format(key, config, text);
            fn(self, &(struct scenario_flat){key->path, text, key,
                                             (enum sim_origin)config->origins.key[i]});
        }
    }
}
