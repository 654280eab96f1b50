/* The first violation of a run, and its report as text. */
#ifndef TOESIM_CHECK_VIOLATION_H
#define TOESIM_CHECK_VIOLATION_H

#include "models/base/probe.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { VIOLATION_EVENTS = 32, VIOLATION_DETAIL_MAX = 256 };

/* Its event, and the last events of the same connection before it, oldest first; their data is null. */
struct check_violation {
    const char *key;  /* "I-OWN" */
    const char *rule; /* the invariant in words */
    char detail[VIOLATION_DETAIL_MAX];
    struct probe_event event;
    struct probe_event last[VIOLATION_EVENTS];
    size_t last_count;
};

/* One line without newline: which invariant, when, where, and what was wrong. */
void violation_print_headline(const struct check_violation *violation, FILE *out);

/* The headline, the rule, and a line for each of the last events with its fields by name. */
void violation_print(const struct check_violation *violation, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
