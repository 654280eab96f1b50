#include "models/tcp/test/tcp_one.h"

#include <criterion/criterion.h>
#include <string.h>

void one_listen(struct tcp_one *one, uint8_t offered)
{
    memset(one, 0, sizeof *one);
    tcp_params_default(&one->params);
    one->now = (struct tcp_now){0xfffff000u, 7000}; /* the ticks wrap during each test */
    one->ctx.ip_version = 4;
    one->ctx.offered = offered;
    one->ctx.mss = ONE_MSS;
    one->ctx.rx_ring_log2 = one->ctx.tx_ring_log2 = 16;
    one->seg.window = ONE_WINDOW;
    one->seg.mss = ONE_MSS;
    one->seg.options = TCP_HAS_MSS;
    tcp_open_passive(&one->ctx, ONE_ISS, &one->params, one->now);
}

void one_establish(struct tcp_one *one, uint8_t features)
{
    one_listen(one, features);
    if (features & CTX_FEATURE_TS)
        one->seg.options |= TCP_HAS_TS;
    if (features & CTX_FEATURE_SACK)
        one->seg.options |= TCP_HAS_SACK_PERMITTED;
    if (features & CTX_FEATURE_WS)
        one->seg.options |= TCP_HAS_WS;
    one->seg.tsval = 100;
    one_feed(one, ONE_IRS, 0, TCP_SYN, 0);
    cr_assert_eq(one_out(one)->flags, TCP_SYN | TCP_ACK);
    one->seg.options &= TCP_HAS_TS;
    one->seg.tsecr = one->now.ms;
    one_feed(one, ONE_IRS + 1, ONE_ISS + 1, TCP_ACK, 0);
    cr_assert_eq(one->ctx.tcp_state, TCP_ESTABLISHED);
    cr_assert(one->result.established);
    one_quiet(one);
}

void one_feed(struct tcp_one *one, uint32_t seq, uint32_t ack, uint16_t flags, uint32_t len)
{
    static const uint8_t payload[65536];
    struct tcp_segment seg = one->seg;
    seg.seq = seq;
    seg.ack = ack;
    seg.flags = flags;
    seg.payload = payload;
    seg.payload_len = len;
    tcp_input(&one->ctx, &seg, &one->params, one->now, &one->result);
    cr_assert(tcp_is_sane(&one->ctx));
}

const struct tcp_tx *one_out(struct tcp_one *one)
{
    cr_assert(tcp_has_output(&one->ctx, &one->params, one->now));
    cr_assert(tcp_output(&one->ctx, &one->params, one->now, &one->tx));
    cr_assert(tcp_is_sane(&one->ctx));
    return &one->tx;
}

unsigned one_drain(struct tcp_one *one)
{
    unsigned n = 0;
    while (tcp_output(&one->ctx, &one->params, one->now, &one->tx))
        n++;
    return n;
}

void one_quiet(struct tcp_one *one)
{
    cr_assert_not(tcp_output(&one->ctx, &one->params, one->now, &one->tx));
    cr_assert_not(tcp_has_output(&one->ctx, &one->params, one->now));
}

void one_wait(struct tcp_one *one, uint32_t us)
{
    one->now.us += us;
    one->now.ms += us / 1000;
    tcp_on_timer(&one->ctx, &one->params, one->now, &one->result);
    cr_assert(tcp_is_sane(&one->ctx));
}

void one_write(struct tcp_one *one, uint32_t bytes)
{
    tcp_on_app_write(&one->ctx, one->ctx.tx_prod + bytes);
}

void one_close(struct tcp_one *one) { tcp_on_app_close(&one->ctx, one->ctx.tx_prod); }
