/*
 * The receive window (RFC 9293 3.8.6, RFC 7323 2). The announced window ends at rx_consumed + ring size at
 * most; the announced right edge rcv_adv never moves back (SHLD-14, R-38).
 *
 * With window scaling only whole units can be announced, counted from rcv_nxt, so an edge that must not move back is
 * rounded up. A sixteenth of the ring is reserved for this rounding. If the application leaves the ring so full that
 * even the reserve is used up, the announcement is rounded down, as RFC 7323 2.4 allows; data up to rcv_adv is still
 * accepted.
 */
#ifndef TOESIM_TCP_WINDOW_H
#define TOESIM_TCP_WINDOW_H

#include "models/tcp/tcp_core.h"

/* Returns the window field of a segment sent now, and advances rcv_adv. */
uint16_t window_advertise(struct conn_ctx *ctx, bool is_syn);
/* Returns true if the application has read enough for a separate window update. */
bool window_update_is_due(const struct conn_ctx *ctx);

#endif
