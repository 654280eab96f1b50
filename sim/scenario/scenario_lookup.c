#include "sim/scenario/scenario_lookup.h"

#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/policy/move_owner.h"
#include "host-sw/policy/policy.h"
#include "host-sw/policy/policy_table.h"
#include "host-sw/team/team_mode.h"
#include "sim/action/action_table.h"
#include "sim/scenario/scenario_table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_MAX = SIM_KEYS_MAX };
static struct scenario_key keys[KEYS_MAX];
static size_t key_count;

/* Adds the keys of all policies and mechanisms, which describe their keys themselves. */
static void add_own_keys(void)
{
    const struct move_owner *owner;
    for (size_t i = 0; (owner = move_owner_at(i)) != NULL; i++)
        for (size_t k = 0; k < owner->own->count; k++) {
            static char paths[KEYS_MAX][64];
            struct scenario_key *key = &keys[key_count];
            assert(key_count < KEYS_MAX);
            *key = owner->own->keys[k];
            (void)snprintf(paths[key_count], sizeof paths[0], "team.move.%s.%s", owner->name,
                           key->path);
            key->path = paths[key_count];
            key->offset += offsetof(struct sim_config, team.own) + owner->offset;
            key_count++;
        }
}

static const char *const *names_of(const char *path)
{
    if (strcmp(path, "team.mode") == 0)
        return team_mode_names();
    if (strcmp(path, "team.move.mechanism") == 0)
        return mechanism_names();
    if (strcmp(path, "switch.rehash[].action") == 0)
        return action_names(ACTION_LIST_REHASH);
    if (strcmp(path, "faults[].action") == 0)
        return action_names(ACTION_LIST_FAULTS);
    return strcmp(path, "team.move.policy") == 0 ? policy_names() : NULL;
}

static void add_rows(const struct scenario_key *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert(key_count < KEYS_MAX);
        const char *const *names = names_of(rows[i].path);
        keys[key_count] = rows[i];
        if (names)
            keys[key_count].names = names;
        key_count++;
        if (strcmp(rows[i].path, "team.move.policy") == 0)
            add_own_keys();
    }
}

static void build(void)
{
    add_rows(scenario_rows, scenario_row_count);
    add_rows(scenario_output_rows, scenario_output_row_count);
}

const struct scenario_key *scenario_keys(void)
{
    if (key_count == 0)
        build();
    return keys;
}

size_t scenario_key_count(void)
{
    (void)scenario_keys();
    return key_count;
}

const struct scenario_key *scenario_table_find(const char *path)
{
    for (size_t i = 0; i < scenario_key_count(); i++)
        if (strcmp(scenario_keys()[i].path, path) == 0)
            return &scenario_keys()[i];
    return NULL;
}

bool scenario_table_is_section(const char *path)
{
    size_t len = strlen(path);
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const char *key = scenario_keys()[i].path;
        if (strncmp(key, path, len) == 0 && (key[len] == '.' || key[len] == '['))
            return true;
    }
    return false;
}

bool scenario_key_is_action(const struct scenario_key *key)
{
    return strncmp(key->path, "switch.rehash[]", 15) == 0 || strncmp(key->path, "faults[]", 8) == 0;
}
