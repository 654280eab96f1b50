#include "sim/report/report_study.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { APPLICATION_ID = 0x5453494d, BUSY_MS = 2000 }; /* as sim/sweep/sweep_db.c writes it */

static bool fail(sqlite3 *sqlite, const char *path, struct error *err)
{
    (void)error_set(err, STATUS_BAD_INPUT, "%s: %s", path,
                    sqlite ? sqlite3_errmsg(sqlite) : "out of memory");
    return false;
}

/* The columns of table `runs` are: number, axes, seed, repeat, reported keys, status and others (sim/sweep/sweep_db.h). */
static bool add_columns(sqlite3_stmt *rows, json_t *data)
{
    json_t *all = json_array(), *axes = json_array(), *reports = json_array();
    int seed = -1, status = -1, count = sqlite3_column_count(rows);
    for (int i = 0; i < count; i++) {
        const char *name = sqlite3_column_name(rows, i);
        (void)json_array_append_new(all, json_string(name));
        if (strcmp(name, "seed") == 0 && seed < 0)
            seed = i;
        else if (strcmp(name, "status") == 0)
            status = i;
        if (seed < 0 && i > 0)
            (void)json_array_append_new(axes, json_string(name));
        else if (seed >= 0 && i > seed + 1 && status < 0)
            (void)json_array_append_new(reports, json_string(name));
    }
    (void)json_object_set_new(data, "columns", all);
    (void)json_object_set_new(data, "axes", axes);
    (void)json_object_set_new(data, "reports", reports);
    return seed > 0 && status > seed;
}

static json_t *value_of(sqlite3_stmt *rows, int column)
{
    switch (sqlite3_column_type(rows, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(rows, column));
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(rows, column));
    case SQLITE_TEXT:
        return json_string((const char *)sqlite3_column_text(rows, column));
    default:
        return json_null();
    }
}

static bool add_rows(sqlite3 *sqlite, sqlite3_stmt *rows, const char *path, json_t *data,
                     struct error *err)
{
    json_t *list = json_array();
    (void)json_object_set_new(data, "rows", list);
    int step;
    while ((step = sqlite3_step(rows)) == SQLITE_ROW) {
        json_t *row = json_array();
        for (int i = 0; i < sqlite3_column_count(rows); i++)
            (void)json_array_append_new(row, value_of(rows, i));
        (void)json_array_append_new(list, row);
    }
    if (step != SQLITE_DONE)
        return fail(sqlite, path, err);
    if (json_array_size(list) > 0)
        return true;
    (void)error_set(err, STATUS_BAD_INPUT, "%s: has no run yet", path);
    return false;
}

/* Reads one value; the caller owns the result. Returns JSON null if there is none. */
static json_t *ask(sqlite3 *sqlite, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    json_t *value = NULL;
    if (sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        value = value_of(statement, 0);
    (void)sqlite3_finalize(statement);
    return value ? value : json_null();
}

static bool read_all(sqlite3 *sqlite, const char *path, json_t *data, struct error *err)
{
    json_t *id = ask(sqlite, "PRAGMA application_id");
    bool is_ours = json_integer_value(id) == APPLICATION_ID;
    json_decref(id);
    if (sqlite3_errcode(sqlite) == SQLITE_NOTADB || sqlite3_errcode(sqlite) == SQLITE_CORRUPT)
        return fail(sqlite, path, err);
    if (!is_ours) {
        (void)error_set(err, STATUS_BAD_INPUT, "%s: is no database of toesim sweep", path);
        return false;
    }
    (void)json_object_set_new(data, "scenario",
                              ask(sqlite, "SELECT value FROM study WHERE name = 'scenario'"));
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(sqlite, "SELECT * FROM runs ORDER BY number", -1, &rows, NULL) !=
        SQLITE_OK)
        return fail(sqlite, path, err);
    bool done = add_columns(rows, data);
    if (!done)
        (void)error_set(err, STATUS_BAD_INPUT, "%s: has another layout than this version's", path);
    done = done && add_rows(sqlite, rows, path, data, err);
    (void)sqlite3_finalize(rows);
    return done;
}

/* The name of a study is that of its folder. */
static void name_of(const char *path, char *title, size_t size)
{
    const char *end = strrchr(path, '/'), *begin = end;
    while (begin && begin > path && begin[-1] != '/')
        begin--;
    (void)snprintf(title, size, "study %.*s", end ? (int)(end - begin) : 0, begin ? begin : "");
}

json_t *report_study_read(const char *path, char *title, size_t size, struct error *err)
{
    sqlite3 *sqlite = NULL;
    json_t *data = json_object();
    bool done = sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;
    if (!done)
        (void)fail(sqlite, path, err);
    else
        (void)sqlite3_busy_timeout(sqlite, BUSY_MS);
    name_of(path, title, size);
    (void)json_object_set_new(data, "kind", json_string("study"));
    (void)json_object_set_new(data, "name", json_string(title));
    done = done && read_all(sqlite, path, data, err);
    (void)sqlite3_close(sqlite);
    if (done)
        return data;
    json_decref(data);
    return NULL;
}
