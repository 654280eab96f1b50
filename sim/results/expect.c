/*
 * An expectation has the form KEY OP VALUE. KEY consists of names joined by '.', with indices in
 * brackets. OP is one of == != < <= > >=. VALUE is a whole number, a time with a unit (for keys
 * that are times), true, false, a "string", or another KEY. The keys are listed in
 * sim/schema/output_keys.h.
 */
#include "sim/results/expect.h"

#include "sim/scenario/value/scenario_quantity.h"
#include "sim/scenario/value/scenario_value.h"
#include "sim/schema/output_keys.h"
#include "sim/schema/output_value.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum op { OP_EQ, OP_NE, OP_LE, OP_GE, OP_LT, OP_GT, OP_COUNT };
/* The longer ones come first, so that "<=" is not read as "<". */
static const char *const op_names[OP_COUNT] = {"==", "!=", "<=", ">=", "<", ">"};

struct expectation {
    char key[SIM_EXPECT_TEXT_MAX];
    enum op op;
    char value[SIM_EXPECT_TEXT_MAX];
};

static bool fail(char *why, size_t size, const char *format, const char *text)
{
    if (size > 0) {
        (void)snprintf(why, size, format, text);
        why[size - 1] = '\0';
    }
    return false;
}

/* --- reading --- */

static bool is_key(const char *text)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    for (;;) {
        size_t len = strspn(text, word);
        if (len == 0 || (text[0] >= '0' && text[0] <= '9'))
            return false;
        text += len;
        while (*text == '[') {
            len = strspn(text + 1, "0123456789");
            if (len == 0 || len > 6 || text[1 + len] != ']')
                return false;
            text += len + 2;
        }
        if (*text == '\0')
            return true;
        if (*text++ != '.')
            return false;
    }
}

static bool is_integer(const char *text)
{
    text += *text == '-';
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 18 && text[digits] == '\0';
}

static bool is_string(const char *text)
{
    size_t len = strlen(text);
    return len >= 2 && text[0] == '"' && strchr(text + 1, '"') == text + len - 1;
}

/* Returns the picoseconds of one unit of the key, or 0 if the key is not a time. */
static uint64_t tick_of(const char *path)
{
    struct output_key key;
    return output_keys_find(path, &key) ? output_key_tick_ps(&key) : 0;
}

/* Converts a time with a unit to the unit of the key. */
static bool read_time(const char *key, const char *text, json_int_t *value, char *why, size_t size)
{
    char reason[SCENARIO_WHY_MAX];
    uint64_t ps, tick = tick_of(key);
    if (!scenario_quantity_parse(SCENARIO_TIME, text, &ps, reason) || ps > (uint64_t)INT64_MAX)
        return fail(why, size,
                    "'%.60s' is no value; write a number, true, false, \"text\" or a key", text);
    if (tick == 0)
        return fail(why, size, "'%.60s' has a unit, but the key on the left is no time", text);
    if (ps % tick != 0)
        return fail(why, size, "'%.60s' is finer than the unit of the key on the left", text);
    *value = (json_int_t)(ps / tick);
    return true;
}

static void trim_copy(char *to, const char *from, size_t len)
{
    while (len > 0 && (*from == ' ' || *from == '\t')) {
        from++;
        len--;
    }
    while (len > 0 && (from[len - 1] == ' ' || from[len - 1] == '\t'))
        len--;
    memcpy(to, from, len);
    to[len] = '\0';
}

static bool split(const char *text, struct expectation *e, char *why, size_t size)
{
    if (strlen(text) >= SIM_EXPECT_TEXT_MAX)
        return fail(why, size, "'%.40s...' is too long; write at most 199 characters", text);
    const char *at = text + strcspn(text, "=!<>");
    size_t len = 0;
    for (e->op = OP_EQ; e->op < OP_COUNT; e->op++) {
        len = strlen(op_names[e->op]);
        if (strncmp(at, op_names[e->op], len) == 0)
            break;
    }
    if (e->op == OP_COUNT)
        return fail(why, size, "'%.60s' has no comparison; write KEY == VALUE (== != < <= > >=)",
                    text);
    trim_copy(e->key, text, (size_t)(at - text));
    trim_copy(e->value, at + len, strlen(at + len));
    if (!is_key(e->key))
        return fail(why, size, "'%.60s' is no key of stats.json, such as streams.damaged", e->key);
    return true;
}

/* Returns false, with a reason, if no expectation may name the key. */
static bool is_output(const char *path, struct output_key *key, char *why, size_t size)
{
    if (!output_keys_find(path, key)) {
        output_keys_suggest(path, why, size);
        return false;
    }
    if (key->presence == OUTPUT_LATE)
        return fail(why, size, "%.80s is not known yet when expectations are evaluated", path);
    return true;
}

/* Returns true if the value on the right has the type of the key on the left. */
static bool fits(const struct expectation *e, const struct output_key *key, char *why, size_t size)
{
    json_int_t value;
    struct output_key other;
    bool is_truth = strcmp(e->value, "true") == 0 || strcmp(e->value, "false") == 0;
    enum output_type type = is_truth              ? OUTPUT_BOOLEAN
                            : is_string(e->value) ? OUTPUT_STRING
                                                  : OUTPUT_INTEGER;
    if (type == OUTPUT_INTEGER && !is_integer(e->value)) {
        if (!is_key(e->value))
            return read_time(e->key, e->value, &value, why, size);
        if (!is_output(e->value, &other, why, size))
            return false;
        type = other.type;
    }
    if (type != key->type)
        return fail(why, size, "'%.60s' is of another type than the key on the left", e->value);
    if (type != OUTPUT_INTEGER && e->op != OP_EQ && e->op != OP_NE)
        return fail(why, size, "'%.60s' can only be compared with == or !=", e->value);
    return true;
}

bool expect_check(const char *text, char *why, size_t why_size)
{
    struct expectation e;
    struct output_key key;
    return split(text, &e, why, why_size) && is_output(e.key, &key, why, why_size) &&
           fits(&e, &key, why, why_size);
}

/* --- evaluating --- */

/* Returns the right side as a new reference to a JSON value, or null with a message if the key
 * is missing. */
static json_t *right_side(const struct expectation *e, const json_t *stats, char *why, size_t size)
{
    json_int_t number;
    if (strcmp(e->value, "true") == 0 || strcmp(e->value, "false") == 0)
        return json_boolean(e->value[0] == 't');
    if (is_string(e->value))
        return json_stringn(e->value + 1, strlen(e->value) - 2);
    if (is_integer(e->value))
        return json_integer((json_int_t)strtoll(e->value, NULL, 10));
    if (is_key(e->value)) {
        const json_t *found = output_value(stats, e->value);
        if (!found)
            (void)fail(why, size, "stats.json has no key %.100s", e->value);
        return found ? json_deep_copy(found) : NULL;
    }
    return read_time(e->key, e->value, &number, why, size) ? json_integer(number) : NULL;
}

static bool compare(json_int_t a, enum op op, json_int_t b)
{
    switch (op) {
    case OP_EQ:
        return a == b;
    case OP_NE:
        return a != b;
    case OP_LE:
        return a <= b;
    case OP_GE:
        return a >= b;
    case OP_LT:
        return a < b;
    default:
        return a > b;
    }
}

static bool holds(const struct expectation *e, const json_t *actual, const json_t *right, char *why,
                  size_t size)
{
    if (json_is_integer(actual) && json_is_integer(right))
        return compare(json_integer_value(actual), e->op, json_integer_value(right));
    bool same_kind = json_typeof(actual) == json_typeof(right) ||
                     (json_is_boolean(actual) && json_is_boolean(right));
    if (!same_kind || json_is_object(actual) || json_is_array(actual) ||
        (e->op != OP_EQ && e->op != OP_NE))
        return fail(why, size, "%.100s cannot be compared like this", e->key);
    return (json_equal(actual, right) != 0) == (e->op == OP_EQ);
}

static json_t *evaluate_one(const char *text, bool built_in, const json_t *stats, bool *ok)
{
    struct expectation e;
    char why[SCENARIO_WHY_MAX] = "";
    const json_t *actual = NULL;
    json_t *right = NULL;
    *ok = false;
    if (split(text, &e, why, sizeof why)) {
        actual = output_value(stats, e.key);
        if (!actual)
            (void)fail(why, sizeof why, "stats.json has no key %.100s", e.key);
        else
            right = right_side(&e, stats, why, sizeof why);
    }
    if (actual && right)
        *ok = holds(&e, actual, right, why, sizeof why);
    json_t *row =
        json_pack("{s:s, s:b, s:o, s:b}", "text", text, "built_in", (int)built_in, "actual",
                  actual ? json_deep_copy(actual) : json_null(), "ok", (int)*ok);
    if (why[0])
        (void)json_object_set_new(row, "message", json_string(why));
    json_decref(right);
    return row;
}

/* These expectations hold in each run unless its scenario says otherwise. */
static const char *const built_in[] = {"streams.damaged == 0", "streams.stalled == 0",
                                       "streams.unfinished == 0"};

/* Returns true if the scenario has an expectation about the same key, whatever it expects. */
static bool is_replaced(const struct sim_config *config, const char *text)
{
    struct expectation own, other;
    char why[SCENARIO_WHY_MAX];
    bool parsed = split(text, &own, why, sizeof why);
    assert(parsed);
    for (size_t i = 0; i < config->expect_count; i++)
        if (split(config->expects[i], &other, why, sizeof why) && strcmp(own.key, other.key) == 0)
            return true;
    return false;
}

size_t expect_evaluate(const struct sim_config *config, json_t *stats)
{
    size_t failed = 0;
    bool ok;
    json_t *rows = json_array();
    for (size_t i = 0; i < config->expect_count; i++) {
        (void)json_array_append_new(rows, evaluate_one(config->expects[i], false, stats, &ok));
        failed += !ok;
    }
    bool judged = config->traffic != TRAFFIC_EXTERNAL;
    for (size_t i = 0; judged && i < sizeof built_in / sizeof built_in[0]; i++) {
        if (is_replaced(config, built_in[i]))
            continue;
        (void)json_array_append_new(rows, evaluate_one(built_in[i], true, stats, &ok));
        failed += !ok;
    }
    (void)json_object_set_new(stats, "expect", rows);
    return failed;
}
