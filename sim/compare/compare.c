#include "sim/compare/compare.h"

#include "models/base/units.h"
#include "sim/compare/compare_side.h"
#include "sim/schema/output_keys.h"
#include "sim/schema/output_value.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The keys that come first. The others of the headline are calculated. */
static const char *const first_keys[] = {"moves.completed",       "moves.failed",
                                         "moves.latency_ns.p50",  "moves.latency_ns.p99",
                                         "moves.blackout_ns.p50", "moves.recovery_ns.p50",
                                         "peer.retransmissions",  "host.busy_ns"};
enum {
    FIRST_KEYS = sizeof first_keys / sizeof first_keys[0],
    HEADLINE = FIRST_KEYS + 3,
    LINES_MAX = 4096
};

struct work {
    struct comparison *comparison;
    struct compare_side sides[COMPARE_SIDES_MAX];
};

static const char *unit_of(const char *name)
{
    struct output_key key;
    return output_keys_find(name, &key) ? key.unit : "";
}

static void set_value(struct compare_value *to, const json_t *value)
{
    *to = (struct compare_value){.is_number = json_is_integer(value)};
    to->number = json_integer_value(value); /* 0 if it is no number */
    if (json_is_integer(value))
        (void)snprintf(to->text, sizeof to->text, "%" PRId64, to->number);
    else if (json_is_string(value))
        (void)snprintf(to->text, sizeof to->text, "%.*s", COMPARE_TEXT_MAX - 1,
                       json_string_value(value));
    else if (json_is_boolean(value))
        (void)snprintf(to->text, sizeof to->text, "%s", json_is_true(value) ? "true" : "false");
}

static void set_number(struct compare_value *to, int64_t number)
{
    *to = (struct compare_value){.is_number = true, .number = number};
    (void)snprintf(to->text, sizeof to->text, "%" PRId64, number);
}

/* --- the headline --- */

static int64_t integer_at(const json_t *stats, const char *path)
{
    return json_integer_value(output_value(stats, path));
}

static void set_calculated(struct compare_line *lines, size_t side, const struct compare_side *of)
{
    int64_t bytes = integer_at(of->stats, "streams.bytes_to_server") +
                    integer_at(of->stats, "streams.bytes_to_client");
    int64_t ns = integer_at(of->stats, "sim_time_ps") / (int64_t)PS_PER_NS;
    set_number(&lines[0].of[side], ns > 0 ? bytes * 8000 / ns : 0);
    set_number(&lines[1].of[side], integer_at(of->stats, "nics[0].engine.tx_retransmissions") +
                                       integer_at(of->stats, "nics[1].engine.tx_retransmissions"));
    if (of->counts[3] > 0)
        set_number(&lines[2].of[side], (int64_t)of->values[3][(of->counts[3] - 1) / 2]);
}

static enum status make_headline(struct work *w, struct error *err)
{
    static const struct {
        const char *name, *unit;
    } calculated[] = {
        {"goodput", "Mb/s"}, {"own retransmissions", "segments"}, {"service gap, median", "ns"}};
    struct comparison *c = w->comparison;
    struct compare_line *lines = calloc(HEADLINE, sizeof *lines);
    if (!lines)
        return error_set(err, STATUS_ENVIRONMENT, "out of memory");
    c->headline = lines;
    c->headline_count = HEADLINE;
    for (size_t i = 0; i < FIRST_KEYS; i++) {
        (void)snprintf(lines[i].name, sizeof lines[i].name, "%s", first_keys[i]);
        lines[i].unit = unit_of(first_keys[i]);
        for (size_t s = 0; s < c->side_count; s++)
            set_value(&lines[i].of[s], output_value(w->sides[s].stats, first_keys[i]));
    }
    for (size_t i = 0; i < HEADLINE - FIRST_KEYS; i++) {
        (void)snprintf(lines[FIRST_KEYS + i].name, sizeof lines[0].name, "%s", calculated[i].name);
        lines[FIRST_KEYS + i].unit = calculated[i].unit;
    }
    for (size_t s = 0; s < c->side_count; s++)
        set_calculated(&lines[FIRST_KEYS], s, &w->sides[s]);
    return STATUS_OK;
}

/* --- all keys --- */

static bool is_first(const char *key)
{
    for (size_t i = 0; i < FIRST_KEYS; i++)
        if (strcmp(first_keys[i], key) == 0)
            return true;
    return false;
}

/* What the run is called, and what its expectations were, is no result. */
static bool is_compared(const char *key)
{
    return strncmp(key, "expect[", 7) != 0 && strncmp(key, "scenario.", 9) != 0 &&
           strcmp(key, "schema") != 0;
}

/* Adds the key to the lines that differ, unless the base has been asked for it before or all runs agree. */
static void visit(void *self, const char *key, const json_t *value)
{
    struct work *w = self;
    struct comparison *c = w->comparison;
    (void)value;
    if (!is_compared(key) || c->differing_count == LINES_MAX)
        return;
    struct compare_line *line = &c->differing[c->differing_count];
    *line = (struct compare_line){.unit = unit_of(key)};
    (void)snprintf(line->name, sizeof line->name, "%s", key);
    bool differs = false;
    for (size_t s = 0; s < c->side_count; s++) {
        set_value(&line->of[s], output_value(w->sides[s].stats, key));
        differs |= strcmp(line->of[s].text, line->of[0].text) != 0;
    }
    if (!differs)
        c->same_count++;
    else if (!is_first(key))
        c->differing_count++;
}

struct later {
    struct work *work;
    size_t side;
};

/* Adds a key that no earlier run has. */
static void visit_later(void *self, const char *key, const json_t *value)
{
    struct later *later = self;
    for (size_t s = 0; s < later->side; s++)
        if (output_value(later->work->sides[s].stats, key))
            return;
    visit(later->work, key, value);
}

static enum status find_differing(struct work *w, struct error *err)
{
    struct comparison *c = w->comparison;
    c->differing = calloc(LINES_MAX, sizeof *c->differing);
    if (!c->differing)
        return error_set(err, STATUS_ENVIRONMENT, "out of memory");
    compare_side_each(w->sides[0].stats, visit, w);
    for (size_t s = 1; s < c->side_count; s++) {
        struct later later = {w, s};
        compare_side_each(w->sides[s].stats, visit_later, &later);
    }
    return STATUS_OK;
}

const struct compare_line *comparison_find(const struct comparison *c, const char *name,
                                           bool *is_same)
{
    struct output_key key;
    *is_same = false;
    for (size_t i = 0; i < c->headline_count; i++)
        if (strcmp(c->headline[i].name, name) == 0)
            return &c->headline[i];
    for (size_t i = 0; i < c->differing_count; i++)
        if (strcmp(c->differing[i].name, name) == 0)
            return &c->differing[i];
    *is_same = output_keys_find(name, &key);
    return NULL;
}

/* --- where the runs part --- */

/* Finds the first row of hash.csv in which two runs differ, and the first column of it. */
static void find_parting(struct comparison *c, const struct compare_side *a,
                         const struct compare_side *b)
{
    char path[COMPARE_PATH_MAX + 16], head[1024], x[1024], y[1024];
    (void)snprintf(path, sizeof path, "%s/hash.csv", a->folder);
    FILE *left = fopen(path, "r");
    (void)snprintf(path, sizeof path, "%s/hash.csv", b->folder);
    FILE *right = fopen(path, "r");
    bool go_on = left && right && fgets(head, sizeof head, left) && fgets(y, sizeof y, right);
    while (go_on) {
        bool has_x = fgets(x, sizeof x, left) != NULL, has_y = fgets(y, sizeof y, right) != NULL;
        go_on = has_x && has_y && strcmp(x, y) == 0;
        if (go_on || (!has_x && !has_y))
            continue;
        const char *row = has_x ? x : y;
        char *names = head, *name = strsep(&names, ",\n"), *p = x, *q = y;
        bool is_equal = has_x && has_y && strcmp(strsep(&p, ","), strsep(&q, ",")) == 0;
        while (is_equal && (name = strsep(&names, ",\n")) != NULL) {
            const char *one = strsep(&p, ",\n"), *other = strsep(&q, ",\n");
            is_equal = one && other && strcmp(one, other) == 0;
        }
        (void)snprintf(c->parted, sizeof c->parted, "%s, in the period up to %" PRIu64 " ps",
                       name && strcmp(name, "time_ps") != 0 ? name : "all parts",
                       (uint64_t)strtoull(row, NULL, 10));
    }
    if (left)
        (void)fclose(left);
    if (right)
        (void)fclose(right);
}

/* --- distributions --- */

uint64_t compare_quantile(const struct compare_samples *samples, size_t side, unsigned permille)
{
    size_t count = samples->of[side].count;
    assert(count > 0 && permille <= 1000);
    size_t rank = (count * permille + 999) / 1000;
    return samples->of[side].values[rank > 0 ? rank - 1 : 0];
}

unsigned compare_distance(const struct compare_samples *samples, size_t side, bool *is_significant)
{
    size_t n = samples->of[0].count, m = samples->of[side].count, i = 0, j = 0;
    double largest = 0;
    *is_significant = false;
    if (n == 0 || m == 0)
        return 0;
    while (i < n && j < m) {
        uint64_t x = samples->of[0].values[i], y = samples->of[side].values[j];
        uint64_t next = x < y ? x : y;
        while (i < n && samples->of[0].values[i] == next)
            i++;
        while (j < m && samples->of[side].values[j] == next)
            j++;
        double distance = fabs((double)i / (double)n - (double)j / (double)m);
        largest = distance > largest ? distance : largest;
    }
    /* The limit for large samples at a level of 1 %: 1.628 sqrt((n + m) / (n m)). */
    *is_significant = largest > 1.628 * sqrt(((double)n + (double)m) / ((double)n * (double)m));
    return (unsigned)(largest * 1000 + 0.5);
}

/* --- all together --- */

/* The samples change their owner. */
static void take_samples(struct work *w)
{
    for (int i = 0; i < COMPARE_DURATIONS; i++) {
        struct compare_samples *samples = &w->comparison->samples[i];
        samples->name = compare_durations[i];
        for (size_t s = 0; s < w->comparison->side_count; s++) {
            samples->of[s].values = w->sides[s].values[i];
            samples->of[s].count = w->sides[s].counts[i];
            w->sides[s].values[i] = NULL;
        }
    }
}

enum status comparison_read(struct comparison *comparison, const char *const *names, size_t count,
                            struct error *err)
{
    assert(count >= 2 && count <= COMPARE_SIDES_MAX);
    memset(comparison, 0, sizeof *comparison);
    struct work *w = calloc(1, sizeof *w);
    if (!w)
        return error_set(err, STATUS_ENVIRONMENT, "out of memory");
    w->comparison = comparison;
    comparison->side_count = count;
    enum status status = STATUS_OK;
    for (size_t s = 0; s < count && status == STATUS_OK; s++) {
        comparison->names[s] = names[s];
        status = compare_side_read(&w->sides[s], names[s], err);
    }
    if (status == STATUS_OK)
        status = make_headline(w, err);
    if (status == STATUS_OK)
        status = find_differing(w, err);
    if (status == STATUS_OK)
        find_parting(comparison, &w->sides[0], &w->sides[1]);
    if (status == STATUS_OK)
        take_samples(w);
    for (size_t s = 0; s < count; s++)
        compare_side_free(&w->sides[s]);
    free(w);
    return status;
}

void comparison_free(struct comparison *comparison)
{
    for (int i = 0; i < COMPARE_DURATIONS; i++)
        for (size_t s = 0; s < comparison->side_count; s++)
            free(comparison->samples[i].of[s].values);
    free(comparison->headline);
    free(comparison->differing);
}
