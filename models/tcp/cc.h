/* Congestion control: one algorithm is one file behind this struct, selected by ctx->cc_alg. */
#ifndef TOESIM_TCP_CC_H
#define TOESIM_TCP_CC_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

enum cc_alg { CC_NEWRENO = 0, CC_ALG_COUNT };

/* smss: sender maximum segment size; flight: bytes sent and not acknowledged (RFC 5681 2). */
struct cc_ops {
    const char *name;
    /* The connection is established; syn_lost: our SYN was lost more than once (RFC 6928 2). */
    void (*on_established)(struct conn_ctx *ctx, uint32_t smss, bool syn_lost);
    /* New data acknowledged outside fast recovery. */
    void (*on_ack)(struct conn_ctx *ctx, uint32_t acked, uint32_t smss);
    /* Third duplicate ACK: fast recovery begins. */
    void (*on_loss)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss);
    /* One more duplicate ACK during fast recovery: a segment has left the network. */
    void (*on_dupack)(struct conn_ctx *ctx, uint32_t smss);
    void (*on_partial_ack)(struct conn_ctx *ctx, uint32_t acked, uint32_t smss);
    /* Everything up to `recover` acknowledged; flight is what is left. */
    void (*on_recovered)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss);
    /* is_first: the segment had not been retransmitted by the timer before. */
    void (*on_timeout)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss, bool is_first);
    /* Nothing was sent for longer than one timeout (RFC 5681 4.1). */
    void (*on_idle)(struct conn_ctx *ctx, uint32_t smss);
};

extern const struct cc_ops cc_newreno;

const struct cc_ops *cc_of(const struct conn_ctx *ctx);

#endif
