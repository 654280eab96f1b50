/*
 * I-2MSL: a tuple stays in TIME_WAIT for 2 MSL from the last FIN of its peer (RFC 9293 3.10.7.4), no
 * less unless a new incarnation takes it, and no longer.
 */
#ifndef TOESIM_CHECK_CHECK_TIME_WAIT_H
#define TOESIM_CHECK_CHECK_TIME_WAIT_H

#include <stdint.h>

struct check;
struct probe_event;

/* The TIME_WAIT of one connection. */
struct check_time_wait {
    uint64_t since_ps; /* when the host entered TIME_WAIT; 0 if it is in another state */
    uint64_t fin_ps;   /* when a tap saw the peer's last FIN */
};

void check_time_wait_on_event(struct check *check, const struct probe_event *event);
/* Reports a violation if the connection is still in TIME_WAIT at now_ps although that time is over. */
void check_time_wait_look(struct check *check, uint32_t conn, uint64_t now_ps);

#endif
