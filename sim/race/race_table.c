#include "sim/race/race_table.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct race_table {
    FILE *file;
    char *path;
    uint64_t moment_ps, step_ps, count;
    int64_t from_ps;
    uint64_t written;                /* the lines of all offsets before this one are in the file */
    bool failed;                     /* a line could not be written */
    int error;                       /* errno of the failure */
    bool *known;                     /* by offset */
    struct race_report *reports;     /* by offset */
    uint64_t of[RACE_OUTCOME_COUNT]; /* by outcome */
    uint64_t cpu_us, cpu_us_max;
};

static int64_t offset_of(const struct race_table *table, uint64_t index)
{
    return table->from_ps + (int64_t)(index * table->step_ps);
}

static uint64_t time_of(const struct race_table *table, uint64_t index)
{
    return table->moment_ps + (uint64_t)offset_of(table, index);
}

static void note_failure(struct race_table *table)
{
    if (!table->failed)
        table->error = errno;
    table->failed = true;
}

struct race_table *race_table_create(const char *path, uint64_t moment_ps, int64_t from_ps,
                                     uint64_t step_ps, uint64_t count, struct error *err)
{
    struct race_table *table = calloc(1, sizeof *table);
    if (table) {
        *table = (struct race_table){.moment_ps = moment_ps,
                                     .step_ps = step_ps,
                                     .count = count,
                                     .from_ps = from_ps,
                                     .path = strdup(path),
                                     .known = calloc(count, sizeof *table->known),
                                     .reports = calloc(count, sizeof *table->reports)};
    }
    if (!table || !table->path || !table->known || !table->reports) {
        (void)error_set(err, STATUS_ENVIRONMENT, "out of memory");
        race_table_destroy(table);
        return NULL;
    }
    table->file = fopen(path, "w");
    if (!table->file) {
        (void)error_set(err, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
        race_table_destroy(table);
        return NULL;
    }
    if (fprintf(table->file, "offset_ps,time_ps,outcome,moves,sim_time_ps,detail\n") < 0 ||
        fflush(table->file) != 0)
        note_failure(table);
    return table;
}

void race_table_destroy(struct race_table *table)
{
    if (!table)
        return;
    if (table->file)
        (void)fclose(table->file);
    free(table->path);
    free(table->known);
    free(table->reports);
    free(table);
}

enum status race_table_close(struct race_table *table, struct error *err)
{
    if (fclose(table->file) != 0)
        note_failure(table);
    table->file = NULL;
    if (!table->failed)
        return STATUS_OK;
    return error_set(err, STATUS_ENVIRONMENT, "%s: %s; the offsets before stay", table->path,
                     strerror(table->error));
}

/* A detail may hold anything, so it is quoted as RFC 4180 says, on one line. */
static void write_detail(FILE *file, const char *detail)
{
    (void)fputc('"', file);
    for (; *detail; detail++) {
        if (*detail == '"')
            (void)fputc('"', file);
        (void)fputc(*detail == '\n' ? ' ' : *detail, file);
    }
    (void)fputs("\"\n", file);
}

/* Each line is flushed, so that an end of the program loses none. */
static void write_line(struct race_table *table, uint64_t index)
{
    const struct race_report *r = &table->reports[index];
    (void)fprintf(table->file, "%" PRId64 ",%" PRIu64 ",%s,%" PRIu32 ",%" PRIu64 ",",
                  offset_of(table, index), time_of(table, index),
                  race_outcome_name((enum race_outcome)r->outcome), r->moves, r->sim_time_ps);
    write_detail(table->file, r->detail);
    if (fflush(table->file) != 0 || ferror(table->file))
        note_failure(table);
}

void race_table_add(struct race_table *table, uint64_t index, const struct race_report *report)
{
    assert(index < table->count && !table->known[index]);
    table->known[index] = true;
    table->reports[index] = *report;
    table->of[report->outcome]++;
    table->cpu_us += report->cpu_us;
    if (report->cpu_us > table->cpu_us_max)
        table->cpu_us_max = report->cpu_us;
    while (table->written < table->count && table->known[table->written] && !table->failed)
        write_line(table, table->written++);
}

uint64_t race_table_count(const struct race_table *table, enum race_outcome outcome)
{
    assert(outcome < RACE_OUTCOME_COUNT);
    return table->of[outcome];
}

uint64_t race_table_failures(const struct race_table *table)
{
    uint64_t failures = 0;
    for (int i = 0; i < RACE_OUTCOME_COUNT; i++)
        failures += race_outcome_is_failure((enum race_outcome)i) ? table->of[i] : 0;
    return failures;
}

/* Returns the letter for the worst outcome of the offsets from `from` up to `to`. */
static char worst_letter(const struct race_table *table, uint64_t from, uint64_t to)
{
    int worst = -1;
    for (uint64_t i = from; i < to; i++)
        if (table->known[i] && (int)table->reports[i].outcome > worst)
            worst = (int)table->reports[i].outcome;
    return worst < 0 ? ' ' : race_outcome_letter((enum race_outcome)worst);
}

void race_table_print(const struct race_table *table, FILE *out)
{
    uint64_t width = table->count < RACE_BAR_CHARS ? table->count : RACE_BAR_CHARS, all = 0;
    (void)fputs("  [", out);
    for (uint64_t i = 0; i < width; i++)
        (void)fputc(worst_letter(table, i * table->count / width, (i + 1) * table->count / width),
                    out);
    (void)fputs("]\n", out);
    for (int i = 0; i < RACE_OUTCOME_COUNT; i++)
        all += table->of[i];
    (void)fprintf(out, "  %" PRIu64 " offsets tried", all);
    for (int i = 0; i < RACE_OUTCOME_COUNT; i++)
        if (table->of[i] > 0)
            (void)fprintf(out, ", %" PRIu64 " %s (%c)", table->of[i],
                          race_outcome_name((enum race_outcome)i),
                          race_outcome_letter((enum race_outcome)i));
    (void)fprintf(
        out, "\n  processor time of a branch: %" PRIu64 " us on average, %" PRIu64 " us at most\n",
        all ? table->cpu_us / all : 0, table->cpu_us_max);
}

void race_table_for_failures(const struct race_table *table,
                             void (*show)(void *self, int64_t offset_ps, uint64_t time_ps,
                                          const struct race_report *report),
                             void *self)
{
    unsigned shown = 0;
    for (uint64_t i = 0; i < table->count && shown < RACE_FAILURES_SHOWN; i++) {
        const struct race_report *report = &table->reports[i];
        if (!table->known[i] || !race_outcome_is_failure((enum race_outcome)report->outcome))
            continue;
        show(self, offset_of(table, i), time_of(table, i), report);
        shown++;
    }
}
