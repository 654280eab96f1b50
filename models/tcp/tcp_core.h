/* Declarations shared by the files of models/tcp. Other folders use tcp.h. */
#ifndef TOESIM_TCP_TCP_CORE_H
#define TOESIM_TCP_TCP_CORE_H

#include "models/tcp/seq.h"
#include "models/tcp/tcp.h"

enum {
    TCP_TS_OPTION_BYTES = 12, /* two NOPs and the option */
    TCP_MSS_DEFAULT_V4 = 536, /* RFC 9293 MUST-15 */
    TCP_MSS_DEFAULT_V6 = 1220,
    TCP_MSS_MIN = 48,                     /* a smaller MSS would leave no room beside the options */
    TCP_RTO_AFTER_SYN_US = 3000000,       /* RFC 6298 5.7 */
    TCP_PAWS_IDLE_MS = 24 * 86400 * 1000, /* RFC 7323 5.5: TS.Recent is void after 24 days */
};

/* The part of a segment that lies in the window: payload [seq, seq + len), found `skip` bytes into
 * the segment's payload, and its FIN. */
struct tcp_span {
    uint32_t seq;
    uint32_t skip;
    uint32_t len;
    bool fin;
};

/* Returns the sender maximum segment size without the timestamp option (RFC 6691). */
static inline uint32_t tcp_smss(const struct conn_ctx *ctx)
{
    return ctx->mss - ((ctx->features & CTX_FEATURE_TS) ? (uint32_t)TCP_TS_OPTION_BYTES : 0);
}

/* Returns the largest MSS of this connection. The IPv6 header is 20 bytes longer than that of IPv4. */
static inline uint16_t tcp_mss_max(const struct conn_ctx *ctx, const struct tcp_params *params)
{
    return (uint16_t)(params->mss_max - (ctx->ip_version == 6 ? 20 : 0));
}

/* Returns the right edge of accepted data: the highest ever advertised (RFC 7323 2.4, first MUST). */
static inline uint32_t tcp_rcv_edge(const struct conn_ctx *ctx)
{
    return seq_max(ctx->rcv_adv, ctx->rcv_nxt);
}

/* The context is consistent, as tcp_is_sane() defines it: what the core asserts at its entries and exits. A build with
 * planted bugs (models/base/planted.h) damages contexts on purpose and leaves it to the online checkers to notice. */
static inline bool ctx_is_sane(const struct conn_ctx *ctx)
{
#ifdef TOESIM_PLANTED_BUGS
    (void)ctx;
    return true;
#else
    return tcp_is_sane(ctx);
#endif
}

static inline bool tcp_has_ooo(const struct conn_ctx *ctx) { return ctx->ooo[0] != ctx->ooo[1]; }

/* Returns true if a FIN is queued and snd_nxt has not passed it. */
static inline bool tcp_fin_is_due(const struct conn_ctx *ctx)
{
    return (ctx->flags & CTX_FLAG_FIN_QUEUED) && seq_leq(ctx->snd_nxt, ctx->tx_prod);
}

/* Returns the number of data bytes to send or resend: [snd_nxt, tx_prod). */
static inline uint32_t tcp_unsent(const struct conn_ctx *ctx)
{
    return seq_lt(ctx->snd_nxt, ctx->tx_prod) ? ctx->tx_prod - ctx->snd_nxt : 0;
}

static inline uint32_t tcp_segment_window(const struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    return (seg->flags & TCP_SYN) ? seg->window : (uint32_t)seg->window << ctx->snd_ws;
}

/* Returns true in fast recovery that follows the peer's reports (RFC 6675) instead of counting ACKs (RFC 6582). */
static inline bool tcp_recovers_by_sack(const struct conn_ctx *ctx)
{
    return ctx->recovery == CTX_RECOVERY_FAST && !(ctx->flags & CTX_FLAG_BLIND_RECOVERY);
}

static inline void tcp_drop(struct tcp_result *result, enum drop_reason reason)
{
    result->verdict = NIC_VERDICT_DROPPED;
    result->reason = (uint16_t)reason;
}

/* For a segment with data, tx->len is the length of the data. */
enum tcp_options_for { TCP_OPTIONS_SYN, TCP_OPTIONS_DATA, TCP_OPTIONS_ACK, TCP_OPTIONS_RESET };

/* RFC 7323 4.3 (2): TS.Recent follows segments that start at or before Last.ACK.sent. */
static inline void tcp_timestamp_update(struct conn_ctx *ctx, const struct tcp_segment *seg,
                                        struct tcp_now now)
{
    if ((ctx->features & CTX_FEATURE_TS) && (seg->options & TCP_HAS_TS) &&
        seq_leq(seg->seq, ctx->last_ack_sent)) {
        ctx->ts_recent = seg->tsval;
        ctx->ts_recent_age = now.ms;
        ctx->flags |= CTX_FLAG_TIMESTAMP_OK;
    }
}

#endif
