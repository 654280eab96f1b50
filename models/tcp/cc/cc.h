/* Congestion control. Each algorithm is one file behind this struct; ctx->cc_alg selects it. */
#ifndef TOESIM_TCP_CC_H
#define TOESIM_TCP_CC_H

#include "models/hwif/conn_ctx.h"

#include <stdbool.h>
#include <stdint.h>

enum cc_alg { CC_NEWRENO = 0, CC_CUBIC = 1, CC_ALG_COUNT };

/* smss: sender maximum segment size; flight: bytes sent and not acknowledged (RFC 5681 2). */
struct cc_ops {
    const char *name;
    /* Called when the connection is established. `syn_lost`: our SYN was lost more than once (RFC 6928 2). */
    void (*on_established)(struct conn_ctx *ctx, uint32_t smss, bool syn_lost);
    /* Called for new data that is acknowledged outside fast recovery. */
    void (*on_ack)(struct conn_ctx *ctx, uint32_t acked, uint32_t smss, uint32_t now_us);
    /* Called when recovery begins; sets ssthresh and cwnd. */
    void (*on_loss)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss);
    /* The next three belong to RFC 6582 and are not called if the peer reports by SACK. on_dupack() is
     * called for a duplicate ACK during fast recovery, which shows that a segment has left the network. */
    void (*on_dupack)(struct conn_ctx *ctx, uint32_t smss);
    void (*on_partial_ack)(struct conn_ctx *ctx, uint32_t acked, uint32_t smss);
    /* Called when everything up to `recover` is acknowledged; `flight` is the number of bytes still in flight. */
    void (*on_recovered)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss);
    /* `is_first`: the timer had not retransmitted the segment before. */
    void (*on_timeout)(struct conn_ctx *ctx, uint32_t flight, uint32_t smss, bool is_first);
    /* Called when nothing was sent for longer than one timeout (RFC 5681 4.1). */
    void (*on_idle)(struct conn_ctx *ctx, uint32_t smss);
    /* Converts times in the private fields to ages, or ages to times; both are the same subtraction. May be null. */
    void (*on_image)(struct conn_ctx *ctx, uint32_t now_us);
};

extern const struct cc_ops cc_newreno;
extern const struct cc_ops cc_cubic;

/* Returns by how much an ACK of `acked` new bytes opens the window in slow start (RFC 3465 2.2, 2.3). It is
 * the number of acknowledged bytes, up to two segments, so that delayed ACKs do not slow the growth. After
 * a timeout the limit is one segment, because the ACK may cover bytes that arrived long before. */
uint32_t cc_slow_start_step(const struct conn_ctx *ctx, uint32_t acked, uint32_t smss);

const struct cc_ops *cc_of(const struct conn_ctx *ctx);

#endif
