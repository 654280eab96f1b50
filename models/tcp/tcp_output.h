/* Deciding and building the segments to send. */
#ifndef TOESIM_TCP_TCP_OUTPUT_H
#define TOESIM_TCP_TCP_OUTPUT_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Builds the next segment that may be sent now; advances snd_nxt, arms timers, clears owed ACKs. Returns
 * false if there is nothing to send now. */
bool tcp_output(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                struct tcp_tx *tx);

/* Returns true if tcp_output() would return a segment, or must be called once to start the persist timer
 * (it then returns false). The function is cheap, so it suits ready lists. */
bool tcp_has_output(const struct conn_ctx *ctx, const struct tcp_params *params,
                    struct tcp_now now);

#ifdef __cplusplus
}
#endif

#endif
