#include "models/tcp/tcp_options.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/tcp/input/reassembly.h"
#include "models/tcp/tcp_core.h"
#include "models/tcp/tcp_ecn.h"

#include <assert.h>

enum {
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    OPTION_WS = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TS = 8,
    SACK_BLOCKS_WITH_TS = 3,
    SACK_HEAD_BYTES = 4, /* two NOPs, kind and length */
    SACK_BYTES = 8,
};

static void put8(struct tcp_tx *tx, unsigned value)
{
    assert(tx->options_len < sizeof tx->options);
    tx->options[tx->options_len++] = (uint8_t)value;
}

static void put32(struct tcp_tx *tx, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        put8(tx, value >> shift & 0xff);
}

static void put_timestamps(const struct conn_ctx *ctx, struct tcp_now now, struct tcp_tx *tx)
{
    put8(tx, OPTION_NOP);
    put8(tx, OPTION_NOP);
    put8(tx, OPTION_TS);
    put8(tx, 10);
    put32(tx, now.ms + ctx->ts_offset - 1000 * (unsigned)(PLANTED(tsval_of_port) && ctx->owner));
    uint32_t late = PLANTED(tsecr_of_port) && ctx->owner ? 1000 : 0;
    put32(tx, (tx->flags & TCP_ACK) ? ctx->ts_recent - late : 0); /* RFC 7323 3.2 */
}

/* Returns how many blocks the segment has room for. With data it is only what the payload leaves of the MSS. */
static unsigned sack_blocks(const struct conn_ctx *ctx, enum tcp_options_for kind,
                            const struct tcp_tx *tx)
{
    if (kind == TCP_OPTIONS_RESET || !(ctx->features & CTX_FEATURE_SACK))
        return 0;
    uint32_t blocks_max = (ctx->features & CTX_FEATURE_TS) ? (uint32_t)SACK_BLOCKS_WITH_TS
                                                           : (uint32_t)TCP_SACK_BLOCKS_MAX;
    if (kind == TCP_OPTIONS_DATA) {
        uint32_t bytes = tcp_smss(ctx) - u32_min(tx->len, tcp_smss(ctx));
        blocks_max = u32_min(blocks_max,
                             bytes < SACK_HEAD_BYTES ? 0 : (bytes - SACK_HEAD_BYTES) / SACK_BYTES);
    }
    return u32_min(reassembly_count(ctx), blocks_max);
}

/* RFC 2018 4: the first block contains the segment received last. The others follow in order of their last
 * report, so that each is reported as often as there is room. */
static void put_sack(const struct conn_ctx *ctx, unsigned blocks, struct tcp_tx *tx)
{
    assert(blocks > 0 && blocks <= TCP_SACK_BLOCKS_MAX);
    put8(tx, OPTION_NOP);
    put8(tx, OPTION_NOP);
    put8(tx, OPTION_SACK);
    put8(tx, 2 + 8 * blocks);
    for (unsigned i = 0; i < blocks; i++) {
        unsigned at = reassembly_recent(ctx, i);
        put32(tx, ctx->ooo[2 * at]);
        put32(tx, ctx->ooo[2 * at + 1] + PLANTED(sack_too_much));
    }
}

static void put_syn_options(const struct conn_ctx *ctx, struct tcp_now now, struct tcp_tx *tx)
{
    unsigned set = (tx->flags & TCP_ACK) ? ctx->features : ctx->offered;
    if (ctx->offered & CTX_FEATURE_MSS) {
        put8(tx, OPTION_MSS);
        put8(tx, 4);
        put8(tx, ctx->adv_mss >> 8);
        put8(tx, ctx->adv_mss & 0xff);
    }
    if (set & CTX_FEATURE_SACK) {
        put8(tx, OPTION_NOP);
        put8(tx, OPTION_NOP);
        put8(tx, OPTION_SACK_PERMITTED);
        put8(tx, 2);
    }
    if (set & CTX_FEATURE_TS)
        put_timestamps(ctx, now, tx);
    if (set & CTX_FEATURE_WS) {
        put8(tx, OPTION_NOP);
        put8(tx, OPTION_WS);
        put8(tx, 3);
        put8(tx, ctx->rcv_ws);
    }
}

void tcp_options_write(const struct conn_ctx *ctx, enum tcp_options_for kind, struct tcp_now now,
                       struct tcp_tx *tx)
{
    tx->options_len = 0;
    if (kind == TCP_OPTIONS_SYN) {
        put_syn_options(ctx, now, tx);
        return;
    }
    if (ctx->features & CTX_FEATURE_TS)
        put_timestamps(ctx, now, tx);
    unsigned blocks = sack_blocks(ctx, kind, tx);
    if (blocks > 0)
        put_sack(ctx, blocks, tx);
    assert(tx->options_len % 4 == 0);
}

void tcp_options_negotiate(struct conn_ctx *ctx, const struct tcp_segment *syn,
                           const struct tcp_params *params, struct tcp_now now)
{
    unsigned seen = ((syn->options & TCP_HAS_TS) ? (unsigned)CTX_FEATURE_TS : 0u) |
                    ((syn->options & TCP_HAS_SACK_PERMITTED) ? (unsigned)CTX_FEATURE_SACK : 0u) |
                    ((syn->options & TCP_HAS_WS) ? (unsigned)CTX_FEATURE_WS : 0u);
    ctx->features = (uint8_t)(ctx->offered & seen);
    tcp_ecn_negotiate(ctx, syn);
    if (ctx->features & CTX_FEATURE_WS)
        ctx->snd_ws = syn->ws;
    else
        ctx->snd_ws = ctx->rcv_ws = 0;
    uint16_t mss = ctx->ip_version == 6 ? TCP_MSS_DEFAULT_V6 : TCP_MSS_DEFAULT_V4;
    if (syn->options & TCP_HAS_MSS)
        mss = syn->mss;
    if (mss > tcp_mss_max(ctx, params))
        mss = tcp_mss_max(ctx, params);
    /* The application's own limit holds in both directions, as with TCP_MAXSEG. */
    if (mss > ctx->adv_mss)
        mss = ctx->adv_mss;
    ctx->mss = mss < TCP_MSS_MIN ? TCP_MSS_MIN : mss;
    assert(tcp_smss(ctx) > 0);
    if (ctx->features & CTX_FEATURE_TS) {
        ctx->ts_recent = syn->tsval;
        ctx->ts_recent_age = now.ms;
        ctx->flags |= CTX_FLAG_TIMESTAMP_OK;
    }
}

bool tcp_timestamp_check(struct conn_ctx *ctx, const struct tcp_segment *seg,
                         const struct tcp_params *params, struct tcp_now now,
                         struct tcp_result *result)
{
    (void)params;
    if (!(ctx->features & CTX_FEATURE_TS) || (seg->flags & TCP_RST))
        return true;
    if (!(seg->options & TCP_HAS_TS)) {
        tcp_drop(result, DROP_TCP_NO_TIMESTAMP); /* RFC 7323 3.2: dropped silently */
        return false;
    }
    if (!(ctx->flags & CTX_FLAG_TIMESTAMP_OK) || !seq_lt(seg->tsval, ctx->ts_recent))
        return true;
    if (now.ms - ctx->ts_recent_age > TCP_PAWS_IDLE_MS)
        return true;                /* RFC 7323 5.5 */
    ctx->flags |= CTX_FLAG_ACK_NOW; /* RFC 7323 5.3 R1 */
    tcp_drop(result, DROP_TCP_PAWS);
    return false;
}
