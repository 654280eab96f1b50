/* Compares docs/timing.md with the table of scenario keys. It runs in the top folder. */
#include "sim/scenario/scenario_default.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/value/scenario_quantity.h"
#include "sim/scenario/value/scenario_value.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 1 << 18, CELLS = 4 };

static char page[PAGE_BYTES];

static void read_page(void)
{
    FILE *file = fopen("docs/timing.md", "r");
    cr_assert_not_null(file);
    size_t got = fread(page, 1, sizeof page - 1, file);
    cr_assert(got > 0 && feof(file));
    (void)fclose(file);
}

/* Splits a row of a table into its cells and trims them. Returns false if the number of cells is
 * wrong. */
static bool cut(const char *row, size_t len, char cells[CELLS][512])
{
    size_t count = 0, at = 0;
    if (len < 2 || row[0] != '|')
        return false;
    for (size_t i = 1; i < len; i++) {
        if (row[i] != '|') {
            if (count == CELLS || at >= sizeof cells[0] - 1)
                return false;
            if (at || row[i] != ' ')
                cells[count][at++] = row[i];
            continue;
        }
        if (count == CELLS)
            return false;
        while (at && cells[count][at - 1] == ' ')
            at--;
        cells[count++][at] = '\0';
        at = 0;
    }
    return count == CELLS;
}

/* Finds key, default and source in the row that names the key in backquotes. */
static bool find_row(const char *path, char cells[CELLS][512])
{
    char quoted[128];
    (void)snprintf(quoted, sizeof quoted, "`%s`", path);
    for (const char *row = page; row && *row; row = strchr(row, '\n')) {
        row += *row == '\n';
        if (cut(row, strcspn(row, "\n"), cells) && strstr(cells[1], quoted))
            return true;
    }
    return false;
}

static bool is_latency_or_rate(const struct scenario_key *key)
{
    size_t len = strlen(key->path);
    if (scenario_key_is_action(key)) /* a key of an action has no default */
        return false;
    return key->type == SCENARIO_TIME || key->type == SCENARIO_RATE ||
           (len > 7 && strcmp(key->path + len - 7, "_cycles") == 0);
}

static void check_default(const struct scenario_key *key, const char *said)
{
    static struct sim_config config;
    char is[SCENARIO_VALUE_MAX], why[SCENARIO_WHY_MAX];
    uint64_t is_value, said_value;
    sim_config_default(&config);
    scenario_value_format(key, &config, is);
    if (strcmp(is, said) == 0)
        return;
    cr_expect(scenario_quantity_parse(key->type, is, &is_value, why) &&
                  scenario_quantity_parse(key->type, said, &said_value, why) &&
                  is_value == said_value,
              "docs/timing.md: %s is %s by default, not %s", key->path, is, said);
}

Test(timing_doc, each_latency_and_rate_has_a_row_with_default_and_source)
{
    char cells[CELLS][512];
    size_t checked = 0;
    read_page();
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        bool found = find_row(key->path, cells);
        cr_expect(found || !is_latency_or_rate(key),
                  "docs/timing.md section 0 has no row | what | `%s` | default | source |",
                  key->path);
        if (!found)
            continue;
        checked++;
        check_default(key, cells[2]);
        cr_expect_neq(cells[3][0], '\0', "docs/timing.md: %s has no source", key->path);
    }
    cr_assert_gt(checked, 60);
}

/* A row must not name a key that does not exist. */
Test(timing_doc, each_key_of_a_row_exists)
{
    char cells[CELLS][512];
    size_t checked = 0;
    read_page();
    for (const char *row = page; row && *row; row = strchr(row, '\n')) {
        row += *row == '\n';
        if (!cut(row, strcspn(row, "\n"), cells))
            continue;
        for (char *key = strchr(cells[1], '`'); key; key = strchr(key, '`')) {
            size_t len = strcspn(++key, "`");
            cr_assert_eq(key[len], '`', "%s", cells[1]);
            key[len] = '\0';
            cr_expect_not_null(scenario_table_find(key), "docs/timing.md: there is no key %s", key);
            key += len + 1;
            checked++;
        }
    }
    cr_assert_gt(checked, 60);
}
