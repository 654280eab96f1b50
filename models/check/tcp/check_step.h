/*
 * Checks each change of a live context against the rules of TCP about state transitions, congestion control, RTT
 * samples and timers. It compares the context before and after each write by the place that owns it.
 */
#ifndef TOESIM_CHECK_CHECK_STEP_H
#define TOESIM_CHECK_CHECK_STEP_H

#include "models/hwif/conn_ctx.h"

struct check;
struct check_conn;
struct probe_event;

/* Checks one write of a context. `before` is null for the first context of a connection, which has no step to check. */
void check_step(struct check *check, struct check_conn *c, const struct probe_event *event,
                const struct conn_ctx *before, const struct conn_ctx *after);

#endif
