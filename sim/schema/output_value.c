#include "sim/schema/output_value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_MAX = 200 };

const json_t *output_value(const json_t *stats, const char *path)
{
    const json_t *at = stats;
    while (at && *path) {
        char step[STEP_MAX];
        size_t len = strcspn(path, ".[");
        assert(len < sizeof step);
        if (len > 0) {
            memcpy(step, path, len);
            step[len] = '\0';
            at = json_object_get(at, step);
        }
        path += len;
        while (at && *path == '[') {
            at = json_array_get(at, strtoul(path + 1, NULL, 10));
            path += strcspn(path, "]") + 1;
        }
        path += *path == '.';
    }
    return at;
}
