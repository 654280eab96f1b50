#include "models/tcp/input/tcp_data.h"

#include "models/base/planted.h"
#include "models/tcp/input/reassembly.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_state_pvt.h"
#include "models/tcp/tcp_timer_pvt.h"

#include <assert.h>

enum { DELACK_SEGMENTS = 2 };

/* RFC 9293 3.8.6.3: acknowledges every second segment at once, and others when the timer expires. */
static void owe_delayed_ack(struct conn_ctx *ctx, const struct tcp_params *params,
                            struct tcp_now now)
{
    if (++ctx->delack_segs >= (PLANTED(ack_every_60th) ? 60 : DELACK_SEGMENTS)) {
        ctx->flags |= CTX_FLAG_ACK_NOW;
    } else if (!(ctx->timers & CTX_TIMER_DELACK)) {
        ctx->timers |= CTX_TIMER_DELACK;
        ctx->delack_deadline = now.us + (PLANTED(ack_delayed_long) ? 2000000 : params->delack_us);
    }
}

void tcp_data_in_order(struct conn_ctx *ctx, uint32_t len, const struct tcp_params *params,
                       struct tcp_now now)
{
    assert(len > 0);
    assert(seq_leq(ctx->rcv_nxt + len, tcp_rcv_edge(ctx)));
    ctx->rcv_nxt += len;
    if (tcp_has_ooo(ctx)) {
        reassembly_advance(ctx);
        ctx->flags |= CTX_FLAG_ACK_NOW; /* RFC 5681 4.2: it filled all or part of a gap */
    } else {
        owe_delayed_ack(ctx, params, now);
    }
    /* A peer that still sends data restarts the FIN_WAIT_2 timer. */
    if (ctx->tcp_state == TCP_FIN_WAIT_2 && (ctx->timers & CTX_TIMER_WAIT))
        tcp_timer_start_wait(ctx, params->fin_wait_2_us, now);
}

/* Remembers a FIN beyond a hole, so that the peer need not resend it. */
static void keep_fin(struct conn_ctx *ctx, const struct tcp_span *span)
{
    if (!span->fin)
        return;
    assert(!(ctx->flags & CTX_FLAG_PEER_FIN));
    ctx->fin_seq = span->seq + span->len;
    ctx->flags |= CTX_FLAG_OOO_FIN;
}

static void receive_beyond_hole(struct conn_ctx *ctx, const struct tcp_span *span,
                                struct tcp_result *result)
{
    assert(seq_gt(span->seq, ctx->rcv_nxt));
    ctx->flags |= CTX_FLAG_ACK_NOW; /* RFC 5681 4.2: a duplicate ACK at once */
    if (span->len == 0) {
        keep_fin(ctx, span);
        return;
    }
    enum reassembly_outcome outcome = reassembly_insert(ctx, span->seq, span->seq + span->len);
    if (outcome == REASSEMBLY_FULL) {
        tcp_drop(result, DROP_TCP_OOO_FULL);
        return;
    }
    keep_fin(ctx, span);
    if (outcome == REASSEMBLY_KNOWN) {
        if (!span->fin)
            tcp_drop(result, DROP_TCP_OLD);
        return;
    }
    result->payload_seq = span->seq;
    result->payload_skip = span->skip;
    result->payload_len = span->len;
}

void tcp_data_receive(struct conn_ctx *ctx, const struct tcp_span *span,
                      const struct tcp_params *params, struct tcp_now now,
                      struct tcp_result *result)
{
    assert(seq_geq(span->seq, ctx->rcv_nxt));
    assert(span->len == 0 || seq_leq(span->seq + span->len, tcp_rcv_edge(ctx)));
    if (ctx->flags & CTX_FLAG_PEER_FIN) {
        ctx->flags |= CTX_FLAG_ACK_NOW;
        tcp_drop(result, DROP_TCP_AFTER_CLOSE); /* RFC 9293: nothing may follow a FIN */
        return;
    }
    if (span->seq != ctx->rcv_nxt) {
        receive_beyond_hole(ctx, span, result);
        return;
    }
    if (span->len > 0) {
        result->payload_seq = span->seq;
        result->payload_skip = span->skip;
        result->payload_len = span->len;
        tcp_data_in_order(ctx, span->len, params, now);
    }
    bool fin_here = span->fin && ctx->rcv_nxt == span->seq + span->len;
    bool fin_kept = (ctx->flags & CTX_FLAG_OOO_FIN) && ctx->rcv_nxt == ctx->fin_seq;
    if (fin_here || fin_kept)
        tcp_on_peer_fin(ctx, params, now, result);
}
