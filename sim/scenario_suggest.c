/* What an unknown key may have been meant to be. */
#include "sim/scenario_loader.h"

#include <string.h>

enum { LENGTH_MAX = 64, DISTANCE_MAX = 3 };

/* Edits (insert, delete, replace) that make b of a; both shorter than LENGTH_MAX. */
static unsigned edit_distance(const char *a, const char *b)
{
    unsigned row[LENGTH_MAX + 1];
    size_t b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; a[i]; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t j = 0; j < b_len; j++) {
            unsigned replace = diagonal + (a[i] != b[j]);
            unsigned other = 1 + (row[j] < row[j + 1] ? row[j] : row[j + 1]);
            diagonal = row[j + 1];
            row[j + 1] = replace < other ? replace : other;
        }
    }
    return row[b_len];
}

static const char *last_step(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* The key nearest in spelling; else one with the same last word in another section. */
static const char *nearest(const char *path)
{
    const char *best = NULL;
    unsigned best_distance = DISTANCE_MAX + 1;
    if (strlen(path) >= LENGTH_MAX)
        return NULL;
    for (size_t i = 0; i < scenario_key_count; i++) {
        unsigned distance = edit_distance(path, scenario_keys[i].path);
        if (distance < best_distance && distance * 3 < strlen(path)) {
            best_distance = distance;
            best = scenario_keys[i].path;
        }
    }
    for (size_t i = 0; !best && i < scenario_key_count; i++)
        if (strcmp(last_step(scenario_keys[i].path), last_step(path)) == 0)
            best = scenario_keys[i].path;
    return best;
}

static void add_word(char why[SCENARIO_WHY_MAX], const char *word, size_t len)
{
    size_t used = strlen(why);
    if (used + len + 2 <= SCENARIO_WHY_MAX) {
        why[used] = ' ';
        memcpy(why + used + 1, word, len);
        why[used + 1 + len] = '\0';
    }
}

/* The steps that may follow the section's path. */
static void list_section(const char *path, char why[SCENARIO_WHY_MAX])
{
    char section[LENGTH_MAX] = "";
    size_t len = (size_t)(last_step(path) - path);
    if (len > 0 && len <= sizeof section)
        memcpy(section, path, len - 1); /* without the dot */
    bool is_known = section[0] && scenario_table_is_section(section);
    size_t skip = is_known ? len : 0;
    const char *previous = "";
    size_t previous_len = 0;
    for (size_t i = 0; i < scenario_key_count; i++) {
        const char *key = scenario_keys[i].path;
        if (skip && (strncmp(key, section, skip - 1) != 0 || key[skip - 1] != '.'))
            continue;
        size_t step = strcspn(key + skip, ".[");
        if (step == previous_len && strncmp(previous, key + skip, step) == 0)
            continue;
        previous = key + skip;
        previous_len = step;
        add_word(why, previous, step);
    }
}

void scenario_suggest(const char *path, char why[SCENARIO_WHY_MAX])
{
    const char *near = nearest(path);
    if (near) {
        (void)snprintf(why, SCENARIO_WHY_MAX, "unknown key; did you mean %s?", near);
        return;
    }
    (void)snprintf(why, SCENARIO_WHY_MAX, "unknown key; known are:");
    list_section(path, why);
}
