/* Tests expectations on a document that is like stats.json. */
#include "sim/results/expect.h"

#include <criterion/criterion.h>
#include <string.h>

static const char document[] =
    "{\"streams\": {\"total\": 40, \"complete\": 39, \"intact\": 39, \"damaged\": 0,"
    " \"stalled\": 0, \"unfinished\": 0},"
    " \"complete\": true, \"scenario\": {\"name\": \"first\"},"
    " \"moves\": {\"latency_ns\": {\"p50\": 9500, \"max\": 20000}},"
    " \"nics\": [{\"ctx_cache\": {\"misses\": 3}}, {\"ctx_cache\": {\"misses\": 12}}]}";

struct expect_row {
    const char *text;
    bool ok;
    const char *message; /* a part of the message; null if there is none */
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
        (void)strcpy(config.expects[0], rows[i].text);
        config.expect_count = 1;
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

struct built_in_row {
    const char *text; /* the scenario's own expectation; null if there is none */
    const char *streams;
    size_t failed, built_in;
};

/* An expectation of the scenario replaces only the built-in one about the same key. */
static const struct built_in_row built_in_rows[] = {
    {NULL, "{\"damaged\": 0, \"stalled\": 0, \"unfinished\": 0}", 0, 3},
    {NULL, "{\"damaged\": 1, \"stalled\": 2, \"unfinished\": 3}", 3, 3},
    {"streams.damaged == 1", "{\"damaged\": 1, \"stalled\": 0, \"unfinished\": 0}", 0, 2},
    {"  streams.damaged>=0", "{\"damaged\": 9, \"stalled\": 1, \"unfinished\": 0}", 1, 2},
    {"streams.damaged == 0", "{\"damaged\": 1, \"stalled\": 0, \"unfinished\": 0}", 1, 2},
    {"streams.unfinished <= 4", "{\"damaged\": 0, \"stalled\": 0, \"unfinished\": 4}", 0, 2},
    {"streams.stalled != streams.damaged", "{\"damaged\": 1, \"stalled\": 2, \"unfinished\": 0}", 1,
     2},
    /* An expectation replaces nothing if it names the key on the right, or names another key
     * that contains its text. */
    {"streams.intact >= streams.damaged",
     "{\"intact\": 1, \"damaged\": 1, \"stalled\": 0, \"unfinished\": 0}", 1, 3},
    {"streams.damaged_x == 1",
     "{\"damaged_x\": 1, \"damaged\": 1, \"stalled\": 0, \"unfinished\": 0}", 1, 3},
};

Test(expect, own_expectations_replace_the_built_in_ones_on_their_key)
{
    for (size_t i = 0; i < sizeof built_in_rows / sizeof built_in_rows[0]; i++) {
        const struct built_in_row *row = &built_in_rows[i];
        static struct sim_config config;
        config.expect_count = row->text != NULL;
        if (row->text)
            (void)strcpy(config.expects[0], row->text);
        json_t *stats = json_object();
        (void)json_object_set_new(stats, "streams", json_loads(row->streams, 0, NULL));
        cr_expect_eq(expect_evaluate(&config, stats), row->failed, "row %zu", i);
        size_t built_in = 0, index;
        json_t *item;
        json_array_foreach(json_object_get(stats, "expect"), index, item)
        {
            built_in += json_is_true(json_object_get(item, "built_in"));
        }
        cr_expect_eq(built_in, row->built_in, "row %zu", i);
        cr_expect_eq(index, built_in + config.expect_count, "row %zu", i);
        json_decref(stats);
    }
}

Test(expect, streams_that_nobody_compares_have_no_built_in_expectations)
{
    static struct sim_config config = {.traffic = TRAFFIC_EXTERNAL};
    json_t *stats = json_object();
    cr_assert_eq(expect_evaluate(&config, stats), 0);
    cr_assert_eq(json_array_size(json_object_get(stats, "expect")), 0);
    cr_assert(json_is_array(json_object_get(stats, "expect")));
    json_decref(stats);
}

static const char *const right[] = {
    "streams.total == 40",
    "streams.intact == streams.complete",
    "nics[1].ctx_cache.misses < 10",
    "moves.latency_ns.p50 < 10us",
    "moves.latency_ns.max <= 0.02ms",
    "sim_time_ps > 1ms",
    "host.busy_ns<=5us",
    "complete == true",
    "scenario.name != \"first\"",
    "moves.phase_ns.extract.p999 < moves.latency_ns.p999",
    "drops.bad_fcs >= 0",
    "switch.ports.uplink.tx_queue_max <= 24",
    "faults.nic1.to_server.dropped == faults.dropped",
    "invariants.I-OWN == 0",
};

Test(expect, keys_of_the_table_are_taken)
{
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        char why[256] = "";
        cr_expect(expect_check(right[i], why, sizeof why), "%s: %s", right[i], why);
    }
}

struct wrong_key {
    const char *text, *words;
};

static const struct wrong_key wrong_keys[] = {
    {"moves.completd > 3", "did you mean moves.completed?"},
    {"streams.total == streams.compleet", "did you mean streams.complete?"},
    {"nics[1].mac.rx_frame == 1", "did you mean nics[1].mac.rx_frames?"},
    {"nics[2].mac.rx_frames == 1", "stats.json has no key nics[2].mac.rx_frames"},
    {"nics[].mac.rx_frames == 1", "is no key"},
    {"nics.mac.rx_frames == 1", "did you mean nics[0].mac.rx_frames?"},
    {"moved.forwarded_frames > 3", "did you mean moves.forwarded_frames?"},
    {"held_frames > 3", "did you mean moves.held_frames?"},
    {"zzz == 3", "toesim check --outputs"},
    {"streams == 3", "is a section"},
    {"streams.partial == 0", "is a section"},
    {"expect[0].ok == true", "not known yet"},
    {"complete == 1", "another type"},
    {"streams.total == true", "another type"},
    {"streams.total == complete", "another type"},
    {"scenario.name == 4", "another type"},
    {"streams.total == 4us", "has a unit"},
    {"moves.latency_ns.count == 4us", "has a unit"},
    {"moves.latency_ns.p50 == 1ps", "finer than the unit"},
    {"complete < true", "only be compared with =="},
};

Test(expect, unknown_keys_and_types_that_differ_are_refused_with_a_cure)
{
    for (size_t i = 0; i < sizeof wrong_keys / sizeof wrong_keys[0]; i++) {
        char why[256] = "";
        cr_expect_not(expect_check(wrong_keys[i].text, why, sizeof why), "%s", wrong_keys[i].text);
        cr_expect(strstr(why, wrong_keys[i].words) != NULL, "%s: %s", wrong_keys[i].text, why);
    }
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
