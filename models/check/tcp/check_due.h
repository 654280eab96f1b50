/*
 * I-RTO and I-2MSL, the part about due times: no timer of a connection in service stays overdue, and no
 * connection stays in TIME_WAIT for ever.
 */
#ifndef TOESIM_CHECK_CHECK_DUE_H
#define TOESIM_CHECK_CHECK_DUE_H

#include <stdbool.h>
#include <stdint.h>

struct check;

/* Checks every connection when the next check is due, or at once with `force`. */
void check_due_look(struct check *check, uint64_t now_ps, bool force);

#endif
