#include "models/check/violation.h"

#include "models/check/event_fields.h"

#include <inttypes.h>

void violation_print_headline(const struct check_violation *violation, FILE *out)
{
    const struct probe_event *event = &violation->event;
    (void)fprintf(out, "%s violated at %" PRIu64 " ps", violation->key, event->now_ps);
    if (event->conn != PROBE_NO_CONN)
        (void)fprintf(out, ", connection %" PRIu32, event->conn);
    (void)fprintf(out, ", nic%u: %s", event->nic, violation->detail);
}

static void print_event(const struct probe_event *event, FILE *out)
{
    struct event_field fields[EVENT_FIELDS_MAX];
    size_t count = event_fields(event, fields);
    (void)fprintf(out, "  %" PRIu64 " ps nic%u gen %u %s", event->now_ps, event->nic, event->gen,
                  probe_kind_name((enum probe_kind)event->kind));
    for (size_t i = 0; i < count; i++) {
        if (fields[i].text)
            (void)fprintf(out, " %s=%s", fields[i].name, fields[i].text);
        else
            (void)fprintf(out, " %s=%" PRIu64, fields[i].name, fields[i].value);
    }
    (void)fputc('\n', out);
}

void violation_print(const struct check_violation *violation, FILE *out)
{
    violation_print_headline(violation, out);
    (void)fprintf(out, "\n  rule: %s\n  last events:\n", violation->rule);
    for (size_t i = 0; i < violation->last_count; i++)
        print_event(&violation->last[i], out);
}
