/* TCP options: writing, negotiation on the SYN, and the timestamp rules (RFC 7323). */
#ifndef TOESIM_TCP_TCP_OPTIONS_H
#define TOESIM_TCP_TCP_OPTIONS_H

#include "models/tcp/tcp_core.h"

void tcp_options_write(const struct conn_ctx *ctx, enum tcp_options_for kind, struct tcp_now now,
                       struct tcp_tx *tx);
/* Sets features to those that were offered and are in the peer's SYN; sets scales, MSS and TS.Recent. */
void tcp_options_negotiate(struct conn_ctx *ctx, const struct tcp_segment *syn,
                           const struct tcp_params *params, struct tcp_now now);
/* Returns false if the segment is dropped by RFC 7323 (option missing, or PAWS). */
bool tcp_timestamp_check(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);

#endif
