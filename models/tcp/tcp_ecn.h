/*
 * Explicit congestion notification (RFC 3168). It is used only if it is offered and both SYNs agree.
 *
 * Receiver: a CE mark sets ECE in every ACK until a CWR arrives (6.1.3). Sender: the first ECE of a window counts as
 * one loss without a retransmission (6.1.2). The window ends at high_rxt, which has no other use outside recovery. New
 * data is sent with ECT(0), and once with CWR after a reduction; retransmissions, probes and pure ACKs are never ECT
 * (6.1.4 to 6.1.6).
 */
#ifndef TOESIM_TCP_TCP_ECN_H
#define TOESIM_TCP_TCP_ECN_H

#include "models/tcp/tcp_core.h"

bool tcp_ecn_is_signalled(const struct conn_ctx *ctx, const struct tcp_segment *seg);
void tcp_ecn_negotiate(struct conn_ctx *ctx, const struct tcp_segment *syn);
uint16_t tcp_ecn_syn_flags(const struct conn_ctx *ctx, bool is_syn_ack);
void tcp_ecn_receive(struct conn_ctx *ctx, const struct tcp_segment *seg);
void tcp_ecn_mark(struct conn_ctx *ctx, bool is_new_data, struct tcp_tx *tx);

#endif
