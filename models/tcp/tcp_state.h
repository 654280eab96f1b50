/* Opening a connection, and the requests of the application. */
#ifndef TOESIM_TCP_TCP_STATE_H
#define TOESIM_TCP_TCP_STATE_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Prepares a context for a SYN that the driver admitted: state LISTEN, iss as snd_una = snd_nxt = snd_max,
 * buffers empty. The caller has filled in the constant line (with `offered`), ring sizes, features = 0,
 * generation and id. */
void tcp_open_passive(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params,
                      struct tcp_now now);

/* Prepares an active open: state SYN_SENT; tcp_output() gives the SYN. */
void tcp_open_active(struct conn_ctx *ctx, uint32_t iss, const struct tcp_params *params,
                     struct tcp_now now);

/* The application wrote up to sequence number tx_prod (older values are ignored). */
void tcp_on_app_write(struct conn_ctx *ctx, uint32_t tx_prod);

/* The application read up to rx_consumed. A window update may be owed afterwards. */
void tcp_on_app_read(struct conn_ctx *ctx, uint32_t rx_consumed, const struct tcp_params *params);

/* The application sets all its options. mss is limited by the path MTU and the negotiated value. */
void tcp_on_app_set(struct conn_ctx *ctx, const struct nic_options *options,
                    const struct tcp_params *params, struct tcp_now now);

/* The application wrote urgent data that ends before sequence number `up`, which is at most tx_prod:
 * the pointer names the first byte that is not urgent (RFC 9293 MUST-62). */
void tcp_on_app_urgent(struct conn_ctx *ctx, uint32_t up);

/* Returns how many bytes the application must read to pass the urgent data; 0 if there is none (RFC 9293 MUST-33). */
uint32_t tcp_urgent_bytes(const struct conn_ctx *ctx);

/* The application aborts the connection (RFC 9293 3.10.5). The result says whether a reset is sent; the
 * caller removes the context. */
void tcp_on_app_abort(struct conn_ctx *ctx, struct tcp_result *result);

/* The application closed its side: FIN after tx_prod. Idempotent. */
void tcp_on_app_close(struct conn_ctx *ctx, uint32_t tx_prod);

/* Returns true if a context, live or an image, can rest: no engine runs it until a segment, the application
 * or one of its timers needs it. It must be at least established and have nothing to send now. */
bool tcp_may_rest(const struct conn_ctx *ctx, const struct tcp_params *params);

/* Returns true if segments beyond a hole are in the receive ring. */
bool tcp_holds_out_of_order(const struct conn_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif
