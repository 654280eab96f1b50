/* Retransmission timeout of one connection (RFC 6298), in its context's ticks of 1 us. */
#ifndef TOESIM_TCP_RTO_H
#define TOESIM_TCP_RTO_H

#include "models/tcp/tcp.h"

/* Section 2.1: sets the timeout before the first sample. */
void rto_init(struct conn_ctx *ctx, const struct tcp_params *params);

/* Sections 2.2 to 2.5: takes a sample, which also ends the back-off (section 5, Karn). */
void rto_on_sample(struct conn_ctx *ctx, uint32_t rtt_us, const struct tcp_params *params);

/* Section 5.5: doubles the timeout. */
void rto_on_expiry(struct conn_ctx *ctx);

/* Returns the timeout after `shift` doublings, limited to rto_max_us. */
uint32_t rto_backed_off(const struct conn_ctx *ctx, unsigned shift,
                        const struct tcp_params *params);

#endif
