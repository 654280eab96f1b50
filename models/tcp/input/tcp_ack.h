/* The ACK field in synchronised states (RFC 9293 3.10.7.4, RFC 5681 3.2, RFC 6582, RFC 5961 5). */
#ifndef TOESIM_TCP_TCP_ACK_H
#define TOESIM_TCP_TCP_ACK_H

#include "models/tcp/tcp_core.h"

/* Processes the ACK field in synchronised states. Returns false if the segment was dropped. */
bool tcp_ack_process(struct conn_ctx *ctx, const struct tcp_segment *seg,
                     const struct tcp_params *params, struct tcp_now now,
                     struct tcp_result *result);
/* Handles an advance of the cumulative acknowledgment: snd_una < seg->ack <= snd_max. */
void tcp_ack_advance(struct conn_ctx *ctx, const struct tcp_segment *seg,
                     const struct tcp_params *params, struct tcp_now now,
                     struct tcp_result *result);
void tcp_ack_sample_rtt(struct conn_ctx *ctx, const struct tcp_segment *seg,
                        const struct tcp_params *params, struct tcp_now now);
void tcp_ack_update_window(struct conn_ctx *ctx, const struct tcp_segment *seg);

#endif
