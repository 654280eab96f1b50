#include "models/trace/generate/gen_peer_conn.h"

#include "models/tcp/seq.h"
#include "models/trace/generate/gen_peer_pattern.h"

#include <assert.h>
#include <string.h>

enum { COMPARE_BYTES = 512, WINDOW_FIELD_MAX = 65535 };

/* The application never gives TCP more than this at once, so that sequence numbers stay comparable. */
#define TX_AHEAD_MAX (UINT64_C(1) << 30)

static uint8_t log2_of(uint32_t power)
{
    uint8_t log2 = 0;
    while (power >> log2 > 1)
        log2++;
    return log2;
}

void gen_conn_open(struct gen_conn *conn, const struct gen_params *params, uint32_t iss,
                   uint32_t ts_offset, struct tcp_now now)
{
    struct conn_ctx *ctx = &conn->ctx;
    assert((params->ring_bytes & (params->ring_bytes - 1)) == 0);
    ctx->conn_id = conn->index;
    ctx->ip_version = params->ip_version;
    ctx->offered = CTX_FEATURE_TS | CTX_FEATURE_SACK | CTX_FEATURE_WS | CTX_FEATURE_MSS;
    ctx->rx_ring_log2 = log2_of(params->ring_bytes);
    ctx->tx_ring_log2 = ctx->rx_ring_log2;
    ctx->rcv_ws = 0;
    while (params->ring_bytes >> ctx->rcv_ws > WINDOW_FIELD_MAX && ctx->rcv_ws < TCP_WS_MAX)
        ctx->rcv_ws++;
    ctx->mss = 0; /* the largest the port takes */
    ctx->ts_offset = ts_offset;
    ctx->flags = 0;
    tcp_open_active(ctx, iss, &params->tcp, now);
    conn->tx_una = iss + 1;
    conn->state = GEN_CONN_LIVE;
}

static bool is_pattern(uint32_t index, uint64_t offset, const uint8_t *bytes, uint32_t len)
{
    uint8_t expected[COMPARE_BYTES];
    while (len > 0) {
        uint32_t n = len < COMPARE_BYTES ? len : COMPARE_BYTES;
        gen_pattern_fill(index, offset, expected, n);
        if (memcmp(bytes, expected, n) != 0)
            return false;
        bytes += n;
        offset += n;
        len -= n;
    }
    return true;
}

/* Compares payload at its place in the stream. rx_bytes and rx_nxt still have their values from before this segment. */
static void check_payload(struct gen_conn *conn, const struct tcp_segment *seg,
                          const struct tcp_result *result)
{
    uint64_t offset = conn->rx_bytes + (uint32_t)(result->payload_seq - conn->rx_nxt);
    if (offset + result->payload_len > conn->rx_expected ||
        !is_pattern(conn->index, offset, seg->payload + result->payload_skip, result->payload_len))
        conn->damaged = true;
}

static void book_progress(struct gen_conn *conn, uint64_t now_ps)
{
    const struct conn_ctx *ctx = &conn->ctx;
    uint32_t rx_end = ctx->rcv_nxt - ((ctx->flags & CTX_FLAG_PEER_FIN) != 0);
    uint32_t tx_end = seq_min(ctx->snd_una, ctx->tx_prod); /* snd_una may cover our FIN */
    if (rx_end != conn->rx_nxt || seq_gt(tx_end, conn->tx_una))
        conn->progress_ps = now_ps;
    conn->rx_bytes += (uint32_t)(rx_end - conn->rx_nxt);
    conn->rx_nxt = rx_end;
    if (seq_gt(tx_end, conn->tx_una)) {
        conn->tx_acked += (uint32_t)(tx_end - conn->tx_una);
        conn->tx_una = tx_end;
    }
}

void gen_conn_on_result(struct gen_conn *conn, const struct gen_params *params,
                        const struct tcp_segment *seg, const struct tcp_result *result,
                        uint64_t now_ps)
{
    if (result->established) {
        conn->rx_nxt = conn->ctx.rx_consumed;
        conn->established_ps = conn->progress_ps = now_ps;
        if (conn->requests)
            gen_requests_start(conn->requests, &params->requests, params->seed, conn->index,
                               now_ps);
    }
    if (result->payload_len > 0)
        check_payload(conn, seg, result);
    conn->peer_fin |= result->peer_fin;
    if (conn->established_ps)
        book_progress(conn, now_ps);
    if (conn->established_ps && conn->requests)
        gen_requests_on_bytes(conn->requests, &params->requests, conn->rx_bytes, now_ps);
}

static bool wants_close(const struct gen_conn *conn, const struct gen_params *params,
                        uint64_t now_ps)
{
    if (conn->peer_fin || conn->closes)
        return true;
    switch (params->direction) {
    case GEN_UPLOAD:
    case GEN_BOTH:
        return true;
    case GEN_IDLE:
        return conn->rx_bytes >= conn->rx_expected &&
               now_ps >= conn->established_ps + params->hold_ps;
    case GEN_REQUESTS:
        return conn->rx_bytes >= conn->rx_expected;
    case GEN_DOWNLOAD:
        return false; /* the server closes first */
    }
    return false;
}

/* Returns how many bytes the application has written by now. A client that closes early writes the rest at once. */
static uint64_t written(const struct gen_conn *conn, const struct gen_params *params,
                        uint64_t now_ps)
{
    bool paced = conn->requests && !conn->closes && !conn->peer_fin;
    return paced ? gen_requests_due_bytes(conn->requests, &params->requests, now_ps)
                 : conn->tx_bytes;
}

void gen_conn_run_app(struct gen_conn *conn, const struct gen_params *params, uint64_t now_ps)
{
    struct conn_ctx *ctx = &conn->ctx;
    if (ctx->tcp_state < TCP_ESTABLISHED)
        return;
    tcp_on_app_read(ctx, ctx->rcv_nxt, &params->tcp);
    uint64_t left = written(conn, params, now_ps) - conn->tx_acked;
    uint64_t offered = u64_min(left, TX_AHEAD_MAX);
    tcp_on_app_write(ctx, conn->tx_una + (uint32_t)offered);
    if (offered == left && !(ctx->flags & CTX_FLAG_FIN_QUEUED) &&
        wants_close(conn, params, now_ps)) {
        tcp_on_app_close(ctx, conn->tx_una + (uint32_t)left);
        conn->progress_ps = now_ps;
    }
}

void gen_conn_fill(const struct gen_conn *conn, const struct tcp_tx *tx, uint8_t *bytes)
{
    /* A retransmission starts at snd_una or later, and tx_una follows snd_una. */
    assert(seq_geq(tx->seq, conn->tx_una));
    gen_pattern_fill(conn->index, conn->tx_acked + (uint32_t)(tx->seq - conn->tx_una), bytes,
                     tx->len);
}

uint64_t gen_conn_app_ps(const struct gen_conn *conn, const struct gen_params *params)
{
    if (!conn->established_ps || conn->aborted || (conn->ctx.flags & CTX_FLAG_FIN_QUEUED))
        return TIME_NEVER;
    if (conn->requests)
        return gen_requests_next_ps(conn->requests, &params->requests);
    if (params->direction != GEN_IDLE || conn->rx_bytes < conn->rx_expected)
        return TIME_NEVER;
    return conn->established_ps + params->hold_ps;
}

bool gen_conn_check_server(struct gen_conn *conn, uint64_t offset, const uint8_t *bytes,
                           uint32_t len)
{
    bool ok = offset == conn->server_bytes && offset + len <= conn->tx_bytes &&
              is_pattern(conn->index, offset, bytes, len);
    conn->server_bytes = offset + len;
    return ok;
}

bool gen_conn_is_complete(const struct gen_conn *conn)
{
    if (conn->aborted)
        return !conn->damaged;
    return !conn->damaged && conn->rx_bytes == conn->rx_expected &&
           conn->tx_acked == conn->tx_bytes && conn->server_bytes == conn->tx_bytes;
}
