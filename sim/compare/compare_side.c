#include "sim/compare/compare_side.h"

#include "models/base/units.h"
#include "sim/schema/output_keys.h"
#include "sim/show/move_table.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const compare_durations[COMPARE_DURATIONS] = {"reload", "blackout", "recovery",
                                                          "service gap"};

/* --- the folder --- */

/* STUDY.sqlite:NUMBER is the folder of that row, beside the database. */
static enum status find_row(struct compare_side *side, const char *name, const char *colon,
                            struct error *err)
{
    char path[COMPARE_PATH_MAX], *end;
    sqlite3 *sqlite = NULL;
    sqlite3_stmt *rows = NULL;
    long long number = strtoll(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || colon - name >= COMPARE_PATH_MAX)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: write STUDY.sqlite:NUMBER, with the number of a row", name);
    (void)snprintf(path, sizeof path, "%.*s", (int)(colon - name), name);
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    enum status status = STATUS_OK;
    if (sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(sqlite, "SELECT dir FROM runs WHERE number = ?", -1, &rows, NULL) !=
            SQLITE_OK ||
        sqlite3_bind_int64(rows, 1, number) != SQLITE_OK)
        status = error_set(err, STATUS_BAD_INPUT, "%s: %s", path,
                           sqlite ? sqlite3_errmsg(sqlite) : "out of memory");
    else if (sqlite3_step(rows) != SQLITE_ROW || !sqlite3_column_text(rows, 0))
        status = error_set(err, STATUS_BAD_INPUT, "%s: has no run with number %lld", path, number);
    else if (snprintf(side->folder, sizeof side->folder, "%.*s%s", folder, path,
                      (const char *)sqlite3_column_text(rows, 0)) >= (int)sizeof side->folder)
        status = error_set(err, STATUS_BAD_INPUT, "%s: the name is too long", name);
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(sqlite);
    return status;
}

static enum status find_folder(struct compare_side *side, const char *name, struct error *err)
{
    const char *colon = strrchr(name, ':');
    if (colon && colon - name > 7 && strncmp(colon - 7, ".sqlite", 7) == 0)
        return find_row(side, name, colon, err);
    if (snprintf(side->folder, sizeof side->folder, "%s", name) >= (int)sizeof side->folder)
        return error_set(err, STATUS_BAD_INPUT, "%s: the name is too long", name);
    return STATUS_OK;
}

/* --- stats.json --- */

static enum status read_stats(struct compare_side *side, struct error *err)
{
    char path[COMPARE_PATH_MAX + 16];
    json_error_t where;
    (void)snprintf(path, sizeof path, "%s/stats.json", side->folder);
    side->stats = json_load_file(path, 0, &where);
    if (!side->stats)
        return where.line < 0
                   ? error_set(err, STATUS_BAD_INPUT, "%s: %s", path, strerror(errno))
                   : error_set(err, STATUS_BAD_INPUT, "%s:%d: %s", path, where.line, where.text);
    const char *schema = json_string_value(json_object_get(side->stats, "schema"));
    if (!schema || strcmp(schema, OUTPUT_SCHEMA_NAME) != 0)
        return error_set(err, STATUS_BAD_INPUT, "%s: has %s%s, not " OUTPUT_SCHEMA_NAME, path,
                         schema ? "schema " : "no schema", schema ? schema : "");
    return STATUS_OK;
}

struct walk {
    char name[COMPARE_NAME_MAX];
    void (*visit)(void *self, const char *key, const json_t *value);
    void *self;
};

static void walk(struct walk *w, size_t len, const json_t *json)
{
    const char *key;
    json_t *value;
    size_t index;
    json_t *mutable = (json_t *)(uintptr_t)json; /* the macros of jansson want it so */
    if (json_is_object(json)) {
        json_object_foreach(mutable, key, value)
        {
            int more = snprintf(w->name + len, sizeof w->name - len, "%s%s", len ? "." : "", key);
            if (more > 0 && (size_t)more < sizeof w->name - len)
                walk(w, len + (size_t)more, value);
        }
    } else if (json_is_array(json)) {
        json_array_foreach(mutable, index, value)
        {
            int more = snprintf(w->name + len, sizeof w->name - len, "[%zu]", index);
            if (more > 0 && (size_t)more < sizeof w->name - len)
                walk(w, len + (size_t)more, value);
        }
    } else {
        w->visit(w->self, w->name, json);
    }
    w->name[len] = '\0';
}

void compare_side_each(const json_t *json,
                       void (*visit)(void *self, const char *key, const json_t *value), void *self)
{
    struct walk w = {.visit = visit, .self = self};
    walk(&w, 0, json);
}

/* --- moves.csv --- */

static bool put(struct compare_side *side, int duration, uint64_t value)
{
    size_t count = side->counts[duration];
    if ((count & (count - 1)) == 0) { /* the room doubles at each power of two */
        size_t room = count ? 2 * count : 1;
        uint64_t *values = realloc(side->values[duration], room * sizeof *values);
        if (!values)
            return false;
        side->values[duration] = values;
    }
    side->values[duration][side->counts[duration]++] = value;
    return true;
}

static bool put_between(struct compare_side *side, int duration, uint64_t from_ps, uint64_t to_ps)
{
    if (from_ps == TIME_NEVER || to_ps == TIME_NEVER || to_ps < from_ps)
        return true;
    return put(side, duration, (to_ps - from_ps) / PS_PER_NS);
}

static bool put_row(struct compare_side *side, const struct move_table *t)
{
    if (strcmp(move_table_text(t, "kind"), "move") != 0 ||
        strcmp(move_table_text(t, "outcome"), "completed") != 0)
        return true;
    uint64_t t0 = move_table_number(t, "t0_ps"), t10 = move_table_number(t, "t10_ps");
    uint64_t gap = move_table_number(t, "service_gap_ns");
    return put_between(side, 0, t0, t10) &&
           put_between(side, 1, move_table_number(t, "t5_ps"), t10) &&
           put_between(side, 2, t0, move_table_number(t, "t13_ps")) &&
           (gap == TIME_NEVER || put(side, 3, gap));
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum status read_moves(struct compare_side *side, struct error *err)
{
    struct move_table table;
    enum status status = move_table_open(&table, side->folder, "moves.csv", "t0_ps", err);
    while (status == STATUS_OK && move_table_next(&table, err))
        if (!put_row(side, &table))
            status = error_set(err, STATUS_ENVIRONMENT, "out of memory");
    if (status == STATUS_OK)
        status = err->status;
    move_table_close(&table);
    for (int i = 0; i < COMPARE_DURATIONS; i++)
        if (side->counts[i] > 0)
            qsort(side->values[i], side->counts[i], sizeof side->values[i][0], by_value);
    return status;
}

enum status compare_side_read(struct compare_side *side, const char *name, struct error *err)
{
    memset(side, 0, sizeof *side);
    enum status status = find_folder(side, name, err);
    if (status == STATUS_OK)
        status = read_stats(side, err);
    if (status == STATUS_OK)
        status = read_moves(side, err);
    return status;
}

void compare_side_free(struct compare_side *side)
{
    json_decref(side->stats);
    for (int i = 0; i < COMPARE_DURATIONS; i++)
        free(side->values[i]);
}
