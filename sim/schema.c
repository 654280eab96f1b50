#include "sim/schema.h"

#include "sim/scenario_table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char time_pattern[] = "^[0-9]+(\\.[0-9]+)?(ps|ns|us|ms|s)$";
static const char size_pattern[] = "^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB)$";
static const char rate_pattern[] = "^[0-9]+(\\.[0-9]+)?(bps|kbps|Mbps|Gbps)$";

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

static json_t *of_number(const struct scenario_key *key)
{
    return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)key->min,
                     "maximum", (json_int_t)key->max);
}

static json_t *value_schema(const struct scenario_key *key)
{
    switch (key->type) {
    case SCENARIO_TIME:
        return of_pattern(key->rule == SCENARIO_RULE_UNLIMITED
                              ? "^unlimited$|^[0-9]+(\\.[0-9]+)?(ps|ns|us|ms|s)$"
                              : time_pattern);
    case SCENARIO_AT:
        return of_pattern("^[0-9]+(\\.[0-9])?%$|^[0-9]+(\\.[0-9]+)?(ps|ns|us|ms|s)$");
    case SCENARIO_SIZE:
        return of_pattern(size_pattern);
    case SCENARIO_RATE:
        return of_pattern(rate_pattern);
    case SCENARIO_COUNT:
    case SCENARIO_LOG2:
        return of_number(key);
    case SCENARIO_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case SCENARIO_ENUM:
    case SCENARIO_REHASH:
    case SCENARIO_FAULT:
        return of_names(key->names);
    case SCENARIO_MAC:
        return of_pattern("^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$");
    case SCENARIO_FRAMES:
    case SCENARIO_PORTS:
        return json_pack("{s:[s, s]}", "type", "string", "integer");
    case SCENARIO_TABLE:
        return json_pack("{s:[s, s], s:s}", "type", "string", "integer", "pattern", "^[01]*$");
    case SCENARIO_VLAN:
        return json_pack("{s:[s, s]}", "type", "string", "integer");
    default:
        return json_pack("{s:s}", "type", "string");
    }
}

/* An object that takes only its own keys. */
static json_t *section_schema(void)
{
    return json_pack("{s:s, s:b, s:{}}", "type", "object", "additionalProperties", 0, "properties");
}

/* The schema of one step of a path inside parent, made when it is not there. */
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
    for (size_t i = 0; i < scenario_key_count; i++)
        add_key(root, &scenario_keys[i]);
    return root;
}
