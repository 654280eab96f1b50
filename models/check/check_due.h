/*
 * I-RTO and I-2MSL, the half that says "when it is due": a timer of a connection that somebody serves
 * does not pass unnoticed, and nothing stays in TIME_WAIT for ever.
 */
#ifndef TOESIM_CHECK_CHECK_DUE_H
#define TOESIM_CHECK_CHECK_DUE_H

#include <stdbool.h>
#include <stdint.h>

struct check;

/* Looks at every connection when it is time to, or `force`. */
void check_due_look(struct check *check, uint64_t now_ps, bool force);

#endif
