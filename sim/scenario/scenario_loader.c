#include "sim/scenario/scenario_loader.h"

#include <stdlib.h>
#include <string.h>

/* Appends one line to the loader's messages. If memory is short, only the first error is
 * reported. */
static void note(struct scenario_loader *loader, const char *message)
{
    char *joined = NULL;
    loader->message_count++;
    if (asprintf(&joined, "%s%s\n", loader->messages ? loader->messages : "", message) < 0)
        return;
    free(loader->messages);
    loader->messages = joined;
}

enum status scenario_fail(struct scenario_loader *loader, struct scenario_origin origin,
                          const char *path, const char *why)
{
    struct error one;
    if (origin.line > 0)
        (void)error_set(&one, STATUS_BAD_INPUT, "%s:%u: %s: %s", origin.name, origin.line, path,
                        why);
    else
        (void)error_set(&one, STATUS_BAD_INPUT, "%s: %s: %s", origin.name, path, why);
    if (loader->message_count == 0)
        *loader->err = one;
    note(loader, one.text);
    return STATUS_BAD_INPUT;
}

enum status scenario_fail_at(struct scenario_loader *loader, const char *path, const char *why)
{
    struct scenario_origin origin = {loader->source ? loader->source : "options", 0};
    char above[SCENARIO_STEPS_MAX];
    (void)snprintf(above, sizeof above, "%s", path);
    while (loader->source && (origin.line = scenario_yaml_line(&loader->doc, above)) == 0) {
        char *dot = strrchr(above, '.');
        if (!dot)
            break;
        *dot = '\0';
    }
    return scenario_fail(loader, origin, path, why);
}
