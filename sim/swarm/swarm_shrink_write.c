/* Settings as YAML: sections in blocks, actions as one line each. */
#include "sim/swarm/swarm_shrink_write.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stores the value at its place in a tree of objects, with arrays for the lists. */
static void plant(json_t *root, const char *set)
{
    char path[SWARM_SET_BYTES];
    const char *equals = strchr(set, '=');
    json_t *parent = root;
    (void)snprintf(path, sizeof path, "%.*s", (int)(equals - set), set);
    char *rest = path;
    for (char *step; (step = strsep(&rest, ".")) != NULL;) {
        char *bracket = strchr(step, '[');
        if (bracket)
            *bracket = '\0';
        if (!rest) {
            (void)json_object_set_new(parent, step, json_string(equals + 1));
            return;
        }
        json_t *child = json_object_get(parent, step);
        if (!child) {
            child = bracket ? json_array() : json_object();
            (void)json_object_set_new(parent, step, child);
        }
        if (bracket) { /* the items have numbers without gaps */
            size_t index = (size_t)strtoul(bracket + 1, NULL, 10);
            while (json_array_size(child) <= index)
                (void)json_array_append_new(child, json_object());
            child = json_array_get(child, index);
        }
        parent = child;
    }
}

/* Only these values can be read without quotes as what they are. */
static void write_value(FILE *file, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (text[0] != '\0' && text[0] != '-' && text[strspn(text, plain)] == '\0')
        (void)fputs(text, file);
    else
        (void)fprintf(file, "'%s'", text); /* no value of a key has a quote */
}

static void write_item(FILE *file, const json_t *item)
{
    const char *key, *comma = "";
    json_t *value;
    (void)fputc('{', file);
    json_object_foreach((json_t *)(uintptr_t)item, key, value)
    {
        (void)fprintf(file, "%s%s: ", comma, key);
        write_value(file, json_string_value(value));
        comma = ", ";
    }
    (void)fputs("}\n", file);
}

/* Sections are at most five deep, so the depth of the calls is too. */
static void write_section(FILE *file, const json_t *section, int indent)
{
    const char *key;
    json_t *value, *item;
    size_t index;
    json_object_foreach((json_t *)(uintptr_t)section, key, value)
    {
        (void)fprintf(file, "%*s%s:", indent, "", key);
        if (json_is_string(value)) {
            (void)fputc(' ', file);
            write_value(file, json_string_value(value));
            (void)fputc('\n', file);
        } else if (json_is_array(value)) {
            (void)fputc('\n', file);
            json_array_foreach(value, index, item)
            {
                (void)fprintf(file, "%*s- ", indent + 2, "");
                write_item(file, item);
            }
        } else {
            (void)fputc('\n', file);
            write_section(file, value, indent + 2);
        }
    }
}

bool swarm_shrink_write(const struct swarm_scenario *scenario, const char *path)
{
    json_t *root = json_object();
    FILE *file = fopen(path, "w");
    for (size_t i = 0; i < scenario->set_count; i++)
        plant(root, scenario->sets[i]);
    if (file)
        write_section(file, root, 0);
    json_decref(root);
    if (!file)
        return false;
    bool wrote = ferror(file) == 0;
    return fclose(file) == 0 && wrote;
}
