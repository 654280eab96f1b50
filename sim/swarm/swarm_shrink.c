#include "sim/swarm/swarm_shrink.h"

#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/value/scenario_quantity.h"
#include "sim/scenario/value/scenario_value.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shrinking {
    struct swarm_scenario *best;
    struct swarm_scenario *next; /* what is tried */
    const struct swarm_shrink_test *test;
    unsigned tried;
};

/* --- settings --- */

/* The length of "faults[0]." in a setting of an action; 0 for any other setting. */
static size_t item_length(const char *set)
{
    const char *bracket = strchr(set, ']');
    const char *equals = strchr(set, '=');
    return bracket && equals && bracket < equals ? (size_t)(bracket - set) + 1 : 0;
}

/* Settings of one action are one unit, if actions are removed as a whole. */
static bool is_same_unit(const char *a, const char *b, bool by_item)
{
    size_t len = item_length(a);
    return by_item && len > 0 && len == item_length(b) && strncmp(a, b, len) == 0;
}

/* Without the duration a scenario might never end, and a shorter one would cut what is to be shown. */
static bool must_stay(const char *set)
{
    return strncmp(set, "seed=", 5) == 0 || strncmp(set, "name=", 5) == 0 ||
           strncmp(set, "duration=", 9) == 0;
}

/* Stores the unit of each setting, and returns the number of units. Settings that must stay have none (SIZE_MAX). */
static size_t number_units(const struct swarm_scenario *s, bool by_item,
                           size_t units[SWARM_SETS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < s->set_count; i++) {
        units[i] = SIZE_MAX;
        if (must_stay(s->sets[i]))
            continue;
        for (size_t k = 0; k < i && units[i] == SIZE_MAX; k++)
            if (is_same_unit(s->sets[i], s->sets[k], by_item))
                units[i] = units[k];
        if (units[i] == SIZE_MAX)
            units[i] = count++;
    }
    return count;
}

/* Numbers the actions of a list anew, from 0 without gaps, in their order. */
static void number_items(struct swarm_scenario *s)
{
    static const char *const lists[] = {"faults", "switch.rehash"};
    for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++) {
        size_t len = strlen(lists[l]);
        unsigned seen[SIM_ACTIONS_MAX], count = 0;
        for (size_t i = 0; i < s->set_count; i++) {
            char *set = s->sets[i], rest[SWARM_SET_BYTES];
            if (strncmp(set, lists[l], len) != 0 || set[len] != '[')
                continue;
            unsigned number = (unsigned)strtoul(set + len + 1, NULL, 10), place = 0;
            while (place < count && seen[place] != number)
                place++;
            if (place == count)
                seen[count++] = number;
            (void)strcpy(rest, strchr(set, ']'));
            (void)snprintf(set, SWARM_SET_BYTES, "%s[%u%.280s", lists[l], place, rest);
        }
    }
}

/* --- trying --- */

static bool load(struct swarm_scenario *s)
{
    struct scenario_set sets[SWARM_SETS_MAX];
    struct error err;
    for (size_t i = 0; i < s->set_count; i++)
        sets[i] = (struct scenario_set){s->sets[i], "--shrink"};
    return scenario_from_sets(sets, s->set_count, &s->config, &err) == STATUS_OK;
}

/* Makes `next` the best one if it still fails. */
static bool try_next(struct shrinking *sh)
{
    number_items(sh->next);
    if (!load(sh->next))
        return false;
    sh->tried++;
    if (!sh->test->fails(sh->test->self, sh->next))
        return false;
    *sh->best = *sh->next;
    return true;
}

/* Tries without the units from `from` up to `to`. */
static bool try_without(struct shrinking *sh, const size_t units[SWARM_SETS_MAX], size_t from,
                        size_t to)
{
    *sh->next = *sh->best;
    sh->next->set_count = 0;
    for (size_t i = 0; i < sh->best->set_count; i++)
        if (units[i] == SIZE_MAX || units[i] < from || units[i] >= to)
            (void)strcpy(sh->next->sets[sh->next->set_count++], sh->best->sets[i]);
    return try_next(sh);
}

/* Removes ever smaller groups of units, down to single ones. Returns true if anything was removed. */
static bool remove_units(struct shrinking *sh, bool by_item)
{
    size_t units[SWARM_SETS_MAX];
    bool removed = false;
    size_t count = number_units(sh->best, by_item, units);
    for (size_t group = count; group > 0; group /= 2)
        for (size_t from = 0; from < count;) {
            size_t to = from + group < count ? from + group : count;
            if (!try_without(sh, units, from, to)) {
                from = to;
                continue;
            }
            removed = true;
            count = number_units(sh->best, by_item, units);
        }
    return removed;
}

/* The key of a setting; null if it has none. */
static const struct scenario_key *key_of(const char *set)
{
    char path[SWARM_SET_BYTES];
    const char *equals = strchr(set, '=');
    size_t item = item_length(set), open = item;
    while (open > 0 && set[open] != '[')
        open--;
    if (item > 0)
        (void)snprintf(path, sizeof path, "%.*s[]%.*s", (int)open, set,
                       (int)(equals - set) - (int)item, set + item);
    else
        (void)snprintf(path, sizeof path, "%.*s", (int)(equals - set), set);
    return scenario_table_find(path);
}

/* Halves the value of one setting as often as the scenario still fails. */
static bool halve(struct shrinking *sh, size_t i)
{
    const struct scenario_key *key = key_of(sh->best->sets[i]);
    bool changed = false,
         fails = key && key->type <= SCENARIO_LOG2 && !must_stay(sh->best->sets[i]);
    while (fails) {
        char text[SCENARIO_VALUE_MAX], why[SCENARIO_WHY_MAX];
        size_t path = (size_t)(strchr(sh->best->sets[i], '=') - sh->best->sets[i]) + 1;
        uint64_t value;
        if (!scenario_quantity_parse(key->type, sh->best->sets[i] + path, &value, why))
            break;
        uint64_t half = value / 2 / key->tick_ps * key->tick_ps;
        if (half == value || half < key->min)
            break;
        scenario_quantity_format(key->type, half, text);
        *sh->next = *sh->best;
        (void)snprintf(sh->next->sets[i] + path, SWARM_SET_BYTES - path, "%.64s", text);
        fails = try_next(sh);
        changed |= fails;
    }
    return changed;
}

unsigned swarm_shrink(struct swarm_scenario *scenario, const struct swarm_shrink_test *test)
{
    struct shrinking sh = {scenario, malloc(sizeof *scenario), test, 0};
    if (!sh.next)
        return 0;
    for (bool changed = true; changed;) {
        while (remove_units(&sh, true) || remove_units(&sh, false))
            ;
        changed = false;
        for (size_t i = 0; i < scenario->set_count; i++)
            changed |= halve(&sh, i);
    }
    free(sh.next);
    return sh.tried;
}

/* Goes to the next character that counts. Folders do not, because their names differ from run to run, nor do digits. */
static const char *next_that_counts(const char *why)
{
    if (why[0] != ' ' && why[0] != '\0') {
        size_t word = strcspn(why, " ");
        const char *slash = memrchr(why, '/', word);
        why = slash ? slash + 1 : why;
    }
    while (isdigit((unsigned char)*why))
        why++;
    return why;
}

bool swarm_same_failure(const char *why, const char *other)
{
    for (;;) {
        why = next_that_counts(why);
        other = next_that_counts(other);
        if (*why != *other)
            return false;
        if (*why == '\0')
            return true;
        why++;
        other++;
    }
}
