/*
 * I-MOVE: a move does not change a connection. The context from which its new place serves it equals, field
 * by field, the one that its old place wrote last. Timers and ages may differ by the time between, and the
 * application may have written or read meanwhile.
 */
#ifndef TOESIM_CHECK_CHECK_CARRY_H
#define TOESIM_CHECK_CHECK_CARRY_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* Per connection: its context as its place last wrote it. */
struct check_carry {
    struct conn_ctx live;
    bool live_valid;
    bool left;     /* extracted, and not active again since then */
    bool tainted;  /* a soft error was injected, so the comparison may fail on purpose */
    bool tx_known; /* tx_written is valid */
    bool read_known;
    uint64_t frozen_ps;   /* T5 */
    uint32_t tx_written;  /* sequence number up to which the application has written */
    uint32_t tx_at_leave; /* tx_written and the read position at the extraction */
    uint32_t read_at_leave;
    const char *const *
        not_carried; /* by the mechanism of the newest transfer: names, ending with a null; or null */
};

/* Copies the fields that the mechanism of the newest transfer does not carry from `before` to `after`. */
void check_carry_forgive(const struct check_carry *carry, const struct conn_ctx *before,
                         struct conn_ctx *after);

void check_carry_on_event(struct check *check, const struct probe_event *event);

#endif
