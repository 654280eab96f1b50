/* Prints a duration in the largest unit that leaves at least one digit before the point. */
#include "sim/results/duration_text.h"

#include <stddef.h>
#include <stdio.h>

static const struct unit {
    const char *name;
    uint64_t ns;
} units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}};

void duration_text(char *text, uint64_t ns)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const struct unit *unit = &units[i];
        if (ns < unit->ns)
            continue;
        (void)snprintf(text, DURATION_TEXT_MAX, "%llu.%03llu %s",
                       (unsigned long long)(ns / unit->ns),
                       (unsigned long long)(ns % unit->ns / (unit->ns / 1000)), unit->name);
        return;
    }
    (void)snprintf(text, DURATION_TEXT_MAX, "%llu ns", (unsigned long long)ns);
}
