/* The handshake: LISTEN, SYN_SENT and SYN_RCVD (RFC 9293 3.5, 3.10.7.2 to 3.10.7.4). */
#ifndef TOESIM_TCP_TCP_SYNCHRONIZE_H
#define TOESIM_TCP_TCP_SYNCHRONIZE_H

#include "models/tcp/tcp_core.h"

/* Handle segments in the three states before synchronisation. */
void tcp_input_listen(struct conn_ctx *ctx, const struct tcp_segment *seg,
                      const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result);
void tcp_input_syn_sent(struct conn_ctx *ctx, const struct tcp_segment *seg,
                        const struct tcp_params *params, struct tcp_now now,
                        struct tcp_result *result);
/* Handles a SYN in SYN_RCVD. Returns true if processing continues with the segment, whose SYN was removed. */
bool tcp_syn_rcvd_on_syn(struct conn_ctx *ctx, struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);
/* Handles the ACK that ends SYN_RCVD. Returns false if the segment was dropped. */
bool tcp_syn_rcvd_on_ack(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);

#endif
