/*
 * I-DB and I-FINSEQ, the part about arrival: every write, read and close of the application becomes known
 * to the place that serves the connection, with moves or without. check_watch.c checks the time limit.
 */
#ifndef TOESIM_CHECK_CHECK_APP_H
#define TOESIM_CHECK_CHECK_APP_H

struct check;
struct probe_event;

/* Called after check_carry_on_event(), which keeps the context. */
void check_app_on_event(struct check *check, const struct probe_event *event);

#endif
