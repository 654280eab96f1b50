/*
 * I-DB and I-FINSEQ, the half that says "arrives": what the application has written, read and closed
 * is known to whoever serves the connection, moves or not. check_watch.c says how soon.
 */
#ifndef TOESIM_CHECK_CHECK_APP_H
#define TOESIM_CHECK_CHECK_APP_H

struct check;
struct probe_event;

/* Behind check_carry_on_event(), which keeps the context. */
void check_app_on_event(struct check *check, const struct probe_event *event);

#endif
