#include "models/base/planted.h"

#include <stdlib.h>

#ifdef TOESIM_PLANTED_BUGS
#include <string.h>

bool planted_is(const char *name)
{
    static const char *wanted;
    if (!wanted) {
        wanted = getenv("TOESIM_PLANTED");
        if (!wanted)
            wanted = "";
    }
    return strcmp(wanted, name) == 0;
}

bool planted_check_is_off(const char *key)
{
    const char *list = getenv("TOESIM_CHECK_OFF");
    size_t length = strlen(key);
    while (list && *list) {
        size_t item = strcspn(list, ",");
        if (item == length && strncmp(list, key, length) == 0)
            return true;
        list += item + (list[item] == ',');
    }
    return false;
}
#endif
