#include "sim/sweep/sweep_db.h"

#include "models/base/publish.h"
#include "sim/schema/output_value.h"

#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "TSIM": the number in the header of the file that says whose database it is. */
enum { APPLICATION_ID = 0x5453494d, LAYOUT_VERSION = 1, BUSY_MS = 2000 };

struct sweep_db {
    const struct study *study;
    sqlite3 *sqlite;
    sqlite3_stmt *put, *has;
    char path[SIM_PATH_MAX + 32];
};

/* --- errors and small statements --- */

static enum status fail(struct sweep_db *db, struct error *err)
{
    int code = db->sqlite ? sqlite3_errcode(db->sqlite) : SQLITE_NOMEM;
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: is no database, or is damaged (%s); move it away, or give another "
                         "folder with -o",
                         db->path, sqlite3_errmsg(db->sqlite));
    return error_set(err, STATUS_ENVIRONMENT, "%s: %s%s", db->path,
                     db->sqlite ? sqlite3_errmsg(db->sqlite) : "out of memory",
                     code == SQLITE_FULL ? " (no space left?)" : "");
}

static enum status execute(struct sweep_db *db, const char *sql, struct error *err)
{
    return sql && sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK ? STATUS_OK
                                                                               : fail(db, err);
}

/* Reads one text or number, such as that of a PRAGMA, as text. */
static enum status ask(struct sweep_db *db, const char *sql, char *text, size_t size,
                       struct error *err)
{
    sqlite3_stmt *statement = NULL;
    enum status status = STATUS_OK;
    text[0] = '\0';
    if (sqlite3_prepare_v2(db->sqlite, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail(db, err);
    int step = sqlite3_step(statement);
    if (step == SQLITE_ROW)
        (void)snprintf(text, size, "%s", (const char *)sqlite3_column_text(statement, 0));
    else if (step != SQLITE_DONE)
        status = fail(db, err);
    (void)sqlite3_finalize(statement);
    return status;
}

/* --- columns --- */

/* Appends `, "key"` with the suffix for each column between `number` and `status`. The caller frees the text with
 * sqlite3_free(). */
static char *columns(const struct study *study, const char *suffix)
{
    sqlite3_str *text = sqlite3_str_new(NULL);
    for (size_t i = 0; i < study->axis_count; i++)
        sqlite3_str_appendf(text, ", \"%w\"%s", study->axes[i].key, suffix);
    for (size_t i = 0; i < study->draw_count; i++)
        sqlite3_str_appendf(text, ", \"%w\"%s", study->draws[i].key, suffix);
    sqlite3_str_appendf(text, ", seed%s, repeat%s", suffix, suffix);
    for (size_t i = 0; i < study->report_count; i++)
        sqlite3_str_appendf(text, ", \"%w\"%s", study->reports[i], suffix);
    return sqlite3_str_finish(text);
}

static size_t column_count(const struct study *study)
{
    return study->axis_count + study->draw_count + 2 + study->report_count;
}

/* --- opening --- */

static enum status create(struct sweep_db *db, struct error *err)
{
    char *names = columns(db->study, "");
    char *sql =
        names ? sqlite3_mprintf("BEGIN; PRAGMA application_id = %d; PRAGMA user_version = %d;"
                                "CREATE TABLE study (name TEXT PRIMARY KEY, value);"
                                "INSERT INTO study VALUES ('hash', %Q), ('scenario', %Q);"
                                "CREATE TABLE runs (number INTEGER PRIMARY KEY%s, status TEXT, "
                                "exit_status INTEGER, message TEXT, dir TEXT, hash TEXT); COMMIT",
                                APPLICATION_ID, LAYOUT_VERSION, db->study->hash,
                                db->study->scenario, names)
              : NULL;
    enum status status = execute(db, sql, err);
    sqlite3_free(sql);
    sqlite3_free(names);
    return status;
}

/* Looks at a file that is there: whose it is, whether it is whole, and which study it is of. */
static enum status check(struct sweep_db *db, bool *is_new, struct error *err)
{
    char text[SIM_PATH_MAX];
    enum status status = ask(db, "SELECT count(*) FROM sqlite_master", text, sizeof text, err);
    *is_new = status == STATUS_OK && strcmp(text, "0") == 0;
    if (status != STATUS_OK || *is_new)
        return status;
    if ((status = ask(db, "PRAGMA application_id", text, sizeof text, err)) != STATUS_OK)
        return status;
    if (strtol(text, NULL, 10) != APPLICATION_ID)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: is a database of another program; give another folder with -o",
                         db->path);
    if ((status = ask(db, "PRAGMA user_version", text, sizeof text, err)) != STATUS_OK)
        return status;
    if (strtol(text, NULL, 10) != LAYOUT_VERSION)
        return error_set(
            err, STATUS_BAD_INPUT,
            "%s: was written by another version of toesim; give another folder with -o", db->path);
    if ((status = ask(db, "PRAGMA quick_check(1)", text, sizeof text, err)) != STATUS_OK)
        return status;
    if (strcmp(text, "ok") != 0)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: is damaged (%.200s); move it away, or give another folder with -o",
                         db->path, text);
    status = ask(db, "SELECT value FROM study WHERE name = 'hash'", text, sizeof text, err);
    if (status == STATUS_OK && strcmp(text, db->study->hash) != 0)
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: holds another study, or the study file has changed since; give "
                         "another folder with -o, or remove this one",
                         db->path);
    return status;
}

static enum status prepare(struct sweep_db *db, struct error *err)
{
    char *names = columns(db->study, "");
    sqlite3_str *marks = sqlite3_str_new(NULL);
    for (size_t i = 0; i < column_count(db->study) + 6; i++)
        sqlite3_str_appendf(marks, "%s?", i ? ", " : "");
    char *values = sqlite3_str_finish(marks);
    char *sql = names && values
                    ? sqlite3_mprintf("INSERT OR REPLACE INTO runs (number%s, status, exit_status, "
                                      "message, dir, hash) VALUES (%s)",
                                      names, values)
                    : NULL;
    enum status status = STATUS_OK;
    if (!sql || sqlite3_prepare_v2(db->sqlite, sql, -1, &db->put, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db->sqlite, "SELECT status, hash FROM runs WHERE number = ?", -1,
                           &db->has, NULL) != SQLITE_OK)
        status = fail(db, err);
    sqlite3_free(sql);
    sqlite3_free(values);
    sqlite3_free(names);
    return status;
}

struct sweep_db *sweep_db_open(const char *path, const struct study *study, struct error *err)
{
    struct sweep_db *db = calloc(1, sizeof *db);
    if (!db) {
        (void)error_set(err, STATUS_ENVIRONMENT, "out of memory");
        return NULL;
    }
    bool is_new = false;
    db->study = study;
    (void)snprintf(db->path, sizeof db->path, "%s", path);
    enum status status = STATUS_OK;
    if (sqlite3_open(path, &db->sqlite) != SQLITE_OK)
        status = fail(db, err);
    if (status == STATUS_OK) {
        (void)sqlite3_busy_timeout(db->sqlite, BUSY_MS);
        status = check(db, &is_new, err);
    }
    if (status == STATUS_OK && is_new)
        status = create(db, err);
    if (status == STATUS_OK)
        status = prepare(db, err);
    if (status == STATUS_OK)
        return db;
    sweep_db_close(db);
    return NULL;
}

void sweep_db_close(struct sweep_db *db)
{
    if (!db)
        return;
    (void)sqlite3_finalize(db->put);
    (void)sqlite3_finalize(db->has);
    (void)sqlite3_close(db->sqlite);
    free(db);
}

/* --- rows --- */

static const char *status_name(int exit_status)
{
    switch (exit_status) {
    case STATUS_OK:
        return "ok";
    case STATUS_FAILED:
        return "failed";
    case STATUS_BAD_INPUT:
        return "refused";
    case STATUS_ENVIRONMENT:
        return "environment";
    default:
        return "killed";
    }
}

bool sweep_db_has(struct sweep_db *db, uint64_t number, char hash[SHA256_TEXT_MAX])
{
    bool ended = false;
    (void)sqlite3_reset(db->has);
    (void)sqlite3_bind_int64(db->has, 1, (sqlite3_int64)number);
    if (sqlite3_step(db->has) == SQLITE_ROW) {
        const char *status = (const char *)sqlite3_column_text(db->has, 0);
        const char *stored = (const char *)sqlite3_column_text(db->has, 1);
        ended = status && strcmp(status, "environment") != 0 && strcmp(status, "killed") != 0;
        (void)snprintf(hash, SHA256_TEXT_MAX, "%s", stored ? stored : "");
    }
    (void)sqlite3_reset(db->has);
    return ended;
}

static void bind_text(sqlite3_stmt *put, int *index, const char *text)
{
    (void)sqlite3_bind_text(put, (*index)++, text, -1, SQLITE_TRANSIENT);
}

/* A whole number is stored as one, so that it is sorted and compared as one. */
static void bind_value(sqlite3_stmt *put, int *index, const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (digits > 0 && digits < 19 && text[digits] == '\0')
        (void)sqlite3_bind_int64(put, (*index)++, strtoll(text, NULL, 10));
    else
        bind_text(put, index, text);
}

static void bind_json(sqlite3_stmt *put, int *index, const json_t *value)
{
    if (json_is_integer(value))
        (void)sqlite3_bind_int64(put, *index, json_integer_value(value));
    else if (json_is_real(value))
        (void)sqlite3_bind_double(put, *index, json_real_value(value));
    else if (json_is_boolean(value))
        (void)sqlite3_bind_int(put, *index, json_is_true(value));
    else if (json_is_string(value))
        (void)sqlite3_bind_text(put, *index, json_string_value(value), -1, SQLITE_TRANSIENT);
    else
        (void)sqlite3_bind_null(put, *index);
    ++*index;
}

enum status sweep_db_put(struct sweep_db *db, const struct study_point *point,
                         const struct sweep_result *result, struct error *err)
{
    const struct study *study = db->study;
    int index = 1;
    (void)sqlite3_reset(db->put);
    (void)sqlite3_bind_int64(db->put, index++, (sqlite3_int64)point->number);
    for (size_t i = 0; i < study->axis_count; i++)
        bind_value(db->put, &index, study->axes[i].values[point->value[i]]);
    for (size_t i = 0; i < study->draw_count; i++)
        bind_value(db->put, &index, point->drawn[i]);
    if (study->has_seeds)
        (void)sqlite3_bind_int64(db->put, index++, (sqlite3_int64)point->seed);
    else
        (void)sqlite3_bind_null(db->put, index++);
    (void)sqlite3_bind_int64(db->put, index++, (sqlite3_int64)point->repeat);
    for (size_t i = 0; i < study->report_count; i++)
        bind_json(db->put, &index, output_value(result->stats, study->reports[i]));
    bind_text(db->put, &index, status_name(result->exit_status));
    (void)sqlite3_bind_int(db->put, index++, result->exit_status);
    bind_text(db->put, &index, result->message);
    bind_text(db->put, &index, result->dir);
    bind_text(db->put, &index, result->hash);
    enum status status = sqlite3_step(db->put) == SQLITE_DONE ? STATUS_OK : fail(db, err);
    (void)sqlite3_reset(db->put);
    return status;
}

uint64_t sweep_db_failed(struct sweep_db *db)
{
    char text[32];
    struct error err;
    if (ask(db, "SELECT count(*) FROM runs WHERE status != 'ok'", text, sizeof text, &err) !=
        STATUS_OK)
        return UINT64_MAX;
    return strtoull(text, NULL, 10);
}

/* --- reading all rows --- */

static void write_field(FILE *file, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        (void)fputs(text, file);
        return;
    }
    (void)fputc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            (void)fputc('"', file);
        (void)fputc(*text, file);
    }
    (void)fputc('"', file);
}

enum status sweep_db_write_csv(struct sweep_db *db, const char *path, struct error *err)
{
    struct publish out;
    sqlite3_stmt *rows = NULL;
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    if (sqlite3_prepare_v2(db->sqlite, "SELECT * FROM runs ORDER BY number", -1, &rows, NULL) !=
        SQLITE_OK)
        status = fail(db, err);
    int count = status == STATUS_OK ? sqlite3_column_count(rows) : 0;
    for (int i = 0; i < count; i++) {
        (void)fputs(i ? "," : "", out.stream);
        write_field(out.stream, sqlite3_column_name(rows, i));
    }
    int step = SQLITE_DONE;
    while (status == STATUS_OK && (step = sqlite3_step(rows)) == SQLITE_ROW)
        for (int i = 0; i < count; i++) {
            const char *text = (const char *)sqlite3_column_text(rows, i);
            (void)fputs(i ? "," : "\r\n", out.stream);
            write_field(out.stream, text ? text : "");
        }
    if (status == STATUS_OK && step != SQLITE_DONE)
        status = fail(db, err);
    (void)sqlite3_finalize(rows);
    if (status != STATUS_OK) {
        publish_discard(&out);
        return status;
    }
    (void)fputs("\r\n", out.stream);
    return publish_close(&out, err);
}

enum status sweep_db_each(struct sweep_db *db, void (*fn)(void *self, const struct sweep_row *row),
                          void *self, struct error *err)
{
    sqlite3_stmt *rows = NULL;
    char *names = columns(db->study, "");
    char *sql =
        names ? sqlite3_mprintf("SELECT number, status = 'ok'%s FROM runs ORDER BY number", names)
              : NULL;
    enum status status = STATUS_OK;
    if (!sql || sqlite3_prepare_v2(db->sqlite, sql, -1, &rows, NULL) != SQLITE_OK)
        status = fail(db, err);
    sqlite3_free(sql);
    sqlite3_free(names);
    int first = (int)(2 + column_count(db->study) - db->study->report_count), step = SQLITE_DONE;
    while (status == STATUS_OK && (step = sqlite3_step(rows)) == SQLITE_ROW) {
        struct sweep_row row = {.number = (uint64_t)sqlite3_column_int64(rows, 0),
                                .ok = sqlite3_column_int(rows, 1) != 0};
        for (size_t i = 0; i < db->study->report_count; i++) {
            int at = first + (int)i, type = sqlite3_column_type(rows, at);
            bool is_number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
            row.values[i] = is_number ? sqlite3_column_double(rows, at) : (double)NAN;
        }
        fn(self, &row);
    }
    if (status == STATUS_OK && step != SQLITE_DONE)
        status = fail(db, err);
    (void)sqlite3_finalize(rows);
    return status;
}
