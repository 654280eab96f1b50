#include "sim/series/series.h"

#include "models/base/publish.h"
#include "models/base/temp_file.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 128, SPOOL_RECORDS = 8192 };

/* A record of the spool file: the new value of a key, or, with KEY_TIME, the time of the sample that the records before
 * it belong to. */
struct record {
    uint64_t value;
    uint32_t key;
    uint32_t unused;
};
enum { KEY_TIME = UINT32_MAX };

struct column {
    char name[NAME_MAX_BYTES]; /* the key as in expectations, such as nics[0].mac.rx_frames */
    uint64_t value;            /* the last one */
    bool is_known;             /* the column has a value */
    bool has_changed;          /* a later sample had another value than the first one */
};

struct series {
    int fd;
    uint64_t written; /* bytes in the spool file */
    struct record pending[SPOOL_RECORDS];
    size_t pending_count;
    struct column *columns; /* in the order of stats.json as far as keys do not come later */
    size_t column_count, column_space;
    size_t expected; /* the column that the next key of this sample probably has */
    bool has_row;    /* values were put since the last KEY_TIME; they belong to row_ps */
    uint64_t row_ps;
    struct error trouble;
};

struct series *series_create(struct error *err)
{
    struct series *series = calloc(1, sizeof *series);
    if (!series) {
        (void)error_set(err, STATUS_ENVIRONMENT, "out of memory");
        return NULL;
    }
    series->fd = temp_file_open(err);
    if (series->fd < 0) {
        free(series);
        return NULL;
    }
    return series;
}

void series_discard(struct series *series)
{
    if (!series)
        return;
    (void)close(series->fd);
    free(series->columns);
    free(series);
}

static void flush(struct series *series)
{
    size_t bytes = series->pending_count * sizeof series->pending[0];
    if (series->trouble.status == STATUS_OK &&
        temp_file_write(series->fd, series->pending, bytes, series->written, &series->trouble))
        series->written += bytes;
    series->pending_count = 0;
}

static void put(struct series *series, uint32_t key, uint64_t value)
{
    if (series->pending_count == SPOOL_RECORDS)
        flush(series);
    assert(series->pending_count < SPOOL_RECORDS);
    series->pending[series->pending_count++] = (struct record){value, key, 0};
}

/* Returns the column of this name, and adds it if it is new. Returns null if memory is short. The keys come in the same
 * order in each sample, so the search nearly always ends at the first comparison. */
static struct column *column_of(struct series *series, const char *name)
{
    for (size_t i = 0; i < series->column_count; i++) {
        size_t at = (series->expected + i) % series->column_count;
        if (strcmp(series->columns[at].name, name) == 0)
            return &series->columns[at];
    }
    if (series->column_count == series->column_space) {
        size_t space = series->column_space ? 2 * series->column_space : 1024;
        struct column *columns = realloc(series->columns, space * sizeof *columns);
        if (!columns) {
            (void)error_set(&series->trouble, STATUS_ENVIRONMENT, "out of memory");
            return NULL;
        }
        series->columns = columns;
        series->column_space = space;
    }
    struct column *column = &series->columns[series->column_count++];
    *column = (struct column){.value = 0};
    (void)snprintf(column->name, sizeof column->name, "%s", name);
    return column;
}

static void take(struct series *series, const char *name, uint64_t value)
{
    struct column *column = column_of(series, name);
    if (!column)
        return;
    size_t index = (size_t)(column - series->columns);
    series->expected = index + 1;
    if (column->is_known && column->value == value)
        return;
    column->has_changed |= column->is_known;
    column->is_known = true;
    column->value = value;
    series->has_row = true;
    put(series, (uint32_t)index, value);
}

static void walk(struct series *series, const json_t *json, char *name, size_t len)
{
    const char *key;
    json_t *value;
    size_t index;
    size_t room = NAME_MAX_BYTES - len;
    if (json_is_integer(json)) {
        take(series, name, (uint64_t)json_integer_value(json));
    } else if (json_is_object(json)) {
        json_object_foreach((json_t *)(uintptr_t)json, key, value)
        {
            int more = snprintf(name + len, room, "%s%s", len ? "." : "", key);
            assert(more > 0 && (size_t)more < room);
            walk(series, value, name, len + (size_t)more);
        }
    } else if (json_is_array(json)) {
        json_array_foreach(json, index, value)
        {
            int more = snprintf(name + len, room, "[%zu]", index);
            assert(more > 0 && (size_t)more < room);
            walk(series, value, name, len + (size_t)more);
        }
    }
}

static void end_row(struct series *series)
{
    if (series->has_row)
        put(series, KEY_TIME, series->row_ps);
    series->has_row = false;
}

void series_sample(struct series *series, uint64_t now_ps, const json_t *counters)
{
    char name[NAME_MAX_BYTES] = "";
    assert(json_is_object(counters) && now_ps >= series->row_ps);
    if (now_ps > series->row_ps)
        end_row(series);
    series->expected = 0;
    series->row_ps = now_ps;
    walk(series, counters, name, 0);
}

static void print_row(FILE *file, const struct series *series, uint64_t now_ps)
{
    (void)fprintf(file, "%" PRIu64, now_ps);
    for (size_t i = 0; i < series->column_count; i++) {
        const struct column *column = &series->columns[i];
        if (!column->has_changed)
            continue;
        (void)fputc(',', file);
        if (column->is_known)
            (void)fprintf(file, "%" PRIu64, column->value);
    }
    (void)fputc('\n', file);
}

/* Reads the spool file from its beginning, and prints a row for each sample. */
static bool print_rows(FILE *file, struct series *series)
{
    for (size_t i = 0; i < series->column_count; i++)
        series->columns[i].is_known = false;
    for (uint64_t at = 0; at < series->written;) {
        uint64_t bytes = series->written - at;
        if (bytes > sizeof series->pending)
            bytes = sizeof series->pending;
        if (!temp_file_read(series->fd, series->pending, bytes, at))
            return false;
        for (size_t i = 0; i < bytes / sizeof series->pending[0]; i++) {
            const struct record *record = &series->pending[i];
            if (record->key == KEY_TIME) {
                print_row(file, series, record->value);
            } else {
                series->columns[record->key].value = record->value;
                series->columns[record->key].is_known = true;
            }
        }
        at += bytes;
    }
    return true;
}

static enum status write_file(struct series *series, const char *dir, struct error *err)
{
    struct publish out;
    char path[PUBLISH_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/series.csv", dir) >= (int)sizeof path)
        return error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", dir);
    enum status status = publish_open(&out, path, err);
    if (status != STATUS_OK)
        return status;
    (void)fputs("time_ps", out.stream);
    for (size_t i = 0; i < series->column_count; i++)
        if (series->columns[i].has_changed)
            (void)fprintf(out.stream, ",%s", series->columns[i].name);
    (void)fputc('\n', out.stream);
    if (print_rows(out.stream, series))
        return publish_close(&out, err);
    publish_discard(&out);
    return error_set(err, STATUS_ENVIRONMENT, "%s: cannot read the samples of series.csv again",
                     temp_file_folder());
}

enum status series_close(struct series *series, const char *dir, struct error *err)
{
    end_row(series);
    flush(series);
    enum status status = series->trouble.status;
    if (status == STATUS_OK)
        status = write_file(series, dir, err);
    else
        (void)error_set(err, status, "%s", series->trouble.text);
    series_discard(series);
    return status;
}
