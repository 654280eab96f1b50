/* The fields of a probe event by name, as docs and reports print them. */
#ifndef TOESIM_CHECK_EVENT_FIELDS_H
#define TOESIM_CHECK_EVENT_FIELDS_H

#include "models/base/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EVENT_FIELDS_MAX = 5 };

/* One field. `text` is the name of the value if the field is an enumeration, otherwise null. All text is static. */
struct event_field {
    const char *name;
    const char *text;
    uint64_t value;
};

/* Fills `fields` with the fields of an event and returns how many there are. models/base/probe.h lists the members of
 * each kind. Time, NIC, connection and generation are left out, because every event has them. */
size_t event_fields(const struct probe_event *event, struct event_field fields[EVENT_FIELDS_MAX]);

#ifdef __cplusplus
}
#endif

#endif
