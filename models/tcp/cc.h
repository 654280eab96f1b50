/* Congestion control: one algorithm is one file behind this struct, selected by ctx->cc_alg. */
#ifndef TOESIM_TCP_CC_H
#define TOESIM_TCP_CC_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

enum cc_alg { CC_NEWRENO = 0, CC_CUBIC = 1, CC_ALG_COUNT };

/* smss: sender maximum segment size; flight: bytes sent and not acknowledged (RFC 5681 2). */
struct cc_ops {
    const char *name;
    /* The connection is established; syn_lost: our SYN was lost more than once (RFC 6928 2). */
    void (*on_established)(struct conn_ctx *ctx, uint32_t smss, bool syn_lost);
    /* New data acknowledged outside fast recovery. */
    void (*on_ack)(struct conn_ctx *ctx, uint32_t acked, uint32_t smss, uint32_t now_us);
    /* Recovery begins: sets ssthresh and cwnd. */
    void (*on_loss)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss);
    /* The next three belong to RFC 6582 and are not called when the peer reports by SACK.
     * A duplicate ACK during fast recovery: a segment has left the network. */
    void (*on_dupack)(struct conn_ctx *ctx, uint32_t smss);
    void (*on_partial_ack)(struct conn_ctx *ctx, uint32_t acked, uint32_t smss);
    /* Everything up to `recover` acknowledged; flight is what is left. */
    void (*on_recovered)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss);
    /* is_first: the segment had not been retransmitted by the timer before. */
    void (*on_timeout)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss, bool is_first);
    /* Nothing was sent for longer than one timeout (RFC 5681 4.1). */
    void (*on_idle)(struct conn_ctx *ctx, uint32_t smss);
    /* Times in the private fields become ages, or ages times: the same subtraction both ways. May be
     * null. */
    void (*on_image)(struct conn_ctx *ctx, uint32_t now_us);
};

extern const struct cc_ops cc_newreno;
extern const struct cc_ops cc_cubic;

/* By how much an ACK of `acked` new bytes opens the window in slow start (RFC 3465 2.2, 2.3): by what
 * it acknowledges, up to two segments, so that delayed ACKs do not slow it down; up to one after a
 * timeout, when the ACK may tell of bytes that arrived long before. */
uint32_t cc_slow_start_step(const struct conn_ctx *ctx, uint32_t acked, uint32_t smss);

const struct cc_ops *cc_of(const struct conn_ctx *ctx);

#endif
