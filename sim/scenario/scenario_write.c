#include "sim/scenario/scenario_write.h"

#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_flat.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/value/scenario_value.h"

#include <string.h>

enum { STEP_INDENT = 2 };

/* Writes a double-quoted YAML scalar. Values have no control characters. */
static void write_quoted(FILE *file, const char *text)
{
    (void)fputc('"', file);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            (void)fputc('\\', file);
        (void)fputc(*text, file);
    }
    (void)fputc('"', file);
}

static void write_value(FILE *file, const struct scenario_key *key, const void *base)
{
    char text[SCENARIO_VALUE_MAX];
    scenario_value_format(key, base, text);
    if (scenario_value_is_text(key))
        write_quoted(file, text);
    else
        (void)fputs(text, file);
}

static void indent(FILE *file, unsigned depth)
{
    (void)fprintf(file, "%*s", (int)(depth * STEP_INDENT), "");
}

/* Opens those sections of path that are not sections of the previous key. Returns the depth, and
 * stores the last component in *last. */
static unsigned open_sections(FILE *file, const char *previous, const char *path, const char **last)
{
    unsigned depth = 0;
    size_t begin = 0;
    bool same = true;
    for (size_t i = 0; path[i] && path[i] != '['; i++) {
        if (path[i] != '.')
            continue;
        same = same && strncmp(previous, path, i + 1) == 0;
        if (!same) {
            indent(file, depth);
            (void)fprintf(file, "%.*s:\n", (int)(i - begin), path + begin);
        }
        begin = i + 1;
        depth++;
    }
    *last = path + begin;
    return depth;
}

/* Writes all items of the list whose first key is `key`. The keys of the list are in consecutive
 * rows. */
static void write_actions(FILE *file, const struct sim_config *config,
                          const struct scenario_key *key, unsigned depth, const char *last)
{
    size_t prefix = strcspn(key->path, "]") + 1;
    bool any = false;
    for (size_t a = 0; a < config->action_count; a++)
        any = any || scenario_action_has_key(key, &config->actions[a]);
    indent(file, depth);
    (void)fprintf(file, "%.*s:%s\n", (int)strcspn(last, "["), last, any ? "" : " []");
    for (size_t a = 0; a < config->action_count; a++) {
        const char *lead = "- {";
        const struct sim_action *action = &config->actions[a];
        if (!scenario_action_has_key(key, action))
            continue;
        indent(file, depth + 1);
        for (const struct scenario_key *k = key;
             k < scenario_keys() + scenario_key_count() && strncmp(k->path, key->path, prefix) == 0;
             k++)
            if (scenario_action_has_key(k, action)) {
                (void)fprintf(file, "%s%s: ", lead, k->path + prefix + 1);
                write_value(file, k, action);
                lead = ", ";
            }
        (void)fputs("}\n", file);
    }
}

static void write_expects(FILE *file, const struct sim_config *config)
{
    (void)fprintf(file, "expect:%s\n", config->expect_count ? "" : " []");
    for (size_t i = 0; i < config->expect_count; i++) {
        (void)fputs("  - ", file);
        write_quoted(file, config->expects[i]);
        (void)fputc('\n', file);
    }
}

/* Returns true if the key has no value that could be written. */
static bool is_unset(const struct scenario_key *key, const struct sim_config *config)
{
    return key->type == SCENARIO_PATH && config->capture_path[0] == '\0';
}

/* Writes the values that one NIC was given for itself. *previous is the path of the key before, and then that of the last
 * key that was written, which is stored in `paths`. */
static void write_nics(FILE *file, const struct sim_config *config,
                       char paths[2][SCENARIO_NIC_PATH_MAX], const char **previous)
{
    unsigned turn = 0;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        for (size_t i = 0; i < scenario_key_count(); i++) {
            const struct scenario_key *key = &scenario_keys()[i];
            const char *last;
            if (scenario_nic_origin(config, key, nic) == SIM_ORIGIN_DEFAULT)
                continue;
            struct scenario_key own = scenario_nic_key(key, nic, paths[turn]);
            indent(file, open_sections(file, *previous, own.path, &last));
            (void)fprintf(file, "%s: ", last);
            write_value(file, &own, config);
            (void)fputc('\n', file);
            *previous = own.path;
            turn = !turn;
        }
}

static bool is_of_nics(const char *path) { return strncmp(path, "nics.", 5) == 0; }

bool scenario_write(const struct sim_config *config, FILE *file)
{
    const char *previous = "", *list = "";
    size_t list_len = 0;
    char paths[2][SCENARIO_NIC_PATH_MAX];
    (void)fputs("# Every key of this run; docs/scenario.md explains them.\n", file);
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        const char *last;
        if (is_unset(key, config) || (list_len && strncmp(key->path, list, list_len) == 0))
            continue;
        if (is_of_nics(previous) && !is_of_nics(key->path))
            write_nics(file, config, paths, &previous);
        unsigned depth = open_sections(file, previous, key->path, &last);
        if (key->type == SCENARIO_EXPECT) {
            write_expects(file, config);
        } else if (scenario_key_is_action(key)) {
            write_actions(file, config, key, depth, last);
            list = key->path;
            list_len = strcspn(key->path, "]") + 1;
        } else {
            indent(file, depth);
            (void)fprintf(file, "%s: ", last);
            write_value(file, key, config);
            (void)fputc('\n', file);
        }
        previous = key->path;
    }
    return ferror(file) == 0;
}
