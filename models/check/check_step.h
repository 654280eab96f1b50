/*
 * What one change of a live context may do: the rules of TCP that are about its steps. Called with
 * the context before and after each write of its place.
 */
#ifndef TOESIM_CHECK_CHECK_STEP_H
#define TOESIM_CHECK_CHECK_STEP_H

#include "models/hwif/conn_ctx.h"

struct check;
struct check_conn;
struct probe_event;

/* before: null for the first context of a connection. */
void check_step(struct check *check, struct check_conn *c, const struct probe_event *event,
                const struct conn_ctx *before, const struct conn_ctx *after);

#endif
