/*
 * I-MOVE: a connection comes out of a move as it went in. The context that its new place serves from
 * equals, field by field, the one that its old place wrote last; timers and ages may have moved by
 * the time between, and what the application did meanwhile may show.
 */
#ifndef TOESIM_CHECK_CHECK_CARRY_H
#define TOESIM_CHECK_CHECK_CARRY_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* Per connection: its context as its place wrote it last. */
struct check_carry {
    struct conn_ctx live;
    bool live_valid;
    bool left;     /* extracted, and not active again since */
    bool tainted;  /* a soft error was injected: what is compared may be wrong on purpose */
    bool tx_known; /* tx_written is valid */
    bool read_known;
    uint64_t frozen_ps;   /* T5 */
    uint32_t tx_written;  /* the application has written up to here */
    uint32_t tx_at_leave; /* that, and what it had read, at the extraction */
    uint32_t read_at_leave;
    const char *const *
        not_carried; /* by the mechanism of the newest transfer: names, ending with a null; or null */
};

/* Makes the fields of `after` that the mechanism of the newest transfer does not carry those of `before`. */
void check_carry_forgive(const struct check_carry *carry, const struct conn_ctx *before,
                         struct conn_ctx *after);

void check_carry_on_event(struct check *check, const struct probe_event *event);

#endif
