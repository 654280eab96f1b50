/*
 * I-TERM: what the application is really told of the ends of its connections (APP_CLOSED) against the
 * engines' ends (CONN_GONE): exactly once, with the same cause, moves or not.
 */
#ifndef TOESIM_CHECK_CHECK_TERM_H
#define TOESIM_CHECK_CHECK_TERM_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* Per connection. */
struct check_term {
    bool gone, told;
    uint8_t cause; /* enum nic_term_cause, of the engine */
};

void check_term_on_event(struct check *check, const struct probe_event *event);

#endif
