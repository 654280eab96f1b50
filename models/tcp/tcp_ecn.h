/*
 * Explicit congestion notification (RFC 3168). Off unless offered and both SYNs agree.
 *
 * As receiver: a CE mark makes every ACK carry ECE until a CWR comes (6.1.3). As sender: the first
 * ECE of a window counts as one loss without a retransmission (6.1.2); the window ends at high_rxt,
 * which nobody else uses outside of recovery. New data is sent with ECT(0), and after a cut once
 * with CWR; retransmissions, probes and pure ACKs are never ECT (6.1.4 to 6.1.6).
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
