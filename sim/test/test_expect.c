/* Expectations on a document like stats.json. */
#include "sim/expect.h"

#include <criterion/criterion.h>
#include <string.h>

static const char document[] =
    "{\"streams\": {\"total\": 40, \"complete\": 39, \"intact\": 39, \"damaged\": 0},"
    " \"complete\": true, \"scenario\": {\"name\": \"first\"},"
    " \"moves\": {\"latency_ns\": {\"p50\": 9500, \"max\": 20000}},"
    " \"nics\": [{\"ctx_cache\": {\"misses\": 3}}, {\"ctx_cache\": {\"misses\": 12}}]}";

struct expect_row {
    const char *text;
    bool ok;
    const char *message; /* part of it; null: none */
};

static const struct expect_row rows[] = {
    {"streams.total == 40", true, NULL},
    {"streams.total != 40", false, NULL},
    {"streams.total >= 41", false, NULL},
    {"streams.total >= 40", true, NULL},
    {"streams.total <= 39", false, NULL},
    {"streams.total<41", true, NULL},
    {"streams.total > 39", true, NULL},
    {"streams.intact == streams.complete", true, NULL},
    {"streams.intact == streams.total", false, NULL},
    {"nics[0].ctx_cache.misses < 10", true, NULL},
    {"nics[1].ctx_cache.misses < 10", false, NULL},
    {"nics[2].ctx_cache.misses < 10", false, "no key nics[2].ctx_cache.misses"},
    {"streams.lost == 0", false, "no key streams.lost"},
    {"streams.total == streams.lost", false, "no key streams.lost"},
    {"moves.latency_ns.p50 < 10us", true, NULL},
    {"moves.latency_ns.max < 20us", false, NULL},
    {"moves.latency_ns.max <= 0.02ms", true, NULL},
    {"complete == true", true, NULL},
    {"complete == false", false, NULL},
    {"complete == 1", false, "cannot be compared"},
    {"scenario.name == \"first\"", true, NULL},
    {"scenario.name != \"first\"", false, NULL},
    {"streams == 3", false, "cannot be compared"},
    {"streams.damaged > -1", true, NULL},
};

Test(expect, evaluates_rows_and_counts_failures)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct sim_config config;
        char why[256] = "";
        (void)strcpy(config.expects[0], rows[i].text);
        config.expect_count = 1;
        cr_expect(expect_check(rows[i].text, why, sizeof why), "%s: %s", rows[i].text, why);
        json_t *stats = json_loads(document, 0, NULL);
        cr_assert_not_null(stats);
        cr_expect_eq(expect_evaluate(&config, stats), rows[i].ok ? 0 : 1, "%s", rows[i].text);
        const json_t *row = json_array_get(json_object_get(stats, "expect"), 0);
        cr_expect_str_eq(json_string_value(json_object_get(row, "text")), rows[i].text);
        cr_expect_eq(json_is_true(json_object_get(row, "ok")), rows[i].ok, "%s", rows[i].text);
        cr_expect_not_null(json_object_get(row, "actual"));
        const char *message = json_string_value(json_object_get(row, "message"));
        if (rows[i].message)
            cr_expect(message && strstr(message, rows[i].message), "%s: %s", rows[i].text,
                      message ? message : "no message");
        else
            cr_expect_null(message, "%s: %s", rows[i].text, message);
        json_decref(stats);
    }
}

Test(expect, no_expectations_give_an_empty_list)
{
    static struct sim_config config;
    json_t *stats = json_object();
    cr_assert_eq(expect_evaluate(&config, stats), 0);
    cr_assert_eq(json_array_size(json_object_get(stats, "expect")), 0);
    cr_assert(json_is_array(json_object_get(stats, "expect")));
    json_decref(stats);
}

static const char *const wrong[] = {
    "",
    "streams",
    "== 4",
    "a ==",
    "a = 4",
    "a =! 4",
    "a..b == 4",
    "a[ == 4",
    "a[x] == 4",
    "a[1]b == 4",
    ".a == 4",
    "a. == 4",
    "a == 4 5",
    "a == 4us",
    "a_ns == 1ps",
    "a == 4.5",
    "a == 99999999999999999999",
    "a < true",
    "a >= \"b\"",
    "a == \"b\"c\"",
    "1 == 1",
};

Test(expect, wrong_syntax_is_refused_with_a_reason)
{
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char why[256] = "";
        cr_expect_not(expect_check(wrong[i], why, sizeof why), "%s", wrong[i]);
        cr_expect_gt(strlen(why), 10, "%s", wrong[i]);
    }
}
