#include "sim/scenario/scenario_suggest.h"

#include "sim/scenario/scenario_loader.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/spelling.h"

#include <string.h>

enum { LENGTH_MAX = 64 };

static const char *last_step(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
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

/* Lists the components that may follow the path of the section. */
static void list_section(const char *path, char why[SCENARIO_WHY_MAX])
{
    char section[LENGTH_MAX] = "";
    size_t len = (size_t)(last_step(path) - path);
    if (len > 0 && len <= sizeof section)
        memcpy(section, path, len - 1); /* without the dot at the end */
    bool is_known = section[0] && scenario_table_is_section(section);
    size_t skip = is_known ? len : 0;
    const char *previous = "";
    size_t previous_len = 0;
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const char *key = scenario_keys()[i].path;
        if (skip && (strncmp(key, section, skip - 1) != 0 || key[skip - 1] != '.'))
            continue;
        size_t step = strcspn(key + skip, ".[");
        if (step == previous_len && strncmp(previous, key + skip, step) == 0)
            continue;
        previous = key + skip;
        previous_len = step;
        add_word(why, previous, step);
    }
    if (strcmp(section, "nics") == 0) {
        add_word(why, "nic0", 4);
        add_word(why, "nic1", 4);
    }
}

void scenario_suggest(const char *path, char why[SCENARIO_WHY_MAX])
{
    struct spelling spelling;
    char shared[SCENARIO_NIC_PATH_MAX];
    unsigned nic;
    bool of_nic = scenario_nic_split(path, &nic, shared);
    if (of_nic)
        path = shared;
    spelling_init(&spelling, path);
    for (size_t i = 0; i < scenario_key_count(); i++)
        if (!of_nic || scenario_key_is_of_nic(&scenario_keys()[i]))
            spelling_offer(&spelling, scenario_keys()[i].path);
    const char *near = spelling_nearest(&spelling);
    if (near && of_nic) {
        (void)snprintf(why, SCENARIO_WHY_MAX, "unknown key; did you mean nics.nic%u.%s?", nic,
                       near + strlen("nics."));
        return;
    }
    if (near) {
        (void)snprintf(why, SCENARIO_WHY_MAX, "unknown key; did you mean %s?", near);
        return;
    }
    (void)snprintf(why, SCENARIO_WHY_MAX, "unknown key; known are:");
    list_section(path, why);
}
