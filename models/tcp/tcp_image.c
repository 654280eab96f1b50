#include "models/tcp/tcp_image.h"

#include "models/base/planted.h"
#include "models/base/units.h"
#include "models/tcp/cc/cc.h"
#include "models/tcp/input/reassembly.h"
#include "models/tcp/sack.h"
#include "models/tcp/tcp_core.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

enum { US_PER_MS = 1000 };

static uint32_t image_crc(const struct conn_ctx *image)
{
    struct conn_ctx copy = *image;
    copy.crc = 0;
    return (uint32_t)crc32(0, (const unsigned char *)&copy, CTX_BYTES);
}

void tcp_image_seal(struct conn_ctx *image) { image->crc = image_crc(image); }

bool tcp_image_check(const struct conn_ctx *image)
{
    return image->version == CTX_VERSION && image->cc_alg < CC_ALG_COUNT &&
           image->crc == image_crc(image);
}

static uint32_t remaining(bool runs, uint32_t deadline, uint32_t now)
{
    return runs && seq_gt(deadline, now) ? deadline - now : 0;
}

static uint32_t absolute(bool runs, uint32_t left, uint32_t now) { return runs ? now + left : 0; }

void tcp_image_from_live(struct conn_ctx *ctx, struct tcp_now now)
{
    assert(ctx_is_sane(ctx));
    unsigned t = ctx->timers;
    ctx->rexmt_deadline =
        remaining(t & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST), ctx->rexmt_deadline, now.us);
    ctx->delack_deadline = remaining(t & CTX_TIMER_DELACK, ctx->delack_deadline, now.us);
    ctx->wait_deadline = remaining(t & CTX_TIMER_WAIT, ctx->wait_deadline, now.us);
    ctx->keepalive_deadline = remaining(t & CTX_TIMER_KEEPALIVE, ctx->keepalive_deadline, now.ms);
    ctx->ts_recent_age = now.ms - ctx->ts_recent_age;
    ctx->challenge_start = (uint16_t)((now.ms >> 6) - ctx->challenge_start);
    ctx->last_send = now.us - ctx->last_send;
    ctx->rtt_start = now.us - ctx->rtt_start;
    if (cc_of(ctx)->on_image)
        cc_of(ctx)->on_image(ctx, now.us);
    if (PLANTED(snd_max_lost))
        ctx->snd_max = ctx->snd_una - 1;
    if (PLANTED(sent_before_forgotten))
        ctx->snd_max = ctx->snd_nxt;
    tcp_image_seal(ctx);
}

/* Bugs planted for the checker of moves. They are not in the product. */
static void plant_losses(struct conn_ctx *ctx, struct tcp_now now)
{
    (void)ctx;
    (void)now;
    if (PLANTED(srtt_lost))
        ctx->srtt = 0;
    if (PLANTED(rttvar_lost))
        ctx->rttvar = 0;
    if (PLANTED(cwnd_lost))
        ctx->cwnd = ctx->mss;
    if (PLANTED(ssthresh_lost))
        ctx->ssthresh = UINT32_MAX;
    if (PLANTED(rexmt_timer_lost))
        ctx->timers &= (uint8_t)~CTX_TIMER_REXMT;
    if (PLANTED(rexmt_timer_late))
        ctx->rexmt_deadline += 1000000;
    if (PLANTED(rexmt_timer_due))
        ctx->rexmt_deadline = now.us - 1000;
    if (PLANTED(delack_lost))
        ctx->timers &= (uint8_t)~CTX_TIMER_DELACK;
    if (PLANTED(delack_count_lost))
        ctx->delack_segs = 0;
    if (PLANTED(persist_count_lost))
        ctx->persist_count = 0;
    if (PLANTED(rcv_adv_lost))
        ctx->rcv_adv = ctx->rcv_nxt;
    if (PLANTED(ts_offset_ahead))
        ctx->ts_offset += 100000;
    if (PLANTED(ts_recent_lost))
        ctx->ts_recent = 0;
    if (PLANTED(ts_recent_young))
        ctx->ts_recent_age = now.ms + 1000;
    if (PLANTED(ooo_lost))
        memset(ctx->ooo, 0, sizeof ctx->ooo);
    if (PLANTED(scoreboard_lost))
        memset(ctx->sacked, 0, sizeof ctx->sacked);
    if (PLANTED(recovery_lost))
        ctx->recovery = CTX_RECOVERY_NONE;
    if (PLANTED(dupacks_lost))
        ctx->dupacks = 0;
    if (PLANTED(last_send_lost))
        ctx->last_send = now.us + 5;
    if (PLANTED(max_window_lost))
        ctx->max_snd_wnd = 0;
    if (PLANTED(fin_flag_lost))
        ctx->flags &= ~(uint32_t)(CTX_FLAG_FIN_QUEUED | CTX_FLAG_FIN_SENT);
    if (PLANTED(keepalive_count_lost))
        ctx->keepalive_count = 0;
    if (PLANTED(rto_backoff_lost))
        ctx->rto_backoff = 0;
    if (PLANTED(scale_lost))
        ctx->snd_ws = 0;
}

void tcp_live_from_image(struct conn_ctx *ctx, struct tcp_now now)
{
    unsigned t = ctx->timers;
    ctx->rexmt_deadline =
        absolute(t & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST), ctx->rexmt_deadline, now.us);
    ctx->delack_deadline = absolute(t & CTX_TIMER_DELACK, ctx->delack_deadline, now.us);
    ctx->wait_deadline = absolute(t & CTX_TIMER_WAIT, ctx->wait_deadline, now.us);
    ctx->keepalive_deadline = absolute(t & CTX_TIMER_KEEPALIVE, ctx->keepalive_deadline, now.ms);
    ctx->ts_recent_age = now.ms - ctx->ts_recent_age;
    ctx->challenge_start = (uint16_t)((now.ms >> 6) - ctx->challenge_start);
    ctx->last_send = now.us - ctx->last_send;
    ctx->rtt_start = now.us - ctx->rtt_start;
    if (cc_of(ctx)->on_image)
        cc_of(ctx)->on_image(ctx, now.us);
    plant_losses(ctx, now);
    assert(ctx_is_sane(ctx));
}

uint64_t tcp_image_left_us(const struct conn_ctx *image)
{
    uint64_t left = UINT64_MAX;
    if (image->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST))
        left = u64_min(left, image->rexmt_deadline);
    if (image->timers & CTX_TIMER_DELACK)
        left = u64_min(left, image->delack_deadline);
    if (image->timers & CTX_TIMER_WAIT)
        left = u64_min(left, image->wait_deadline);
    if (image->timers & CTX_TIMER_KEEPALIVE)
        left = u64_min(left, image->keepalive_deadline * (uint64_t)US_PER_MS);
    return left;
}

static void shrink(uint32_t *left, uint64_t passed) { *left -= (uint32_t)u64_min(*left, passed); }

static void grow(uint32_t *age, uint64_t passed)
{
    *age = (uint32_t)u64_min(*age + passed, INT32_MAX);
}

void tcp_image_age(struct conn_ctx *image, uint64_t us)
{
    const uint64_t ms = us / US_PER_MS, tick_ms = 64;
    shrink(&image->rexmt_deadline, us);
    shrink(&image->delack_deadline, us);
    shrink(&image->wait_deadline, us);
    shrink(&image->keepalive_deadline, ms);
    grow(&image->ts_recent_age, ms);
    grow(&image->last_send, us);
    grow(&image->rtt_start, us);
    image->challenge_start = (uint16_t)u64_min(image->challenge_start + ms / tick_ms, INT16_MAX);
    if (cc_of(image)->on_image) {
        /* Converts the age to a time relative to 0, and then to an age that is `us` larger. */
        cc_of(image)->on_image(image, 0);
        cc_of(image)->on_image(image, (uint32_t)u64_min(us, INT32_MAX));
    }
}

bool tcp_is_sane(const struct conn_ctx *ctx)
{
    bool sane = ctx->version == CTX_VERSION && ctx->tcp_state <= TCP_TIME_WAIT;
    /* I-SND */
    sane &= seq_leq(ctx->snd_una, ctx->snd_nxt) && seq_leq(ctx->snd_nxt, ctx->snd_max);
    sane &= seq_leq(ctx->snd_max, ctx->tx_prod + 1);
    sane &= !(ctx->flags & CTX_FLAG_FIN_SENT) || (ctx->flags & CTX_FLAG_FIN_QUEUED);
    sane &= (ctx->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST)) !=
            (CTX_TIMER_REXMT | CTX_TIMER_PERSIST);
    if (ctx->tcp_state < TCP_SYN_RCVD)
        return sane;
    sane &= seq_leq(ctx->rx_consumed, ctx->rcv_nxt);
    /* The peer was never allowed to send beyond the ring (plus one for the FIN). */
    sane &= seq_leq(tcp_rcv_edge(ctx), ctx->rx_consumed + (UINT32_C(1) << ctx->rx_ring_log2) + 1);
    sane &= seq_leq(ctx->last_ack_sent, ctx->rcv_nxt);
    sane &= reassembly_is_sane(ctx) && sack_is_sane(ctx);
    if (ctx->tcp_state >= TCP_ESTABLISHED) {
        sane &= ctx->cwnd > 0 && ctx->mss > TCP_TS_OPTION_BYTES;
        /* Data in flight is timed. If snd_nxt = snd_una, tcp_output() sends or starts a timer. */
        if (ctx->snd_una != ctx->snd_nxt && ctx->tcp_state != TCP_TIME_WAIT)
            sane &= (ctx->timers & (CTX_TIMER_REXMT | CTX_TIMER_PERSIST)) != 0;
    }
    return sane;
}
