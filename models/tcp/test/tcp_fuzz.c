#include "models/tcp/test/tcp_fuzz.h"

#include "models/tcp/cc/cc.h"
#include "models/tcp/seq.h"
#include "models/tcp/tcp.h"
#include "models/wire/bytes.h"
#include "models/wire/packet.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPS_MAX = 200,
    BURST_MAX = 4096,
    ISS = 1000,
    IRS = 5000,
    PAYLOAD_MAX = 3000,
    RING_LOG2 = 14
};

struct fuzz {
    const uint8_t *bytes;
    size_t len, at;
    struct conn_ctx ctx;
    struct tcp_params params;
    struct tcp_now now;
    struct tcp_fuzz_counts counts;
    bool over;
};

/* Aborts if the condition is false. An assert may be compiled out, and a fuzzer needs only the
 * abort. */
static void must(bool holds)
{
    if (!holds)
        abort();
}

static uint8_t take8(struct fuzz *f) { return f->at < f->len ? f->bytes[f->at++] : 0; }

static uint16_t take16(struct fuzz *f)
{
    unsigned high = take8(f);
    return (uint16_t)(high << 8 | take8(f));
}

static uint32_t take32(struct fuzz *f)
{
    uint32_t high = take16(f);
    return high << 16 | take16(f);
}

static bool is_live(const struct fuzz *f) { return f->ctx.tcp_state != TCP_CLOSED; }

static void drain(struct fuzz *f)
{
    struct tcp_tx tx;
    unsigned n = 0;
    if (f->over)
        return;
    bool expected = tcp_has_output(&f->ctx, &f->params, f->now);
    while (tcp_output(&f->ctx, &f->params, f->now, &tx)) {
        must(expected);
        must(++n < BURST_MAX);
        must(tx.len <= f->ctx.mss && tx.options_len <= 40 && tx.options_len % 4 == 0);
        must(!(tx.flags & TCP_ACK) || tx.ack == f->ctx.rcv_nxt);
        must(tx.len == 0 || seq_leq(tx.seq + tx.len, f->ctx.tx_prod));
        must(tcp_is_sane(&f->ctx));
        f->counts.sent++;
        expected = tcp_has_output(&f->ctx, &f->params, f->now);
    }
    must(!tcp_has_output(&f->ctx, &f->params, f->now));
}

static void settle(struct fuzz *f, const struct tcp_result *r)
{
    must(r->payload_len == 0 ||
         seq_leq(r->payload_seq + r->payload_len, f->ctx.rx_consumed + (1u << RING_LOG2)));
    must(tcp_is_sane(&f->ctx));
    if (r->closed || r->terminated)
        f->over = f->ctx.tcp_state == TCP_CLOSED;
    drain(f);
}

/* Returns a number close to `base`, one within 32 KiB of it, or any number. */
static uint32_t near(struct fuzz *f, uint32_t base)
{
    uint8_t how = take8(f);
    if (how < 128)
        return base - 8 + how;
    if (how < 224)
        return base + take16(f) - 32768;
    return take32(f);
}

static void segment(struct fuzz *f, bool raw)
{
    static uint8_t bytes[60 + PAYLOAD_MAX];
    struct tcp_segment seg;
    struct tcp_result result;
    uint32_t options = take8(f) % 11 * 4, payload = take16(f) % PAYLOAD_MAX;
    be16_store(bytes, 1);
    be16_store(bytes + 2, 2);
    be32_store(bytes + 4, near(f, f->ctx.rcv_nxt));
    be32_store(bytes + 8, near(f, (take8(f) & 1) ? f->ctx.snd_una : f->ctx.snd_max));
    bytes[12] = (uint8_t)((5 + options / 4) << 4);
    bytes[13] = take8(f);
    if (take8(f) & 3)
        bytes[13] |= TCP_ACK;
    be16_store(bytes + 14, take16(f));
    be16_store(bytes + 18, take16(f));
    for (uint32_t i = 0; i < options; i++)
        bytes[20 + i] = take8(f);
    if (raw)
        bytes[12] = take8(f);
    if (!tcp_parse(bytes, 20 + options + payload, &seg)) {
        f->counts.refused++;
        return;
    }
    seg.ecn = take8(f) & 3;
    tcp_input(&f->ctx, &seg, &f->params, f->now, &result);
    must(result.verdict == NIC_VERDICT_APPLIED || result.verdict == NIC_VERDICT_DROPPED);
    must(result.verdict == NIC_VERDICT_APPLIED || result.reason != DROP_NONE);
    must(result.payload_skip + result.payload_len <= seg.payload_len);
    f->counts.judged++;
    settle(f, &result);
}

/* Receives a well-formed SACK with random blocks in the flight. Random bytes seldom form one by
 * chance. */
static void sack(struct fuzz *f)
{
    struct tcp_segment seg = {.seq = f->ctx.rcv_nxt,
                              .ack = f->ctx.snd_una,
                              .flags = TCP_ACK,
                              .window = 60000,
                              .options = TCP_HAS_SACK,
                              .sack_count = (uint8_t)(take8(f) % 5)};
    struct tcp_result result;
    uint32_t flight = f->ctx.snd_max - f->ctx.snd_una;
    if (take8(f) & 1)
        seg.ack += flight ? take16(f) % (flight + 1) : 0;
    for (unsigned i = 0; i < seg.sack_count; i++) {
        seg.sack[i][0] = f->ctx.snd_una + take16(f) % (flight + 2);
        seg.sack[i][1] = seg.sack[i][0] + take16(f) % (flight + 2);
    }
    seg.options |= (f->ctx.features & CTX_FEATURE_TS) ? (unsigned)TCP_HAS_TS : 0u;
    seg.tsval = f->ctx.ts_recent;
    tcp_input(&f->ctx, &seg, &f->params, f->now, &result);
    f->counts.judged++;
    settle(f, &result);
}

static void pass_time(struct fuzz *f, uint32_t us)
{
    struct tcp_result result;
    f->now.us += us;
    f->now.ms += us / 1000;
    tcp_on_timer(&f->ctx, &f->params, f->now, &result);
    settle(f, &result);
}

static void move(struct fuzz *f)
{
    if (f->ctx.tcp_state == TCP_TIME_WAIT)
        return;
    tcp_image_from_live(&f->ctx, f->now);
    must(tcp_image_check(&f->ctx));
    f->now.us += take8(f);
    tcp_live_from_image(&f->ctx, f->now);
    f->ctx.crc = 0;
    must(tcp_is_sane(&f->ctx));
    drain(f);
}

static void icmp(struct fuzz *f)
{
    struct tcp_icmp error = {.notice = (uint8_t)(1 + take8(f) % (NIC_NOTICE_COUNT - 1)),
                             .is_hard = (take8(f) & 1) != 0,
                             .seq = near(f, f->ctx.snd_una),
                             .mtu = take16(f)};
    struct tcp_result result;
    tcp_on_icmp(&f->ctx, &error, &result);
    must(result.verdict == NIC_VERDICT_APPLIED || result.reason != DROP_NONE);
    settle(f, &result);
}

static void app(struct fuzz *f)
{
    struct tcp_result result;
    uint32_t space = (1u << RING_LOG2) - (f->ctx.tx_prod - f->ctx.snd_una);
    switch (take8(f) % 6) {
    case 0:
    case 1:
        if (f->ctx.tcp_state >= TCP_ESTABLISHED && space <= 1u << RING_LOG2)
            tcp_on_app_write(&f->ctx, f->ctx.tx_prod + take16(f) % (space + 1));
        break;
    case 2:
        tcp_on_app_read(&f->ctx, f->ctx.rx_consumed + take16(f), &f->params);
        break;
    case 3:
        tcp_on_app_urgent(&f->ctx, near(f, f->ctx.tx_prod));
        break;
    case 4:
        if (f->ctx.tcp_state >= TCP_ESTABLISHED)
            tcp_on_app_close(&f->ctx, f->ctx.tx_prod);
        break;
    default:
        if (take8(f) == 0) {
            tcp_on_app_abort(&f->ctx, &result);
            f->over = true;
        }
    }
    must(tcp_is_sane(&f->ctx));
    drain(f);
}

/* Opens the connection with valid options, so that most inputs get past the handshake. */
static void open_connection(struct fuzz *f)
{
    struct tcp_segment syn = {.seq = IRS, .flags = TCP_SYN, .window = 60000, .mss = 1000};
    struct tcp_result result;
    uint8_t offered = take8(f), how = take8(f);
    tcp_params_default(&f->params);
    f->params.congestion = how & 1 ? CC_CUBIC : CC_NEWRENO;
    f->params.ecn = (how & 2) != 0;
    f->now = (struct tcp_now){0xfffff000u, 7000};
    f->ctx.ip_version = how & 4 ? 6 : 4;
    f->ctx.offered = offered;
    f->ctx.rcv_ws = how >> 4 & 7;
    f->ctx.rx_ring_log2 = f->ctx.tx_ring_log2 = RING_LOG2;
    f->ctx.flags =
        (offered & 0x20 ? CTX_FLAG_NAGLE : 0u) | (offered & 0x40 ? CTX_FLAG_KEEPALIVE : 0u);
    f->ctx.user_timeout = offered & 0x80 ? 30 : 0;
    if (how & 8) {
        tcp_open_active(&f->ctx, ISS, &f->params, f->now);
        drain(f);
        return;
    }
    tcp_open_passive(&f->ctx, ISS, &f->params, f->now);
    syn.options = take8(f) & (TCP_HAS_MSS | TCP_HAS_WS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TS);
    syn.flags |= how & 2 ? TCP_ECE | TCP_CWR : 0;
    syn.tsval = 100;
    syn.ws = 3;
    tcp_input(&f->ctx, &syn, &f->params, f->now, &result);
    settle(f, &result);
    if (how & 128)
        return;
    syn.seq++;
    syn.flags = TCP_ACK;
    syn.ack = ISS + 1;
    syn.options &= TCP_HAS_TS;
    tcp_input(&f->ctx, &syn, &f->params, f->now, &result);
    settle(f, &result);
}

struct tcp_fuzz_counts tcp_fuzz_run(const uint8_t *bytes, size_t len)
{
    struct fuzz f = {.bytes = bytes, .len = len};
    struct packet packet;
    packet_parse(bytes, (uint32_t)len, true, &packet); /* parses the same bytes as a frame, too */
    open_connection(&f);
    for (unsigned ops = 0; f.at < f.len && ops < OPS_MAX && is_live(&f) && !f.over; ops++) {
        uint8_t op = take8(&f);
        switch (op % 8) {
        case 0:
        case 1:
        case 2:
            segment(&f, op & 128);
            break;
        case 3:
            sack(&f);
            break;
        case 4:
            pass_time(&f, take16(&f));
            break;
        case 5: {
            uint32_t us = tcp_deadline_us(&f.ctx, f.now);
            pass_time(&f, us == UINT32_MAX ? 1 : us);
            break;
        }
        case 6:
            app(&f);
            break;
        default:
            if (op & 128)
                icmp(&f);
            else
                move(&f);
        }
    }
    return f.counts;
}
