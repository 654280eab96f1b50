#include "models/trace/generate/gen_peer_place.h"

#include "models/tcp/seq.h"
#include "models/trace/generate/gen_peer_pvt.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FORGED_AHEAD (UINT32_C(1) << 30)

bool gen_peer_watch(struct gen_peer *peer, uint32_t index)
{
    assert(!peer->copy && index < peer->params.connections);
    peer->copy = calloc(1, sizeof *peer->copy);
    if (peer->copy)
        peer->copy->index = index;
    return peer->copy != NULL;
}

/* True if the client is established and its end has not begun: it may still write and close. */
static bool may_write(const struct gen_conn *conn)
{
    const struct conn_ctx *ctx = &conn->ctx;
    return conn->state == GEN_CONN_LIVE && !(ctx->flags & CTX_FLAG_FIN_SENT) &&
           (ctx->tcp_state == TCP_ESTABLISHED || ctx->tcp_state == TCP_CLOSE_WAIT);
}

static bool place_reset(struct gen_peer *peer, struct gen_conn *conn, uint64_t now_ps)
{
    struct tcp_result result;
    const struct conn_ctx *ctx = &conn->ctx;
    /* In the other states an abort sends no reset (RFC 9293 3.10.5). */
    if (conn->state != GEN_CONN_LIVE || ctx->tcp_state < TCP_ESTABLISHED ||
        ctx->tcp_state > TCP_CLOSE_WAIT)
        return false;
    tcp_on_app_abort(&conn->ctx, &result);
    conn->aborted = true;
    result.closed = false; /* only its own side has ended */
    gen_peer_settle(peer, conn, &result, now_ps);
    if (conn->server_ended)
        gen_peer_end_aborted(peer, conn);
    return true;
}

/* What TCP has not sent yet is withdrawn, so that the FIN can follow at once. */
static bool place_fin(struct gen_peer *peer, struct gen_conn *conn, uint64_t now_ps)
{
    const struct tcp_result nothing = {0};
    struct conn_ctx *ctx = &conn->ctx;
    if (!may_write(conn))
        return false;
    assert(seq_leq(ctx->snd_max, ctx->tx_prod) && seq_geq(ctx->snd_max, conn->tx_una));
    ctx->tx_prod = ctx->snd_max;
    conn->tx_bytes = conn->tx_acked + (uint32_t)(ctx->snd_max - conn->tx_una);
    conn->closes = true;
    gen_peer_settle(peer, conn, &nothing, now_ps);
    return true;
}

static bool place_data(struct gen_peer *peer, struct gen_conn *conn, uint64_t now_ps)
{
    const struct tcp_result nothing = {0};
    if (!may_write(conn) || (conn->ctx.flags & CTX_FLAG_FIN_QUEUED))
        return false;
    conn->tx_bytes += GEN_PLACED_BYTES;
    gen_peer_settle(peer, conn, &nothing, now_ps);
    return true;
}

static bool place_copy(struct gen_peer *peer, const struct gen_conn *conn, uint64_t now_ps)
{
    const struct gen_copy *copy = peer->copy;
    if (!copy || copy->index != conn->index || copy->len == 0)
        return false;
    struct frame *frame = frame_alloc(peer->pool, now_ps);
    if (!frame)
        return false;
    frame->len = copy->len;
    frame->flags = peer->frame_flags;
    frame->conversation = conn->index;
    memcpy(frame->data, copy->data, copy->len);
    peer->stats.frames_sent++;
    frame_sink_accept(&peer->uplink, frame, now_ps);
    return true;
}

/* The client's TCP does not know of the shut window: it answers a probe with the real one. */
static bool place_window(struct gen_peer *peer, struct gen_conn *conn, uint64_t now_ps)
{
    const struct tcp_result nothing = {0};
    const struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    struct conn_ctx *ctx = &conn->ctx;
    struct tcp_tx tx;
    if (conn->state != GEN_CONN_LIVE || ctx->tcp_state < TCP_ESTABLISHED ||
        ctx->tcp_state == TCP_TIME_WAIT)
        return false;
    ctx->flags |= CTX_FLAG_ACK_NOW;
    if (tcp_output(ctx, &peer->params.tcp, now, &tx)) {
        tx.window = 0;
        gen_peer_send(peer, conn, &tx, now_ps);
    }
    gen_peer_settle(peer, conn, &nothing, now_ps);
    return true;
}

/* The client knows nothing of it. Whoever sees neither direction can only guess the numbers. */
static bool place_forged(struct gen_peer *peer, const struct gen_conn *conn, uint64_t now_ps)
{
    const struct conn_ctx *ctx = &conn->ctx;
    const struct tcp_tx tx = {.seq = ctx->snd_nxt + FORGED_AHEAD,
                              .ack = ctx->rcv_nxt + FORGED_AHEAD,
                              .flags = TCP_ACK | TCP_PSH,
                              .window = 1};
    if (conn->state != GEN_CONN_LIVE || ctx->tcp_state < TCP_ESTABLISHED)
        return false;
    gen_peer_send(peer, conn, &tx, now_ps);
    return true;
}

bool gen_peer_place(struct gen_peer *peer, uint32_t index, enum gen_frame kind, uint8_t flags,
                    uint64_t now_ps)
{
    assert(index < peer->params.connections);
    struct gen_conn *conn = &peer->conns[index];
    bool placed = false;
    peer->frame_flags = flags;
    switch (kind) {
    case GEN_FRAME_RST:
        placed = place_reset(peer, conn, now_ps);
        break;
    case GEN_FRAME_FIN:
        placed = place_fin(peer, conn, now_ps);
        break;
    case GEN_FRAME_DATA:
        placed = place_data(peer, conn, now_ps);
        break;
    case GEN_FRAME_DUP:
        placed = place_copy(peer, conn, now_ps);
        break;
    case GEN_FRAME_WINDOW:
        placed = place_window(peer, conn, now_ps);
        break;
    case GEN_FRAME_FORGED:
        placed = place_forged(peer, conn, now_ps);
        break;
    case GEN_FRAME_NONE:
        break;
    }
    peer->frame_flags = 0;
    peer->stats.frames_placed += placed;
    return placed;
}
