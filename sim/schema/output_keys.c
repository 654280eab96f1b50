#include "sim/schema/output_keys.h"

#include "host-sw/driver/nic_error.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/types/server_stats.h"
#include "models/base/drop_reason.h"
#include "models/base/units.h"
#include "models/check/check.h"
#include "models/mac/fault/line_fault.h"
#include "models/stats/move_log.h"
#include "models/trace/capture/left_out.h"
#include "models/trace/replay/outcome.h"
#include "sim/scenario/spelling.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- sets of names, which rows name in angle brackets --- */

struct member {
    const char *key, *meaning; /* the meaning is appended to that of the row */
};

static const struct member samples[] = {
    {"count", "number of samples"}, /* count is always present, and it is not a time */
    {"min", "smallest"},
    {"p50", "median"},
    {"p90", "90th percentile"},
    {"p99", "99th percentile; from 100 samples on"},
    {"p999", "99.9th percentile; from 1,000 samples on"},
    {"max", "largest"},
};
static const struct member ports[] = {
    {"nic0", " (port to NIC 0)"}, {"nic1", " (port to NIC 1)"}, {"uplink", " (port to the peers)"}};
static const struct member links[] = {{"nic0", "on the link of NIC 0, "},
                                      {"nic1", "on the link of NIC 1, "},
                                      {"uplink", "on the uplink, "}};
static const struct member ways[] = {{"to_server", "to the server: "},
                                     {"to_peers", "to the peers: "}};
static const struct member line_faults[] = {{"dropped", "lost"},
                                            {"corrupted", "given a wrong check sequence"},
                                            {"truncated", "cut to a runt"},
                                            {"duplicated", "sent twice"},
                                            {"reordered", "overtaken by others"},
                                            {"delayed", "delayed"}};
static const struct member drops[] = {
#define X(id, key, text) {key, text},
    DROP_REASONS(X)
#undef X
};
static const struct member invariants[] = {
#define X(id, key, rule) {key, rule},
    INVARIANTS(X)
#undef X
};
static const struct member outcomes[] = {
#define X(id, key, text) {key, text},
    OUTCOMES_JUDGED(X)
#undef X
        {"not_compared", "traffic of a caller, who alone can judge it"}};
static const struct member partials[] = {
#define X(id, key, text) {key, text},
    PARTIAL_REASONS(X)
#undef X
};
static const struct member left_out[] = {
#define X(id, key, text) {key, text},
    LEFT_OUT_REASONS(X)
#undef X
};
static const struct member phases[] = {
#define X(name, from, to, text) {#name, text},
    MOVE_PHASES(X)
#undef X
};
static const struct member transfers[] = {
#define X(id, key, text) {key, text},
    TRANSFER_KINDS(X)
#undef X
};
enum { OWN_MARKS_MAX = 32 };
static struct member own_marks[OWN_MARKS_MAX]; /* filled from the table of mechanisms */
static const struct member host_reasons[] = {
#define X(id, key, text) {key, text},
    HOST_REASONS(X)
#undef X
};
static const struct member idle_reasons[] = {
#define X(id, key, text) {key, text},
    IDLE_REASONS(X)
#undef X
};
static const struct member nic_errors[] = {
#define X(id, key, uncorrectable, bit) {key, "error of this kind found by the driver"},
    NIC_ERRORS(X)
#undef X
};

#define SET(name, members, skip)                                                                   \
    {                                                                                              \
        name, members + (skip), sizeof(members) / sizeof(members)[0] - (skip)                      \
    }
static struct set {
    const char *name;
    const struct member *members;
    size_t count;
} sets[] = {
    SET("sample", samples, 0),
    SET("port", ports, 0),
    SET("link", links, 0),
    SET("way", ways, 0),
    SET("line_fault", line_faults, 0),
    SET("drop", drops, 0),
    SET("invariant", invariants, 0),
    SET("outcome", outcomes, 0),
    SET("partial", partials, 0),
    SET("left_out", left_out, 0),
    SET("phase", phases, 0),
    SET("transfer", transfers, 0),
    {"own_mark", own_marks, 0},
    SET("host_reason", host_reasons, 1), /* without the first member, which means no reason */
    SET("idle_reason", idle_reasons, 0),
    SET("nic_error", nic_errors, 0),
};

/* Adds the marks that each mechanism has of its own. */
static void fill_own_marks(struct set *set)
{
    for (size_t i = 0; i < mechanism_count; i++) {
        const struct mechanism_ops *ops = mechanism_table[i];
        for (size_t m = 0; m < mechanism_mark_count(ops); m++) {
            assert(set->count < OWN_MARKS_MAX);
            struct member *member = &own_marks[set->count++];
            *member = (struct member){ops->marks[m].name, ops->marks[m].meaning};
        }
    }
}

static const struct set *set_named(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct set *set = &sets[i];
        if (strlen(set->name) != len || memcmp(set->name, name, len) != 0)
            continue;
        if (set->members == own_marks && set->count == 0)
            fill_own_marks(set);
        return set;
    }
    assert(!"a set of this name");
    return NULL;
}

/* --- rows to keys --- */

static_assert(LINE_FAULT_KINDS == sizeof line_faults / sizeof line_faults[0],
              "each kind of line fault is counted");

static void append(char *text, size_t size, const char *more, size_t len)
{
    size_t used = strlen(text);
    assert(used + len < size);
    memcpy(text + used, more, len);
    text[used + len] = '\0';
}

/* Makes a key from a row. `choice` counts through all combinations of the members of the row's
 * sets, which are taken from left to right. Returns false if choice is beyond the last
 * combination. */
static bool make_key(const struct output_row *row, size_t choice, struct output_key *key)
{
    *key = (struct output_key){.type = row->type, .presence = row->presence, .unit = row->unit};
    (void)snprintf(key->meaning, sizeof key->meaning, "%s", row->meaning);
    const char *at = row->path;
    while (*at) {
        size_t len = strcspn(at, "<");
        append(key->path, sizeof key->path, at, len);
        at += len;
        if (*at != '<')
            break;
        len = strcspn(++at, ">");
        const struct set *set = set_named(at, len);
        const struct member *member = &set->members[choice % set->count];
        choice /= set->count;
        append(key->path, sizeof key->path, member->key, strlen(member->key));
        if (set->members == samples)
            append(key->meaning, sizeof key->meaning, ": ", 2);
        append(key->meaning, sizeof key->meaning, member->meaning, strlen(member->meaning));
        at += len + 1;
        if (set->members != samples)
            continue;
        if (member == &samples[0])
            key->unit = "samples";
        else
            key->presence = OUTPUT_SOMETIMES;
    }
    return choice == 0;
}

void output_keys_each(void (*visit)(void *self, const struct output_key *key), void *self)
{
    struct output_key key;
    for (size_t i = 0; i < output_row_count; i++)
        for (size_t choice = 0; make_key(&output_rows[i], choice, &key); choice++)
            visit(self, &key);
}

/* --- questions --- */

/* Turns nics[1].name into nics[].name. Returns false if a number is beyond the end of its list. */
static bool generalise(const char *path, char general[OUTPUT_PATH_MAX])
{
    size_t out = 0;
    while (*path && out + 1 < OUTPUT_PATH_MAX) {
        general[out++] = *path;
        if (*path++ != '[')
            continue;
        bool is_nics = out == 5 && memcmp(general, "nics[", 5) == 0;
        if (is_nics && strtoul(path, NULL, 10) >= NIC_COUNT)
            return false;
        path += strspn(path, "0123456789");
    }
    general[out] = '\0';
    return *path == '\0';
}

struct search {
    const char *path;
    struct output_key *key;
    bool found;
};

static void compare_path(void *self, const struct output_key *key)
{
    struct search *search = self;
    if (strcmp(key->path, search->path) != 0)
        return;
    *search->key = *key;
    search->found = true;
}

bool output_keys_find(const char *path, struct output_key *key)
{
    char general[OUTPUT_PATH_MAX];
    struct search search = {general, key, false};
    if (strstr(path, "[]") || !generalise(path, general))
        return false;
    output_keys_each(compare_path, &search);
    return search.found;
}

uint64_t output_key_tick_ps(const struct output_key *key)
{
    static const struct {
        const char *unit;
        uint64_t ps;
    } times[] = {{"ps", 1}, {"ns", PS_PER_NS}, {"us", PS_PER_US}, {"ms", PS_PER_MS}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (strcmp(key->unit, times[i].unit) == 0)
            return times[i].ps;
    return 0;
}

struct offers {
    struct spelling spelling;
    size_t inside; /* the number of keys in the section that the path names */
};

static void offer(void *self, const struct output_key *key)
{
    struct offers *offers = self;
    size_t len = strlen(offers->spelling.wrong);
    if (key->presence != OUTPUT_LATE)
        spelling_offer(&offers->spelling, key->path);
    offers->inside += strncmp(key->path, offers->spelling.wrong, len) == 0 &&
                      (key->path[len] == '.' || key->path[len] == '[');
}

/* Inserts the numbers that `path` has in its lists into the general form of a key. */
static void with_numbers(const char *general, const char *path, char *out, size_t size)
{
    const char *from = strchr(path, '[');
    size_t digits = from ? strspn(from + 1, "0123456789") : 0;
    unsigned long number = digits ? strtoul(from + 1, NULL, 10) : 0;
    const char *list = strchr(general, '[');
    if (list)
        (void)snprintf(out, size, "%.*s%lu%s", (int)(list + 1 - general), general,
                       number < NIC_COUNT ? number : 0, list + 1);
    else
        (void)snprintf(out, size, "%s", general);
}

void output_keys_suggest(const char *path, char *why, size_t why_size)
{
    char general[OUTPUT_PATH_MAX], near[OUTPUT_PATH_MAX + 24];
    (void)generalise(path, general);
    struct offers offers = {.inside = 0};
    spelling_init(&offers.spelling, general);
    output_keys_each(offer, &offers);
    if (offers.inside > 0) {
        (void)snprintf(why, why_size, "%.80s is a section of stats.json, not a value", path);
        return;
    }
    const char *best = spelling_nearest(&offers.spelling);
    if (best) {
        with_numbers(best, path, near, sizeof near);
        (void)snprintf(why, why_size, "stats.json has no key %.80s; did you mean %s?", path, near);
    } else {
        (void)snprintf(why, why_size,
                       "stats.json has no key %.80s; toesim check --outputs lists all", path);
    }
}

static void write_row(void *self, const struct output_key *key)
{
    static const char *const when[] = {"", "if there is any", "after the expectations"};
    (void)fprintf(self, "| `%s` | %s | %s | %s |\n", key->path, key->unit, when[key->presence],
                  key->meaning);
}

bool output_keys_write(FILE *file)
{
    (void)fputs("| key | unit | present | meaning |\n|---|---|---|---|\n", file);
    output_keys_each(write_row, file);
    return ferror(file) == 0;
}
