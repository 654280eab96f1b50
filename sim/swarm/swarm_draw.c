#include "sim/swarm/swarm_draw.h"

#include "models/base/units.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_default.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/value/scenario_quantity.h"
#include "sim/scenario/value/scenario_value.h"
#include "sim/swarm/swarm_lists.h"
#include "sim/swarm/swarm_pvt.h"
#include "sim/swarm/swarm_rules.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { KEY_ODDS = 9, NIC_ODDS = 3, RANGE_MIN_ODDS = 10, PEERS_ODDS = 10 };

bool swarm_chance(struct swarm_drawing *d, uint32_t odds) { return rng_below(&d->rng, odds) == 0; }

const char *swarm_pick(struct swarm_drawing *d, const char *const *words)
{
    uint32_t count = 0;
    while (words[count])
        count++;
    return count ? words[rng_below(&d->rng, count)] : NULL;
}

void swarm_set(struct swarm_drawing *d, const char *format, ...)
{
    struct swarm_scenario *s = d->scenario;
    va_list args;
    if (s->set_count == SWARM_SETS_MAX)
        return;
    va_start(args, format);
    (void)vsnprintf(s->sets[s->set_count], SWARM_SET_BYTES, format, args);
    va_end(args);
    s->set_count++;
}

/* --- one key --- */

/* Draws a value between one eighth and eight times the default, or sometimes the smallest value
 * that is allowed. */
static uint64_t near_default(struct swarm_drawing *d, const struct scenario_key *key,
                             uint64_t value)
{
    if (swarm_chance(d, RANGE_MIN_ODDS))
        return key->min;
    uint64_t base = value > 0 ? value : 8 * key->tick_ps;
    uint64_t eighths = 1 + rng_below(&d->rng, 64);
    value = base / 8 * eighths + base % 8 * eighths / 8;
    value -= value % key->tick_ps;
    return value < key->min ? key->min : u64_min(value, key->max);
}

/* Returns a value that the key's rule allows. For a power of two it is the nearest one below. */
static uint64_t obeying(struct swarm_drawing *d, const struct scenario_key *key, uint64_t value)
{
    static const uint64_t gbps[] = {10, 25, 40, 100};
    static const uint64_t pages[] = {UINT64_C(1) << 12, UINT64_C(1) << 21, UINT64_C(1) << 30};
    if (key->rule == SCENARIO_RULE_ETHERNET)
        return gbps[rng_below(&d->rng, 4)] * UINT64_C(1000000000);
    if (key->rule == SCENARIO_RULE_PAGE)
        return pages[rng_below(&d->rng, 3)];
    if (key->rule == SCENARIO_RULE_IP_VERSION)
        return swarm_chance(d, 2) ? 4 : 6;
    if (key->rule == SCENARIO_RULE_POW2 || key->type == SCENARIO_LOG2)
        while (value & (value - 1))
            value &= value - 1;
    return value;
}

/* Draws a number from the row of the key. A key of a list has no default, so its whole range is
 * used. */
static void draw_number(struct swarm_drawing *d, const struct scenario_key *key, const char *path)
{
    static struct sim_config defaults;
    char text[SCENARIO_VALUE_MAX], why[SCENARIO_WHY_MAX];
    uint64_t value = 0;
    if (scenario_key_is_action(key)) {
        value = key->min + rng_below(&d->rng, key->max - key->min + 1);
    } else {
        sim_config_default(&defaults);
        scenario_value_format(key, &defaults, text);
        if (!scenario_quantity_parse(key->type, text, &value, why))
            return; /* the default is "unlimited" */
        value = obeying(d, key, near_default(d, key, value));
    }
    scenario_quantity_format(key->type, value, text);
    swarm_set(d, "%s=%s", path, text);
}

void swarm_draw_key(struct swarm_drawing *d, const struct scenario_key *key, const char *path)
{
    static const char *const bools[] = {"false", "true", NULL};
    const struct swarm_rule *rule = swarm_rule_find(key->path);
    if (rule && rule->why_not)
        return;
    if (rule)
        swarm_set(d, "%s=%s", path, swarm_pick(d, rule->words));
    else if (key->type == SCENARIO_BOOL)
        swarm_set(d, "%s=%s", path, swarm_pick(d, bools));
    else if (key->names) /* a key that takes a list of names gets one of them */
        swarm_set(d, "%s=%s", path, swarm_pick(d, key->names));
    else if (key->type <= SCENARIO_LOG2)
        draw_number(d, key, path);
}

/* --- all of it --- */

static void draw_always(struct swarm_drawing *d, const char *path)
{
    swarm_draw_key(d, scenario_table_find(path), path);
}

static void draw_traffic(struct swarm_drawing *d, const struct swarm_captures *captures)
{
    bool replay = captures->count > 0 && swarm_chance(d, 2);
    swarm_set(d, "traffic.kind=%s", replay ? "replay" : "generator");
    if (replay)
        swarm_set(d, "traffic.capture=%s", captures->paths[rng_below(&d->rng, captures->count)]);
    draw_always(d, "traffic.direction");
    draw_always(d, "traffic.connections");
    draw_always(d, "traffic.bytes");
    draw_always(d, "traffic.hold");
}

/* Returns true if another function draws the key, because it depends on other keys. */
static bool is_drawn_elsewhere(const struct scenario_key *key)
{
    static const char *const paths[] = {
        "name", "seed", "traffic.kind", "traffic.capture", "duration", "team.offload.ports"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (strcmp(paths[i], key->path) == 0)
            return true;
    return scenario_key_is_action(key);
}

static void draw_keys(struct swarm_drawing *d)
{
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        char path[SCENARIO_NIC_PATH_MAX];
        if (is_drawn_elsewhere(key) || !swarm_chance(d, KEY_ODDS))
            continue;
        const struct swarm_rule *rule = swarm_rule_find(key->path);
        d->scenario->may_stall |= rule && rule->may_stall;
        swarm_draw_key(d, key, key->path);
        if (!scenario_key_is_of_nic(key) || !swarm_chance(d, NIC_ODDS))
            continue;
        (void)scenario_nic_key(key, (unsigned)rng_below(&d->rng, NIC_COUNT), path);
        swarm_draw_key(d, key, path);
    }
    if (swarm_chance(d, 3 * KEY_ODDS)) {
        swarm_set(d, "team.offload.policy=ports");
        draw_always(d, "team.offload.ports");
    }
}

static bool has_set(const struct swarm_scenario *s, const char *set)
{
    for (size_t i = 0; i < s->set_count; i++)
        if (strcmp(s->sets[i], set) == 0)
            return true;
    return false;
}

/* A mechanism that rebuilds connections needs NICs that record first. */
static void draw_needs(struct swarm_drawing *d)
{
    if (!has_set(d->scenario, "team.move.mechanism=rebuild") &&
        !has_set(d->scenario, "team.move.mechanism=checkpoint"))
        return;
    swarm_set(d, "nics.engine.ack_policy=recorded");
    swarm_set(d, "nics.contract=2");
}

static bool has_path(const struct swarm_scenario *s, const char *path)
{
    size_t len = strlen(path);
    for (size_t i = 0; i < s->set_count; i++)
        if (strncmp(s->sets[i], path, len) == 0 && s->sets[i][len] == '=')
            return true;
    return false;
}

/* The fragments of a datagram arrive at the switch without a gap. If its queue holds fewer frames, one of them is always
 * lost, however often the peer sends the datagram. */
static void note_short_queue(struct swarm_drawing *d)
{
    d->scenario->may_stall |=
        has_path(d->scenario, "traffic.fragment_over") && has_path(d->scenario, "switch.queue");
}

/* With the defaults the root complex refuses what one NIC writes to the other, and then the scenario reader refuses
 * peer-to-peer. So the mechanism is drawn here, together with what it needs. */
static void draw_peers(struct swarm_drawing *d)
{
    if (!has_set(d->scenario, "team.move.mechanism=peer-to-peer") && !swarm_chance(d, PEERS_ODDS))
        return;
    swarm_set(d, "team.move.mechanism=peer-to-peer");
    swarm_set(d, "nics.pcie.p2p=allowed");
    swarm_set(d, "nics.contract=2");
}

/* Draws the duration. One second of simulated time has 250 million cycles of each cache, so the
 * run must be short if no cycle is skipped. */
static void draw_duration(struct swarm_drawing *d)
{
    static const char *const short_ones[] = {"300us", "1ms", "3ms", "10ms", NULL};
    bool clocks_always = has_set(d->scenario, "nics.cache.skip_idle=false");
    d->scenario->is_cut = swarm_chance(d, 6) || clocks_always;
    if (clocks_always)
        swarm_set(d, "duration=%s", swarm_pick(d, short_ones));
    else if (d->scenario->is_cut)
        draw_always(d, "duration");
    else
        swarm_set(d, "duration=2000s");
}

static void draw_all(struct swarm_drawing *d, const struct swarm_captures *captures)
{
    draw_traffic(d, captures);
    draw_always(d, "switch.policy");
    draw_keys(d);
    draw_needs(d);
    if (swarm_chance(d, 3))
        swarm_draw_rehash(d);
    if (swarm_chance(d, 2))
        swarm_draw_faults(d);
    draw_duration(d);
    if (swarm_chance(d, 3))
        d->scenario->signal = swarm_chance(d, 2) ? SIGINT : SIGTERM;
    d->scenario->signal_permille = 1 + (unsigned)rng_below(&d->rng, 1000);
    d->scenario->looks = swarm_chance(d, 2);
    draw_peers(d);
    note_short_queue(d);
}

/* --- removing settings that do not fit together --- */

/* Returns the path in "origin: path: why". It is empty if there is none. */
static void path_of(const char *message, char *path, size_t size)
{
    const char *from = strstr(message, ": ");
    const char *to = from ? strstr(from + 2, ": ") : NULL;
    (void)snprintf(path, size, "%.*s", to ? (int)(to - from) - 2 : 0, to ? from + 2 : "");
}

/* Returns the index of the last setting whose key is `path`, or is in the section `path`.
 * Returns the number of settings if there is none. */
static size_t find_last(const struct swarm_scenario *s, const char *path, bool section)
{
    size_t len = strlen(path);
    for (size_t i = s->set_count; i > 0; i--) {
        const char *key = s->sets[i - 1];
        char after = strncmp(key, path, len) == 0 ? key[len] : '\0';
        if (len > 0 && (section ? after == '.' || after == '[' : after == '='))
            return i - 1;
    }
    return s->set_count;
}

/* Removes the setting that the message is about, or else one of the same section, or else the
 * last one. Returns false if there are no settings left. */
static bool leave_out(struct swarm_scenario *s, const char *message)
{
    char path[SWARM_SET_BYTES];
    path_of(message, path, sizeof path);
    size_t i = find_last(s, path, false);
    for (char *end = path + strlen(path); i == s->set_count && end; end = strrchr(path, '.')) {
        *end = '\0';
        i = find_last(s, path, true);
    }
    if (s->set_count == 0)
        return false;
    if (i == s->set_count)
        i--;
    memmove(s->sets[i], s->sets[i + 1], (s->set_count - i - 1) * SWARM_SET_BYTES);
    s->set_count--;
    return true;
}

enum status swarm_draw(uint64_t seed, const struct swarm_captures *captures,
                       struct swarm_scenario *s, struct error *err)
{
    struct swarm_drawing d = {.scenario = s};
    struct scenario_set sets[SWARM_SETS_MAX];
    memset(s, 0, sizeof *s);
    rng_init(&d.rng, seed, "swarm");
    swarm_set(&d, "seed=%" PRIu64, seed);
    swarm_set(&d, "name=swarm-%" PRIu64, seed);
    swarm_set(&d, "switch.table=01");
    swarm_set(&d, "measure.waves=none");
    draw_all(&d, captures);
    for (;;) {
        for (size_t i = 0; i < s->set_count; i++)
            sets[i] = (struct scenario_set){s->sets[i], "swarm"};
        enum status status = scenario_from_sets(sets, s->set_count, &s->config, err);
        if (status != STATUS_BAD_INPUT || !leave_out(s, err->text))
            return status;
    }
}
