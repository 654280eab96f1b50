/*
 * The receive window (RFC 9293 3.8.6, RFC 7323 2). What may be announced ends at rx_consumed + ring
 * size; the announced right edge rcv_adv never moves back (SHLD-14, R-38).
 *
 * With window scaling only whole units can be announced, counted from rcv_nxt, so an edge that must
 * not move has to be rounded up. A sixteenth of the ring is kept back for this rounding. If the
 * application leaves the ring so full that even this is used up, the announcement is rounded down,
 * as RFC 7323 2.4 allows; data up to rcv_adv is accepted all the same.
 */
#ifndef TOESIM_TCP_WINDOW_H
#define TOESIM_TCP_WINDOW_H

#include "models/tcp/tcp_core.h"

/* Window field of a segment sent now; moves rcv_adv forward. */
uint16_t window_advertise(struct conn_ctx *ctx, bool is_syn);
/* The application has read enough for a window update of its own. */
bool window_update_is_due(const struct conn_ctx *ctx);

#endif
