/*
 * The findings of the checkers: the number of violations of each invariant, and for the first violation a
 * report with the last events of its connection.
 */
#ifndef TOESIM_CHECK_CHECK_REPORT_H
#define TOESIM_CHECK_CHECK_REPORT_H

#include "models/check/invariant.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct check;
struct probe_event;
struct check_violation;

/* Counts a violation and, for the first one, writes the report. */
void check_fail(struct check *check, enum invariant invariant, const struct probe_event *event,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

uint64_t check_violations(const struct check *check, enum invariant invariant);
uint64_t check_violations_total(const struct check *check);
/* Returns several lines about the first violation: its time, connection and last 32 events. "" if there is none. */
const char *check_report(const struct check *check);

/* Returns null as long as every invariant held. The checker owns the result. */
const struct check_violation *check_first_violation(const struct check *check);

#ifdef __cplusplus
}
#endif

#endif
