#include "sim/compare/compare_print.h"

#include "models/base/units.h"
#include "sim/results/duration_text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { CELL_MAX = 96, NUMBER_MAX = 48 };
static const unsigned quantiles[] = {100, 500, 900, 990};
enum { QUANTILES = sizeof quantiles / sizeof quantiles[0] };

/* The columns of one table, all as text. */
struct layout {
    FILE *out;
    bool is_markdown;
    size_t columns;
    int widths[1 + 2 * COMPARE_SIDES_MAX];
};

/* Writes a number of nanoseconds or picoseconds as a duration, a rate with its unit, and any other number as it is. */
static void number_text(char text[NUMBER_MAX], int64_t number, const char *unit)
{
    bool is_ns = strcmp(unit, "ns") == 0, is_ps = strcmp(unit, "ps") == 0;
    char duration[DURATION_TEXT_MAX];
    uint64_t size = number < 0 ? (uint64_t)-number : (uint64_t)number;
    if (is_ps && size < PS_PER_NS) {
        (void)snprintf(text, NUMBER_MAX, "%" PRId64 " ps", number);
    } else if (is_ns || is_ps) {
        duration_text(duration, is_ps ? size / PS_PER_NS : size);
        (void)snprintf(text, NUMBER_MAX, "%s%s", number < 0 ? "-" : "", duration);
    } else {
        bool is_rate = strstr(unit, "/s") != NULL;
        (void)snprintf(text, NUMBER_MAX, "%" PRId64 "%s%s", number, is_rate ? " " : "",
                       is_rate ? unit : "");
    }
}

static void value_text(char text[CELL_MAX], const struct compare_value *value, const char *unit)
{
    if (value->is_number)
        number_text(text, value->number, unit);
    else
        (void)snprintf(text, CELL_MAX, "%s", value->text[0] ? value->text : "-");
}

/* Writes the change from `from` to `to`, absolute and relative. */
static void change_text(char text[CELL_MAX], const struct compare_value *from,
                        const struct compare_value *to, const char *unit)
{
    if (!from->is_number || !to->is_number) {
        (void)snprintf(text, CELL_MAX, "%s", strcmp(from->text, to->text) == 0 ? "=" : "differs");
        return;
    }
    int64_t change = to->number - from->number;
    char number[NUMBER_MAX];
    number_text(number, change, unit);
    if (change == 0)
        (void)snprintf(text, CELL_MAX, "=");
    else if (from->number == 0)
        (void)snprintf(text, CELL_MAX, "%s%s", change > 0 ? "+" : "", number);
    else
        (void)snprintf(text, CELL_MAX, "%s%s (%+.1f %%)", change > 0 ? "+" : "", number,
                       100.0 * (double)change / (double)from->number);
}

/* --- text and Markdown --- */

static void put_row(struct layout *l, char cells[][CELL_MAX])
{
    if (l->is_markdown) {
        for (size_t i = 0; i < l->columns; i++)
            (void)fprintf(l->out, "| %s ", cells[i]);
        (void)fputs("|\n", l->out);
        return;
    }
    for (size_t i = 0; i < l->columns; i++)
        (void)fprintf(l->out, i ? "  %*s" : "%-*s", l->widths[i], cells[i]);
    (void)fputc('\n', l->out);
}

static void widen(struct layout *l, char cells[][CELL_MAX])
{
    for (size_t i = 0; i < l->columns; i++)
        if ((int)strlen(cells[i]) > l->widths[i])
            l->widths[i] = (int)strlen(cells[i]);
}

static void put_heading(struct layout *l, char cells[][CELL_MAX])
{
    put_row(l, cells);
    if (!l->is_markdown)
        return;
    for (size_t i = 0; i < l->columns; i++)
        (void)fputs(i ? "|---:" : "|---", l->out);
    (void)fputs("|\n", l->out);
}

static void put_title(FILE *out, bool is_markdown, const char *title)
{
    (void)fprintf(out, is_markdown ? "\n## %s\n\n" : "\n%s\n", title);
}

/* The cells of a line: its name, each value, and each change behind the value. */
static void line_cells(const struct comparison *c, const struct compare_line *line,
                       char cells[][CELL_MAX])
{
    size_t at = 0;
    (void)snprintf(cells[at++], CELL_MAX, "%.*s", CELL_MAX - 1, line->name);
    for (size_t s = 0; s < c->side_count; s++) {
        value_text(cells[at++], &line->of[s], line->unit);
        if (s > 0)
            change_text(cells[at++], &line->of[0], &line->of[s], line->unit);
    }
}

static void heading_cells(const struct comparison *c, const char *first, char cells[][CELL_MAX])
{
    size_t at = 0;
    (void)snprintf(cells[at++], CELL_MAX, "%s", first);
    for (size_t s = 0; s < c->side_count; s++) {
        (void)snprintf(cells[at++], CELL_MAX, "%zu", s + 1);
        if (s > 0)
            (void)snprintf(cells[at++], CELL_MAX, "change");
    }
}

static void put_lines(FILE *out, bool is_markdown, const struct comparison *c, const char *first,
                      const struct compare_line *lines, size_t count)
{
    char cells[1 + 2 * COMPARE_SIDES_MAX][CELL_MAX];
    struct layout l = {out, is_markdown, 2 * c->side_count, {0}};
    heading_cells(c, first, cells);
    widen(&l, cells);
    for (size_t i = 0; i < count; i++) {
        line_cells(c, &lines[i], cells);
        widen(&l, cells);
    }
    heading_cells(c, first, cells);
    put_heading(&l, cells);
    for (size_t i = 0; i < count; i++) {
        line_cells(c, &lines[i], cells);
        put_row(&l, cells);
    }
}

/* The part of the server that a key is about: nics[0].engine, or the name before the first point. */
static size_t part_length(const char *name)
{
    size_t len = strcspn(name, ".");
    return name[len] == '.' && name[len - 1] == ']' ? len + 1 + strcspn(name + len + 1, ".") : len;
}

static void put_groups(FILE *out, bool is_markdown, const struct comparison *c)
{
    for (size_t i = 0, end; i < c->differing_count; i = end) {
        char title[COMPARE_NAME_MAX];
        size_t len = part_length(c->differing[i].name);
        for (end = i + 1; end < c->differing_count; end++)
            if (part_length(c->differing[end].name) != len ||
                strncmp(c->differing[end].name, c->differing[i].name, len) != 0)
                break;
        (void)snprintf(title, sizeof title, "%.*s", (int)len, c->differing[i].name);
        put_title(out, is_markdown, title);
        put_lines(out, is_markdown, c, "key", &c->differing[i], end - i);
    }
}

static void duration_row(const struct comparison *c, const struct compare_samples *samples,
                         size_t side, char cells[][CELL_MAX])
{
    size_t at = 0;
    (void)snprintf(cells[at++], CELL_MAX, "%s of %zu", samples->name, side + 1);
    (void)snprintf(cells[at++], CELL_MAX, "%zu", samples->of[side].count);
    for (int q = 0; q < QUANTILES; q++) {
        if (samples->of[side].count > 0)
            number_text(cells[at], (int64_t)compare_quantile(samples, side, quantiles[q]), "ns");
        else
            (void)snprintf(cells[at], CELL_MAX, "-");
        at++;
    }
    bool is_significant = false;
    unsigned distance = side > 0 ? compare_distance(samples, side, &is_significant) : 0;
    if (side > 0 && samples->of[0].count > 0 && samples->of[side].count > 0)
        (void)snprintf(cells[at], CELL_MAX, "%u.%u %%%s", distance / 10, distance % 10,
                       is_significant ? ", significant" : "");
    else
        (void)snprintf(cells[at], CELL_MAX, "-");
    (void)c;
}

static void put_durations(FILE *out, bool is_markdown, const struct comparison *c)
{
    char cells[1 + 2 * COMPARE_SIDES_MAX][CELL_MAX] = {"duration", "moves", "10 %",    "50 %",
                                                       "90 %",     "99 %",  "distance"};
    struct layout l = {out, is_markdown, 3 + QUANTILES, {18, 6, 10, 10, 10, 10, 20}};
    put_heading(&l, cells);
    for (int i = 0; i < COMPARE_DURATIONS; i++)
        for (size_t s = 0; s < c->side_count; s++) {
            duration_row(c, &c->samples[i], s, cells);
            put_row(&l, cells);
        }
}

static void put_text(FILE *out, bool is_markdown, const struct comparison *c)
{
    for (size_t s = 0; s < c->side_count; s++)
        (void)fprintf(out, is_markdown ? "%zu. %s\n" : "%zu  %s\n", s + 1, c->names[s]);
    put_title(out, is_markdown, "headline");
    put_lines(out, is_markdown, c, "result", c->headline, c->headline_count);
    put_title(out, is_markdown, "durations of the completed moves");
    put_durations(out, is_markdown, c);
    put_groups(out, is_markdown, c);
    if (c->parted[0])
        (void)fprintf(out, "\nthe first two runs part in %s\n", c->parted);
    (void)fprintf(out, "\n%zu other keys differ, %zu are the same\n", c->differing_count,
                  c->same_count);
}

/* --- CSV and JSON --- */

static void put_field(FILE *out, const char *text)
{
    bool is_plain = strpbrk(text, ",\"\r\n") == NULL;
    if (!is_plain)
        (void)fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            (void)fputc('"', out);
        (void)fputc(*text, out);
    }
    if (!is_plain)
        (void)fputc('"', out);
}

static void put_csv_lines(FILE *out, const struct comparison *c, const struct compare_line *lines,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_field(out, lines[i].name);
        (void)fprintf(out, ",%s", lines[i].unit);
        for (size_t s = 0; s < c->side_count; s++) {
            (void)fputc(',', out);
            put_field(out, lines[i].of[s].text);
        }
        (void)fputs("\r\n", out);
    }
}

static void put_csv(FILE *out, const struct comparison *c)
{
    (void)fputs("key,unit", out);
    for (size_t s = 0; s < c->side_count; s++) {
        (void)fputc(',', out);
        put_field(out, c->names[s]);
    }
    (void)fputs("\r\n", out);
    put_csv_lines(out, c, c->headline, c->headline_count);
    put_csv_lines(out, c, c->differing, c->differing_count);
}

static json_t *json_lines(const struct comparison *c, const struct compare_line *lines,
                          size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *values = json_array();
        for (size_t s = 0; s < c->side_count; s++) {
            const struct compare_value *value = &lines[i].of[s];
            json_t *json = value->is_number ? json_integer(value->number)
                           : value->text[0] ? json_string(value->text)
                                            : json_null();
            (void)json_array_append_new(values, json);
        }
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "key", lines[i].name, "unit",
                                                    lines[i].unit, "values", values));
    }
    return list;
}

static json_t *json_durations(const struct comparison *c)
{
    static const char *const keys[QUANTILES] = {"p10", "p50", "p90", "p99"};
    json_t *list = json_array();
    for (int i = 0; i < COMPARE_DURATIONS; i++)
        for (size_t s = 0; s < c->side_count; s++) {
            bool is_significant;
            const struct compare_samples *samples = &c->samples[i];
            unsigned distance = compare_distance(samples, s, &is_significant);
            json_t *row =
                json_pack("{s:s, s:i, s:I, s:i, s:b}", "duration", samples->name, "run", (int)s + 1,
                          "count", (json_int_t)samples->of[s].count, "distance_permille",
                          (int)distance, "significant", is_significant);
            for (int q = 0; q < QUANTILES && samples->of[s].count > 0; q++)
                (void)json_object_set_new(
                    row, keys[q],
                    json_integer((json_int_t)compare_quantile(samples, s, quantiles[q])));
            (void)json_array_append_new(list, row);
        }
    return list;
}

static void put_json(FILE *out, const struct comparison *c)
{
    json_t *names = json_array();
    for (size_t s = 0; s < c->side_count; s++)
        (void)json_array_append_new(names, json_string(c->names[s]));
    json_t *json =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:s}", "schema", "toesim.compare/1", "runs",
                  names, "headline", json_lines(c, c->headline, c->headline_count), "durations",
                  json_durations(c), "differing", json_lines(c, c->differing, c->differing_count),
                  "same", (json_int_t)c->same_count, "parted", c->parted);
    (void)json_dumpf(json, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    (void)fputc('\n', out);
    json_decref(json);
}

void compare_print(FILE *out, const struct comparison *comparison, enum compare_format format)
{
    switch (format) {
    case COMPARE_CSV:
        put_csv(out, comparison);
        break;
    case COMPARE_JSON:
        put_json(out, comparison);
        break;
    default:
        put_text(out, format == COMPARE_MARKDOWN, comparison);
        break;
    }
}
