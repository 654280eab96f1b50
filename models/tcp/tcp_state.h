/* Opening a connection, and what the application asks of it. */
#ifndef TOESIM_TCP_TCP_STATE_H
#define TOESIM_TCP_TCP_STATE_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Prepares a context for a SYN the driver admitted: state LISTEN, iss as snd_una = snd_nxt =
 * snd_max, buffers empty. The caller has filled the constant line (with `offered`), ring sizes,
 * features = 0, generation and id. */
void tcp_open_passive(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params,
                      struct tcp_now now);

/* Prepares an active open: state SYN_SENT; tcp_output() gives the SYN. */
void tcp_open_active(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params,
                     struct tcp_now now);

/* The application wrote up to sequence number tx_prod (older values are ignored). */
void tcp_on_app_write(struct conn_ctx *ctx, uint32_t tx_prod);

/* The application read up to rx_consumed; may owe a window update. */
void tcp_on_app_read(struct conn_ctx *ctx, uint32_t rx_consumed, const struct tcp_params *params);

/* The application sets all its options. The path MTU and what was negotiated bound mss. */
void tcp_on_app_set(struct conn_ctx *ctx, const struct nic_options *options,
                    const struct tcp_params *params, struct tcp_now now);

/* The application wrote urgent data that ends before sequence number `up`, which is at most tx_prod:
 * the pointer names the first byte that is not urgent (RFC 9293 MUST-62). */
void tcp_on_app_urgent(struct conn_ctx *ctx, uint32_t up);

/* Bytes the application has to read to get past the urgent data; 0: none (RFC 9293 MUST-33). */
uint32_t tcp_urgent_bytes(const struct conn_ctx *ctx);

/* The application gives the connection up (RFC 9293 3.10.5): the result says whether a reset goes
 * out; the context is to be removed. */
void tcp_on_app_abort(struct conn_ctx *ctx, struct tcp_result *result);

/* The application closed its side: FIN after tx_prod. Idempotent. */
void tcp_on_app_close(struct conn_ctx *ctx, uint32_t tx_prod);

/* A context, live or an image, that can rest where nobody runs it until a segment, the application or
 * one of its timers calls: established at least, and nothing is to be sent now. */
bool tcp_may_rest(const struct conn_ctx *ctx, const struct tcp_params *params);

/* Segments beyond a hole are in the receive ring. */
bool tcp_holds_out_of_order(const struct conn_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif
