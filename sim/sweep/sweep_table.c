#include "sim/sweep/sweep_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 200, COLUMNS_MAX = STUDY_AXES_MAX + STUDY_REPORTS_MAX + 1, CELL_MAX = 256 };

/* The values of one reported key in the runs of one point. */
struct values {
    double *list;
    size_t count;
};

struct table {
    const struct study *study;
    uint64_t per_point;
    bool begun;     /* a point is being collected */
    uint64_t point; /* its number */
    uint64_t ok, runs;
    struct values reports[STUDY_REPORTS_MAX];
    bool no_memory;
    uint64_t lines; /* of points, those left out included */
    FILE *text;     /* the cells: each ends with a tab, each line with a newline */
};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void write_number(FILE *text, double value)
{
    if (fabs(value - round(value)) < 1e-9 && fabs(value) < 1e15)
        (void)fprintf(text, "%.0f", value);
    else
        (void)fprintf(text, "%.6g", value);
}

static void write_values(FILE *text, struct values *values)
{
    if (values->count == 0) {
        (void)fputc('-', text);
        return;
    }
    qsort(values->list, values->count, sizeof values->list[0], compare);
    double low = values->list[0], high = values->list[values->count - 1];
    write_number(text, values->list[(values->count - 1) / 2]);
    if (low == high)
        return;
    (void)fputs(" [", text);
    write_number(text, low);
    (void)fputs(" .. ", text);
    write_number(text, high);
    (void)fputc(']', text);
}

/* An axis with a single value would be the same in all lines. */
static bool is_shown(const struct study_axis *axis) { return axis->count > 1; }

static void end_point(struct table *table)
{
    const struct study *study = table->study;
    struct study_point point;
    if (!table->begun)
        return;
    if (table->lines++ < LINES_MAX) {
        study_point(study, table->point * table->per_point, &point);
        for (size_t i = 0; i < study->axis_count; i++)
            if (is_shown(&study->axes[i]))
                (void)fprintf(table->text, "%s\t", study->axes[i].values[point.value[i]]);
        for (size_t i = 0; i < study->report_count; i++) {
            write_values(table->text, &table->reports[i]);
            (void)fputc('\t', table->text);
        }
        (void)fprintf(table->text, "%" PRIu64 " of %" PRIu64 "\t\n", table->ok, table->runs);
    }
    for (size_t i = 0; i < study->report_count; i++)
        table->reports[i].count = 0;
    table->ok = table->runs = 0;
    table->begun = false;
}

static void add(struct table *table, struct values *values, double value)
{
    double *grown =
        isnan(value) ? NULL : realloc(values->list, (values->count + 1) * sizeof *grown);
    table->no_memory |= !isnan(value) && !grown;
    if (!grown)
        return;
    values->list = grown;
    values->list[values->count++] = value;
}

static void on_row(void *self, const struct sweep_row *row)
{
    struct table *table = self;
    uint64_t point = row->number / table->per_point;
    if (table->begun && table->point != point)
        end_point(table);
    table->begun = true;
    table->point = point;
    table->runs++;
    table->ok += row->ok;
    for (size_t i = 0; i < table->study->report_count; i++)
        add(table, &table->reports[i], row->values[i]);
}

static void write_head(struct table *table)
{
    const struct study *study = table->study;
    for (size_t i = 0; i < study->axis_count; i++)
        if (is_shown(&study->axes[i]))
            (void)fprintf(table->text, "%s\t", study->axes[i].key);
    for (size_t i = 0; i < study->report_count; i++)
        (void)fprintf(table->text, "%s\t", study->reports[i]);
    (void)fputs("ok\t\n", table->text);
}

/* Prints the cells in columns, each as wide as its widest cell. */
static void print_cells(const char *text)
{
    size_t width[COLUMNS_MAX] = {0}, column = 0;
    for (const char *at = text; *at; at++) {
        size_t len = strcspn(at, "\t\n");
        if (len > 0 && len > width[column])
            width[column] = len;
        at += len;
        column = *at == '\n' ? 0 : column + 1;
    }
    column = 0;
    for (const char *at = text; *at; at++) {
        size_t len = strcspn(at, "\t\n");
        if (*at != '\n')
            (void)printf("%s%*.*s", column ? "  " : "", (int)width[column], (int)len, at);
        at += len;
        column = *at == '\n' ? 0 : column + 1;
        if (*at == '\n')
            (void)putchar('\n');
    }
}

enum status sweep_table_print(const struct study *study, struct sweep_db *db, struct error *err)
{
    struct table table = {.study = study, .per_point = study_runs_per_point(study)};
    char *text = NULL;
    size_t len = 0;
    table.text = open_memstream(&text, &len);
    if (!table.text)
        return error_set(err, STATUS_ENVIRONMENT, "out of memory");
    write_head(&table);
    enum status status = sweep_db_each(db, on_row, &table, err);
    end_point(&table);
    for (size_t i = 0; i < study->report_count; i++)
        free(table.reports[i].list);
    if (fclose(table.text) != 0 || table.no_memory)
        status = error_set(err, STATUS_ENVIRONMENT, "out of memory");
    if (status == STATUS_OK) {
        (void)printf("study %s: %s\n", study->name, study->scenario);
        for (size_t i = 0; i < study->axis_count; i++)
            if (!is_shown(&study->axes[i]))
                (void)printf("  %s: %s\n", study->axes[i].key, study->axes[i].values[0]);
        print_cells(text);
        if (table.lines > LINES_MAX)
            (void)printf("(%" PRIu64 " more lines; study.csv has all runs)\n",
                         table.lines - LINES_MAX);
    }
    free(text);
    return status;
}
