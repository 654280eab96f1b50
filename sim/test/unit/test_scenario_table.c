/* Tests sim/scenario/scenario_table.c: the rows fit their fields, and each key is there once. */
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/value/scenario_value.h"

#include <criterion/criterion.h>
#include <string.h>

Test(scenario_table, is_sound)
{
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        cr_expect_lt(strlen(key->path), 64, "%s", key->path);
        cr_expect_lt(key->min, key->max + 1, "%s", key->path);
        if (key->bytes > 0 && key->bytes < 8 && key->type <= SCENARIO_COUNT)
            cr_expect_leq(key->max / key->tick_ps, (UINT64_C(1) << (8 * key->bytes)) - 1, "%s",
                          key->path);
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(key->path, scenario_keys()[j].path);
    }
}

static const struct scenario_key *find(const char *path)
{
    const struct scenario_key *key = scenario_table_find(path);
    cr_assert_not_null(key, "%s", path);
    return key;
}

/* A list of names accepts only known names, and each name only once. */
Test(scenario_table, a_list_of_policies_holds_known_names_once_each)
{
    static struct sim_config config;
    char why[SCENARIO_WHY_MAX];
    const struct scenario_key *key = find("team.move.policy");
    cr_assert(scenario_value_parse(key, "first-packet", &config, why), "%s", why);
    cr_assert_str_eq(config.team.policies, "first-packet");
    static const char *const wrong[] = {
        "", ",", "first-packet,", "no-such", "first-packetx", "first-packet,first-packet"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_not(scenario_value_parse(key, wrong[i], &config, why), "%s", wrong[i]);
        cr_expect(strstr(why, " first-packet"), "'%s' names what is right", why);
    }
}

/* The names of registered parts are stored only with these parts. */
Test(scenario_table, names_come_from_the_parts_themselves)
{
    cr_assert_str_eq(find("team.mode")->names[TEAM_MODE_ACTIVE_BACKUP], "active-backup");
    cr_assert_str_eq(find("team.move.mechanism")->names[0], "host-pull");
}
