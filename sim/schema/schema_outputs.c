#include "sim/schema/schema_outputs.h"

#include "sim/schema/schema.h"

#include "models/hwif/nic_bus.h"
#include "sim/schema/output_keys.h"

#include <stdio.h>
#include <string.h>

static json_t *section(void)
{
    return json_pack("{s:s, s:b, s:{}, s:[]}", "type", "object", "additionalProperties", 0,
                     "properties", "required");
}

/* Requires the name, which is added only once. */
static void require(json_t *object, const char *name)
{
    json_t *list = json_object_get(object, "required"), *item;
    size_t index;
    json_array_foreach(list, index, item)
    {
        if (strcmp(json_string_value(item), name) == 0)
            return;
    }
    (void)json_array_append_new(list, json_string(name));
}

static json_t *make_list(const char *name)
{
    json_t *list = json_pack("{s:s, s:o}", "type", "array", "items", section());
    if (strcmp(name, "nics") == 0) {
        (void)json_object_set_new(list, "minItems", json_integer(NIC_COUNT));
        (void)json_object_set_new(list, "maxItems", json_integer(NIC_COUNT));
    }
    return list;
}

/* Returns the schema of one step of a path inside parent. Makes it if it does not exist. A
 * section is required if one of its keys is required; capture and peer may be absent, completely
 * or in part. */
static json_t *enter(json_t *parent, const char *step, size_t len, bool required)
{
    char name[OUTPUT_PATH_MAX];
    bool is_list = len > 2 && step[len - 1] == ']';
    len -= is_list ? 2 : 0;
    memcpy(name, step, len);
    name[len] = '\0';
    json_t *properties = json_object_get(parent, "properties");
    json_t *child = json_object_get(properties, name);
    if (!child) {
        child = is_list ? make_list(name) : section();
        (void)json_object_set_new(properties, name, child);
    }
    if (required)
        require(parent, name);
    return is_list ? json_object_get(child, "items") : child;
}

static json_t *value_of(const struct output_key *key)
{
    static const char *const types[] = {
        [OUTPUT_INTEGER] = "integer", [OUTPUT_BOOLEAN] = "boolean", [OUTPUT_STRING] = "string"};
    json_t *value =
        key->type == OUTPUT_ANY ? json_object() : json_pack("{s:s}", "type", types[key->type]);
    if (key->type == OUTPUT_INTEGER)
        (void)json_object_set_new(value, "minimum", json_integer(0));
    const char *space = key->unit[0] ? ", " : "";
    (void)json_object_set_new(value, "description",
                              json_sprintf("%s%s%s", key->unit, space, key->meaning));
    return value;
}

static void add(void *self, const struct output_key *key)
{
    json_t *parent = self;
    const char *path = key->path;
    bool late = key->presence == OUTPUT_LATE;
    bool required = key->presence != OUTPUT_SOMETIMES && strcmp(path, "expect[].message") != 0;
    for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1)
        parent = enter(parent, path, (size_t)(dot - path), required || late);
    (void)json_object_set_new(json_object_get(parent, "properties"), path, value_of(key));
    if (required)
        require(parent, path);
}

json_t *schema_of_outputs(void)
{
    json_t *root = section();
    (void)json_object_set_new(root, "$schema",
                              json_string("https://json-schema.org/draft/2020-12/schema"));
    (void)json_object_set_new(root, "title", json_string("toesim results, stats.json"));
    output_keys_each(add, root);
    json_t *number = json_object_get(json_object_get(root, "properties"), "schema");
    (void)json_object_set_new(number, "const", json_string(OUTPUT_SCHEMA_NAME));
    return root;
}
