/* The first violation of a run, and its report as text. */
#ifndef TOESIM_CHECK_VIOLATION_H
#define TOESIM_CHECK_VIOLATION_H

#include "models/base/probe.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { VIOLATION_EVENTS = 32, VIOLATION_DETAIL_MAX = 256 };

/* A violation with its event and the last events of the same connection before it, oldest first. Pointers inside
 * the events of `last` must not be followed, because their frames may have been freed. */
struct check_violation {
    const char *key;  /* "I-OWN" */
    const char *rule; /* the invariant in words */
    char detail[VIOLATION_DETAIL_MAX];
    struct probe_event event;
    struct probe_event last[VIOLATION_EVENTS];
    size_t last_count;
};

/* Prints one line without a newline: the invariant, the time, the connection, the NIC and the details. */
void violation_print_headline(const struct check_violation *violation, FILE *out);

/* Prints the headline, the rule, and one line for each of the last events with its fields by name. */
void violation_print(const struct check_violation *violation, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
