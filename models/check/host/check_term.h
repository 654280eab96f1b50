/*
 * I-TERM: the application is told of the end of each connection (APP_CLOSED) exactly once, and with the cause that
 * the engine reported (CONN_GONE). Moves of the connection must not change this.
 */
#ifndef TOESIM_CHECK_CHECK_TERM_H
#define TOESIM_CHECK_CHECK_TERM_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* The ends of one connection that have been reported so far: by an engine (`gone`), and to the application
 * (`notified`). */
struct check_term {
    bool gone, notified;
    uint8_t cause; /* enum nic_term_cause, of the engine */
};

void check_term_on_event(struct check *check, const struct probe_event *event);

#endif
