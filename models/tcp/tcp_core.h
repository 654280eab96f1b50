/* What the files of models/tcp share. Nobody outside includes it: the interface is tcp.h. */
#ifndef TOESIM_TCP_TCP_CORE_H
#define TOESIM_TCP_TCP_CORE_H

#include "models/tcp/seq.h"
#include "models/tcp/tcp.h"

enum {
    TCP_TS_OPTION_BYTES = 12, /* two NOPs and the option */
    TCP_MSS_DEFAULT_V4 = 536, /* RFC 9293 MUST-15 */
    TCP_MSS_DEFAULT_V6 = 1220,
    TCP_MSS_MIN = 48,               /* a smaller announcement would leave no room beside options */
    TCP_RTO_AFTER_SYN_US = 3000000, /* RFC 6298 5.7 */
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

/* Sender maximum segment size, timestamp option deducted (RFC 6691). */
static inline uint32_t tcp_smss(const struct conn_ctx *ctx)
{
    return ctx->mss - ((ctx->features & CTX_FEATURE_TS) ? (uint32_t)TCP_TS_OPTION_BYTES : 0);
}

/* Largest MSS of this connection: the IPv6 header is 20 bytes longer than that of IPv4. */
static inline uint16_t tcp_mss_max(const struct conn_ctx *ctx, const struct tcp_params *params)
{
    return (uint16_t)(params->mss_max - (ctx->ip_version == 6 ? 20 : 0));
}

/* Right edge of what is accepted: the highest ever advertised (RFC 7323 2.4, first MUST). */
static inline uint32_t tcp_rcv_edge(const struct conn_ctx *ctx)
{
    return seq_max(ctx->rcv_adv, ctx->rcv_nxt);
}

static inline bool tcp_has_ooo(const struct conn_ctx *ctx) { return ctx->ooo[0] != ctx->ooo[1]; }

/* A FIN is queued and snd_nxt has not passed it. */
static inline bool tcp_fin_is_due(const struct conn_ctx *ctx)
{
    return (ctx->flags & CTX_FLAG_FIN_QUEUED) && seq_leq(ctx->snd_nxt, ctx->tx_prod);
}

/* Data bytes not sent yet, or to be sent again: [snd_nxt, tx_prod). */
static inline uint32_t tcp_unsent(const struct conn_ctx *ctx)
{
    return seq_lt(ctx->snd_nxt, ctx->tx_prod) ? ctx->tx_prod - ctx->snd_nxt : 0;
}

static inline uint32_t tcp_segment_window(const struct conn_ctx *ctx, const struct tcp_segment *seg)
{
    return (seg->flags & TCP_SYN) ? seg->window : (uint32_t)seg->window << ctx->snd_ws;
}

/* Fast recovery that follows the peer's reports (RFC 6675) instead of counting ACKs (RFC 6582). */
static inline bool tcp_recovers_by_sack(const struct conn_ctx *ctx)
{
    return ctx->recovery == CTX_RECOVERY_FAST && !(ctx->flags & CTX_FLAG_BLIND_RECOVERY);
}

static inline void tcp_drop(struct tcp_result *result, enum drop_reason reason)
{
    result->verdict = NIC_VERDICT_DROPPED;
    result->reason = (uint16_t)reason;
}

/* tcp_synchronize.c: the three states before synchronisation. */
void tcp_input_listen(struct conn_ctx *ctx, const struct tcp_segment *seg,
                      const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result);
void tcp_input_syn_sent(struct conn_ctx *ctx, const struct tcp_segment *seg,
                        const struct tcp_params *params, struct tcp_now now,
                        struct tcp_result *result);
/* The SYN bit in SYN_RCVD; true: go on with the segment, SYN taken off. */
bool tcp_syn_rcvd_on_syn(struct conn_ctx *ctx, struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);
/* The ACK that ends SYN_RCVD; false: the segment was dropped. */
bool tcp_syn_rcvd_on_ack(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);

/* tcp_ack.c: the ACK field in synchronised states; false: the segment was dropped. */
bool tcp_ack_process(struct conn_ctx *ctx, const struct tcp_segment *seg,
                     const struct tcp_params *params, struct tcp_now now,
                     struct tcp_result *result);
/* The cumulative acknowledgment moved forward: snd_una < seg->ack <= snd_max. */
void tcp_ack_advance(struct conn_ctx *ctx, const struct tcp_segment *seg,
                     const struct tcp_params *params, struct tcp_now now,
                     struct tcp_result *result);
void tcp_ack_sample_rtt(struct conn_ctx *ctx, const struct tcp_segment *seg,
                        const struct tcp_params *params, struct tcp_now now);
void tcp_ack_update_window(struct conn_ctx *ctx, const struct tcp_segment *seg);

/* tcp_data.c: payload and FIN that lie in the window. */
void tcp_data_receive(struct conn_ctx *ctx, const struct tcp_span *span,
                      const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result);
void tcp_data_in_order(struct conn_ctx *ctx, uint32_t len, const struct tcp_params *params,
                       struct tcp_now now);

/* tcp_reset.c: resets, and challenge ACKs instead of them (RFC 5961). */
void tcp_reset_receive(struct conn_ctx *ctx, const struct tcp_segment *seg,
                       const struct tcp_params *params, struct tcp_now now,
                       struct tcp_result *result);
/* Owes an ACK unless the connection's or the place's allowance is used up (RFC 5961 10). */
void tcp_challenge(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now);

/* tcp_state.c */
void tcp_close_orderly(struct conn_ctx *ctx, struct tcp_result *result);
void tcp_terminate(struct conn_ctx *ctx, enum nic_term_cause cause, struct tcp_result *result);
void tcp_enter_time_wait(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);
void tcp_on_fin_sent(struct conn_ctx *ctx);
void tcp_on_fin_acked(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result);
void tcp_on_peer_fin(struct conn_ctx *ctx, const struct tcp_params *params, struct tcp_now now,
                     struct tcp_result *result);
void tcp_input_time_wait(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);

/* tcp_timer.c */
void tcp_timer_start_rexmt(struct conn_ctx *ctx, const struct tcp_params *params,
                           struct tcp_now now);
void tcp_timer_start_persist(struct conn_ctx *ctx, const struct tcp_params *params,
                             struct tcp_now now);
void tcp_timer_start_wait(struct conn_ctx *ctx, uint32_t us, struct tcp_now now);
void tcp_timer_restart_keepalive(struct conn_ctx *ctx, const struct tcp_params *params,
                                 struct tcp_now now);

/* tcp_options.c */
/* Of a segment with data, tx->len says how much. */
enum tcp_options_for { TCP_OPTIONS_SYN, TCP_OPTIONS_DATA, TCP_OPTIONS_ACK, TCP_OPTIONS_RESET };
void tcp_options_write(const struct conn_ctx *ctx, enum tcp_options_for kind, struct tcp_now now,
                       struct tcp_tx *tx);
/* features = offered and seen in the peer's SYN; scales, MSS, TS.Recent. */
void tcp_options_negotiate(struct conn_ctx *ctx, const struct tcp_segment *syn,
                           const struct tcp_params *params, struct tcp_now now);
/* False: dropped by RFC 7323 (option missing, or PAWS). */
bool tcp_timestamp_check(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result);

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

/* tcp_ecn.c */
bool tcp_ecn_is_signalled(const struct conn_ctx *ctx, const struct tcp_segment *seg);
void tcp_ecn_negotiate(struct conn_ctx *ctx, const struct tcp_segment *syn);
uint16_t tcp_ecn_syn_flags(const struct conn_ctx *ctx, bool is_syn_ack);
void tcp_ecn_receive(struct conn_ctx *ctx, const struct tcp_segment *seg);
void tcp_ecn_mark(struct conn_ctx *ctx, bool is_new_data, struct tcp_tx *tx);

/* window.c: the receive window. */
/* Window field of a segment sent now; moves rcv_adv forward. */
uint16_t window_advertise(struct conn_ctx *ctx, bool is_syn);
/* The application has read enough for a window update of its own. */
bool window_update_is_due(const struct conn_ctx *ctx);

#endif
