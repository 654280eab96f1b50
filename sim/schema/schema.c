#include "sim/schema/schema.h"

#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/schema/schema_number.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *of_pattern(const char *pattern)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern);
}

static json_t *of_names(const char *const *names)
{
    json_t *list = json_array();
    for (; names && *names; names++)
        (void)json_array_append_new(list, json_string(*names));
    return json_pack("{s:o}", "enum", list);
}

/* Accepts one or more of the names, separated by commas, with no name twice. */
static json_t *of_name_list(const char *const *names)
{
    char words[256] = "", pattern[640];
    size_t used = 0;
    for (; *names; names++) {
        used +=
            (size_t)snprintf(words + used, sizeof words - used, "%s%s", used ? "|" : "", *names);
        assert(used < sizeof words);
    }
    int len = snprintf(pattern, sizeof pattern,
                       "^(?!(?:.*,)?([^,]+),(?:.*,)?\\1(?:,|$))(?:%s)(?:,(?:%s))*$", words, words);
    assert(len > 0 && len < (int)sizeof pattern);
    (void)len;
    return of_pattern(pattern);
}

/* Accepts a plain number. The schema is a range, or a list if a rule allows only some numbers. */
static json_t *of_number(const struct scenario_key *key)
{
    bool powers = key->rule == SCENARIO_RULE_POW2 || key->type == SCENARIO_LOG2;
    if (!powers && key->rule != SCENARIO_RULE_IP_VERSION)
        return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)key->min,
                         "maximum", (json_int_t)key->max);
    json_t *list = json_array();
    for (uint64_t value = powers ? 1 : key->min; value <= key->max; value += powers ? value : 2)
        if (value >= key->min)
            (void)json_array_append_new(list, json_integer((json_int_t)value));
    return json_pack("{s:o}", "enum", list);
}

/* Anchors the pattern `before`, `made`, `after`. It frees `made`. */
static json_t *of_made(const char *before, char *made, const char *after)
{
    char *text = NULL;
    if (!made || asprintf(&text, "^(%s%s%s)$", before, made, after) < 0)
        text = NULL;
    json_t *json = text ? of_pattern(text) : NULL;
    free(text);
    free(made);
    return json;
}

static json_t *of_quantity(const struct scenario_key *key)
{
    return of_made(key->rule == SCENARIO_RULE_UNLIMITED ? "unlimited|" : "",
                   schema_number_pattern(key), "");
}

/* The range limits the size of an offset, whatever its sign is. */
static json_t *of_offset(const struct scenario_key *key)
{
    const struct scenario_key size = {.type =
                                          key->type == SCENARIO_OFFSET ? SCENARIO_TIME : key->type,
                                      .min = key->min,
                                      .max = key->max,
                                      .tick_ps = 1};
    return of_made("[-+]?(", schema_number_pattern(&size), ")");
}

static json_t *of_at(void)
{
    static const struct scenario_key any = {
        .type = SCENARIO_TIME, .max = (uint64_t)INT64_MAX, .tick_ps = 1};
    return of_made("(0{0,2}100(\\.0)?|0?[0-9]{1,2}(\\.[0-9])?)%|", schema_number_pattern(&any), "");
}

/* Accepts numbers from 1 on and ranges of them, such as 3 7 10-12. A single number may be a
 * plain number. */
static json_t *of_ranges(uint64_t high, const char *word, bool may_be_empty)
{
    char *number = schema_integer_pattern(1, high), *all = NULL;
    if (number &&
        asprintf(&all, "(%s)(-(%s))?([ ,]+(%s)(-(%s))?)*[ ,]*", number, number, number, number) < 0)
        all = NULL;
    free(number);
    json_t *text = of_made(word, all, may_be_empty ? "|[ ,]*" : "");
    return json_pack("{s:[o, {s:s, s:i, s:I}]}", "anyOf", text, "type", "integer", "minimum", 1,
                     "maximum", (json_int_t)high);
}

static json_t *value_schema(const struct scenario_key *key)
{
    switch (key->type) {
    case SCENARIO_TIME:
    case SCENARIO_SIZE:
    case SCENARIO_RATE:
        return of_quantity(key);
    case SCENARIO_OFFSET:
    case SCENARIO_DRIFT:
        return of_offset(key);
    case SCENARIO_AT:
        return of_at();
    case SCENARIO_COUNT:
    case SCENARIO_LOG2:
        return of_number(key);
    case SCENARIO_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case SCENARIO_ENUM:
    case SCENARIO_ACTION:
        return of_names(key->names);
    case SCENARIO_NAME:
        return json_pack("{s:[s, s], s:s}", "type", "string", "integer", "pattern",
                         "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,62}$");
    case SCENARIO_MAC:
        return of_pattern("^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$");
    case SCENARIO_IPV4:
        return of_pattern("^([1-9]|[1-9][0-9]|1[0-9]{2}|2[01][0-9]|22[0-3])"
                          "(\\.([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])){3}$");
    case SCENARIO_IPV6:
        return of_pattern("^(?![fF]{2})[0-9a-fA-F:.]{2,45}$");
    case SCENARIO_FRAMES:
        return of_ranges(UINT32_MAX, "[ ,]*", false);
    case SCENARIO_PORTS:
        return of_ranges(UINT16_MAX, "none|[ ,]*", true);
    case SCENARIO_TABLE: /* a reader takes several digits without quotes as a number */
        return json_pack("{s:[{s:s, s:s}, {s:s, s:i, s:i}]}", "anyOf", "type", "string", "pattern",
                         "^[01]{0,256}$", "type", "integer", "minimum", 0, "maximum", 1);
    case SCENARIO_LIST: /* a reader takes a single number as an integer */
        if (key->names)
            return of_name_list(key->names);
        return json_pack("{s:[s, s], s:s}", "type", "string", "integer", "pattern",
                         "^[^\\s]{0,255}$");
    case SCENARIO_VLAN:
        return json_pack("{s:[{s:s}, {s:s, s:i, s:i}]}", "anyOf", "const", "none", "type",
                         "integer", "minimum", 1, "maximum", 4094);
    default:
        return json_pack("{s:s}", "type", "string");
    }
}

/* Returns the schema of an object that accepts only its own keys. */
static json_t *section_schema(void)
{
    return json_pack("{s:s, s:b, s:{}}", "type", "object", "additionalProperties", 0, "properties");
}

/* Returns the schema of one step of a path inside parent. Makes it if it does not exist. */
static json_t *enter(json_t *parent, const char *step, size_t len, bool is_list)
{
    char name[64];
    assert(len < sizeof name);
    memcpy(name, step, len);
    name[len] = '\0';
    json_t *properties = json_object_get(parent, "properties");
    json_t *child = json_object_get(properties, name);
    if (!child) {
        child = is_list ? json_pack("{s:s, s:o}", "type", "array", "items", section_schema())
                        : section_schema();
        (void)json_object_set_new(properties, name, child);
    }
    return is_list ? json_object_get(child, "items") : child;
}

static void add_key(json_t *root, const struct scenario_key *key)
{
    const char *path = key->path;
    json_t *parent = root;
    for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        size_t len = (size_t)(dot - path);
        bool is_list = len > 2 && dot[-1] == ']';
        parent = enter(parent, path, is_list ? len - 2 : len, is_list);
    }
    json_t *value = value_schema(key);
    (void)json_object_set_new(value, "description", json_string(key->doc));
    json_t *properties = json_object_get(parent, "properties");
    if (key->type == SCENARIO_EXPECT)
        (void)json_object_set_new(properties, "expect",
                                  json_pack("{s:s, s:o}", "type", "array", "items", value));
    else
        (void)json_object_set_new(properties, path, value);
}

json_t *schema_create(void)
{
    json_t *root = section_schema();
    (void)json_object_set_new(root, "$schema",
                              json_string("https://json-schema.org/draft/2020-12/schema"));
    (void)json_object_set_new(root, "title", json_string("toesim scenario"));
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        char path[SCENARIO_NIC_PATH_MAX];
        add_key(root, key);
        for (unsigned nic = 0; scenario_key_is_of_nic(key) && nic < NIC_COUNT; nic++) {
            struct scenario_key own = scenario_nic_key(key, nic, path);
            add_key(root, &own);
        }
    }
    return root;
}
