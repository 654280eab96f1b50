/* Tests sim/swarm/swarm_draw.c: a seed always gives the same scenario, and no key of the table
 * is forgotten. */
#include "models/base/units.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/swarm/swarm_draw.h"
#include "sim/swarm/swarm_rules.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { SEEDS = 3000, KEYS_MAX = 512, NAMES_MAX = 64 };

static struct swarm_scenario drawn, again;
static struct error err;
static const char *const paths[] = {"traces/half-close.pcap", "traces/ssh.pcapng"};
static const struct swarm_captures captures = {paths, 2};

static void draw(uint64_t seed, struct swarm_scenario *into)
{
    cr_assert_eq(swarm_draw(seed, &captures, into, &err), STATUS_OK, "seed %d: %s", (int)seed,
                 err.text);
}

/* Turns "faults[2].at=3ms" into "faults[].at" and "3ms", and "nics.nic1.pcie.gen=4" into "nics.pcie.gen" and "4". */
static void split(const char *set, char path[SWARM_SET_BYTES], const char **value)
{
    size_t out = 0;
    const char *equals = strchr(set, '=');
    cr_assert_not_null(equals, "%s", set);
    for (const char *in = set; in < equals; in++)
        if (out == 0 || path[out - 1] != '[' || *in == ']')
            path[out++] = *in;
    path[out] = '\0';
    char shared[SCENARIO_NIC_PATH_MAX];
    unsigned nic;
    if (scenario_nic_split(path, &nic, shared))
        (void)strcpy(path, shared);
    *value = equals + 1;
}

Test(swarm_draw, a_seed_gives_the_same_scenario_again)
{
    for (uint64_t seed = 0; seed < 100; seed++) {
        draw(seed, &drawn);
        draw(seed, &again);
        cr_assert_eq(memcmp(&drawn, &again, sizeof drawn), 0, "seed %d", (int)seed);
    }
}

Test(swarm_draw, two_seeds_give_different_scenarios)
{
    draw(1, &drawn);
    draw(2, &again);
    cr_assert_neq(memcmp(drawn.sets, again.sets, sizeof drawn.sets), 0);
}

/* The settings that are left after scenario_from_sets() has accepted them include each key. */
Test(swarm_draw, each_key_is_drawn_or_says_why_not)
{
    static bool seen[KEYS_MAX];
    cr_assert_leq(scenario_key_count(), KEYS_MAX);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        draw(seed, &drawn);
        for (size_t i = 0; i < drawn.set_count; i++) {
            char path[SWARM_SET_BYTES];
            const char *value;
            split(drawn.sets[i], path, &value);
            const struct scenario_key *key = scenario_table_find(path);
            cr_assert_not_null(key, "%s", path);
            seen[key - scenario_keys()] = true;
        }
    }
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct swarm_rule *rule = swarm_rule_find(scenario_keys()[i].path);
        const char *why_not = rule ? rule->why_not : NULL;
        cr_expect(seen[i] || why_not, "%s is never drawn, and swarm_rules.c has no reason for it",
                  scenario_keys()[i].path);
        cr_expect(!(seen[i] && why_not), "%s is drawn, although: %s", scenario_keys()[i].path,
                  why_not ? why_not : "");
    }
}

/* Names of an enumeration, a fault or a rehash that no seed chooses. */
static const struct {
    const char *path, *name, *why_not;
} never[] = {{"traffic.kind", "external", "its frames come from toesim live or libtoesim"},
             {"team.driver", "minimal", "it brings no NIC back, so drawn failures would end runs"}};

static bool is_excused(const char *path, const char *name)
{
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strcmp(never[i].path, path) == 0 && strcmp(never[i].name, name) == 0)
            return true;
    return false;
}

Test(swarm_draw, each_name_of_a_key_is_drawn)
{
    static bool seen[KEYS_MAX][NAMES_MAX];
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        draw(seed, &drawn);
        for (size_t i = 0; i < drawn.set_count; i++) {
            char path[SWARM_SET_BYTES];
            const char *value;
            split(drawn.sets[i], path, &value);
            const struct scenario_key *key = scenario_table_find(path);
            for (size_t n = 0; key->names && key->names[n]; n++)
                seen[key - scenario_keys()][n] |= strcmp(key->names[n], value) == 0;
        }
    }
    for (size_t i = 0; i < scenario_key_count(); i++)
        for (size_t n = 0; scenario_keys()[i].names && scenario_keys()[i].names[n]; n++)
            cr_expect(
                seen[i][n] || is_excused(scenario_keys()[i].path, scenario_keys()[i].names[n]),
                "%s: %s is never drawn", scenario_keys()[i].path, scenario_keys()[i].names[n]);
}

static const char *value_of(const struct swarm_scenario *s, const char *key)
{
    const char *value = "";
    for (size_t i = 0; i < s->set_count; i++)
        if (strncmp(s->sets[i], key, strlen(key)) == 0 && s->sets[i][strlen(key)] == '=')
            value = s->sets[i] + strlen(key) + 1;
    return value;
}

/* If idle cycles are not skipped, each one costs as much as a cycle with work. */
Test(swarm_draw, a_run_that_skips_no_idle_cycle_is_short)
{
    unsigned found = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        draw(seed, &drawn);
        if (strcmp(value_of(&drawn, "nics.cache.skip_idle"), "false") != 0)
            continue;
        found++;
        cr_assert(drawn.is_cut, "seed %d", (int)seed);
        cr_assert_leq(drawn.config.duration_ps, 10 * PS_PER_MS, "seed %d: %s", (int)seed,
                      value_of(&drawn, "duration"));
    }
    cr_assert_gt(found, 50);
}

Test(swarm_draw, signals_cuts_and_looking_are_drawn_and_left_out)
{
    int signals[3] = {0}, cut = 0, looks = 0, replays = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        draw(seed, &drawn);
        signals[drawn.signal == SIGINT ? 1 : drawn.signal == SIGTERM ? 2 : 0]++;
        cr_assert(drawn.signal_permille >= 1 && drawn.signal_permille <= 1000);
        cut += drawn.is_cut;
        looks += drawn.looks;
        replays += drawn.config.traffic == TRAFFIC_REPLAY;
    }
    cr_expect(signals[0] > 0 && signals[1] > 0 && signals[2] > 0);
    cr_expect(cut > 0 && cut < 200);
    cr_expect(looks > 0 && looks < 200);
    cr_expect(replays > 0 && replays < 200);
}

static bool draws(const struct swarm_scenario *s, const char *start)
{
    for (size_t i = 0; i < s->set_count; i++)
        if (strncmp(s->sets[i], start, strlen(start)) == 0)
            return true;
    return false;
}

/* A datagram in more fragments than a queue holds frames never arrives. */
Test(swarm_draw, fragments_behind_a_short_queue_may_stall)
{
    int both = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        draw(seed, &drawn);
        if (!draws(&drawn, "traffic.fragment_over=") || !draws(&drawn, "switch.queue="))
            continue;
        both++;
        cr_expect(drawn.may_stall, "seed %d", (int)seed);
    }
    cr_expect_gt(both, 0);
}

Test(swarm_draw, without_captures_all_traffic_is_generated)
{
    static const struct swarm_captures none = {NULL, 0};
    for (uint64_t seed = 0; seed < 100; seed++) {
        cr_assert_eq(swarm_draw(seed, &none, &drawn, &err), STATUS_OK, "%s", err.text);
        cr_assert_eq(drawn.config.traffic, TRAFFIC_GENERATOR);
    }
}

/* Most settings stay, because a scenario that lost all of them would test nothing. */
Test(swarm_draw, few_keys_are_left_out_again)
{
    size_t count = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        draw(seed, &drawn);
        count += drawn.set_count;
    }
    cr_expect_geq(count / 200, 20, "%zu keys of a scenario are drawn on average", count / 200);
}

Test(swarm_draw, nics_are_sometimes_unequal)
{
    unsigned found[NIC_COUNT] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        draw(seed, &drawn);
        for (size_t i = 0; i < drawn.set_count; i++) {
            char shared[SCENARIO_NIC_PATH_MAX];
            unsigned nic;
            char path[SWARM_SET_BYTES];
            (void)snprintf(path, sizeof path, "%.*s", (int)strcspn(drawn.sets[i], "="),
                           drawn.sets[i]);
            if (scenario_nic_split(path, &nic, shared))
                found[nic]++;
        }
    }
    cr_expect_gt(found[0], 100);
    cr_expect_gt(found[1], 100);
}
