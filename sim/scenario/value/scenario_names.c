#include "sim/scenario/value/scenario_names.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

bool scenario_name_wrong(const char *const *names, const char *text, char why[SCENARIO_WHY_MAX])
{
    int used = snprintf(why, SCENARIO_WHY_MAX, "'%.60s' is none of:", text);
    for (; *names && used < SCENARIO_WHY_MAX; names++)
        used += snprintf(why + used, (size_t)(SCENARIO_WHY_MAX - used), " %s", *names);
    return false;
}

bool scenario_name_find(const char *const *names, const char *text, uint64_t *index)
{
    for (uint64_t i = 0; names[i]; i++)
        if (strcmp(names[i], text) == 0) {
            *index = i;
            return true;
        }
    return false;
}

bool scenario_names_are(const char *const *names, const char *text)
{
    uint64_t seen = 0;
    for (;;) {
        uint64_t i = 0;
        size_t len = strcspn(text, ",");
        while (names[i] && !(strlen(names[i]) == len && memcmp(names[i], text, len) == 0))
            i++;
        assert(i < 64);
        if (!names[i] || (seen >> i & 1) != 0)
            return false;
        seen |= UINT64_C(1) << i;
        if (text[len] == '\0')
            return true;
        text += len + 1;
    }
}
