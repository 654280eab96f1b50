/* The fields of a probe event by name, as docs and reports print them. */
#ifndef TOESIM_CHECK_EVENT_FIELDS_H
#define TOESIM_CHECK_EVENT_FIELDS_H

#include "models/base/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EVENT_FIELDS_MAX = 4 };

/* One field: its value, and the value's name when it is of an enumeration (else null). */
struct event_field {
    const char *name;
    const char *text;
    uint64_t value;
};

/* What this event says; models/base/probe.h lists the members of each kind. Fills fields and returns how many. Time, NIC, connection and generation are not among them. */
size_t event_fields(const struct probe_event *event, struct event_field fields[EVENT_FIELDS_MAX]);

#ifdef __cplusplus
}
#endif

#endif
