#include "models/check/check_report.h"

#include "models/base/planted.h"
#include "models/check/check_state.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

/* Keeps the last events of the connection, oldest first. */
static void keep_history(const struct check *check, struct check_violation *violation)
{
    uint32_t conn = violation->event.conn;
    uint64_t oldest =
        check->history_count > CHECK_HISTORY ? check->history_count - CHECK_HISTORY : 0;
    uint64_t from = check->history_count;
    size_t found = 0;
    while (from > oldest && found < VIOLATION_EVENTS) {
        from--;
        found += check->history[from % CHECK_HISTORY].conn == conn;
    }
    for (; from < check->history_count; from++)
        if (check->history[from % CHECK_HISTORY].conn == conn)
            violation->last[violation->last_count++] = check->history[from % CHECK_HISTORY];
}

void check_fail(struct check *check, enum invariant invariant, const struct probe_event *event,
                const char *format, ...)
{
    if (planted_check_is_off(invariant_key(invariant)))
        return;
    bool first = check_violations_total(check) == 0;
    check->violations[invariant]++;
    if (!first)
        return;
    struct check_violation *violation = &check->first;
    violation->key = invariant_key(invariant);
    violation->rule = invariant_rule(invariant);
    violation->event = *event;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(violation->detail, sizeof violation->detail, format, args);
    va_end(args);
    keep_history(check, violation);
    FILE *report = fmemopen(check->report, sizeof check->report, "w");
    if (!report)
        return; /* no memory for the report; the violation is still counted and kept */
    violation_print(violation, report);
    (void)fclose(report);
}

uint64_t check_violations(const struct check *check, enum invariant invariant)
{
    assert(invariant < INVARIANT_COUNT);
    return check->violations[invariant];
}

uint64_t check_violations_total(const struct check *check)
{
    uint64_t total = 0;
    for (int i = 0; i < INVARIANT_COUNT; i++)
        total += check->violations[i];
    return total;
}

const char *check_report(const struct check *check) { return check->report; }

const struct check_violation *check_first_violation(const struct check *check)
{
    return check->first.key ? &check->first : NULL;
}
