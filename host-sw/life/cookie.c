/*
 * SYN cookies (RFC 4987, docs/host_stack.md). When the number of embryonic connections is at its limit, or always if
 * the scenario says so, the initial sequence number of the SYN-ACK is a cookie, and no state is kept. The
 * acknowledgment that returns the cookie, on either port, opens the connection. The driver repeats the handshake in the
 * TCP core up to SYN_RCVD, and gives the NIC this image together with the acknowledgment as a held frame.
 */
#include "host-sw/life/cookie.h"

#include "host-sw/conn/fate.h"
#include "host-sw/life/opening.h"
#include "host-sw/server/server.h"

#include "host-sw/stack/syn_cookie.h"

#include <assert.h>
#include <string.h>

enum { COOKIE_TTL = 64, COOKIE_FRAME_MAX = 14 + 4 + 40 + 60 };

static uint32_t ts_offset_of(const struct host_sw *sw, const struct flow_key *key)
{
    return (uint32_t)siphash24(&sw->openings.isn_key, key->raddr, sizeof key->raddr);
}

/* Returns the options of the SYN that the acknowledgment can carry back. Without timestamps that is only the MSS. */
static uint8_t keepable(const struct app_accept *accept, const struct tcp_segment *syn)
{
    if ((syn->options & TCP_HAS_TS) != 0 && (accept->offered & CTX_FEATURE_TS) != 0)
        return accept->offered & (uint8_t)~CTX_FEATURE_ECN;
    return accept->offered & CTX_FEATURE_MSS;
}

/* Brings the context to SYN_RCVD as if it had received the SYN, and stores its SYN-ACK in *tx. */
static void lead_through(struct host_sw *sw, struct conn_ctx *ctx, const struct tcp_segment *syn,
                         struct tcp_tx *tx)
{
    uint64_t now_ps = server_now(sw);
    struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    struct tcp_result result;
    tcp_input(ctx, syn, &sw->params.tcp, now, &result);
    assert(ctx->tcp_state == TCP_SYN_RCVD);
    bool sent = tcp_output(ctx, &sw->params.tcp, now, tx);
    assert(sent && (tx->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK));
    (void)sent;
}

static uint16_t announced_mss(const struct tcp_segment *syn, uint8_t ip_version)
{
    if ((syn->options & TCP_HAS_MSS) != 0)
        return syn->mss;
    return ip_version == 4 ? 536 : 1220; /* RFC 9293 MUST-15 */
}

/* Makes the SYN-ACK with a temporary context, which is not kept. */
static void answer_of(struct host_sw *sw, const struct packet *packet, const struct flow_key *key,
                      const struct app_accept *accept, struct tcp_tx *tx)
{
    const struct tcp_segment *syn = &packet->seg;
    uint64_t now_ps = server_now(sw);
    uint32_t headers = key->ip_version == 4 ? 40 : 60;
    struct conn_ctx ctx = {.ip_version = key->ip_version,
                           .offered = keepable(accept, syn),
                           .rcv_ws = accept->rcv_ws,
                           .mss = accept->mss ? accept->mss
                                              : (uint16_t)(sw->params.mtu_bytes - headers)};
    while (UINT32_C(1) << ctx.rx_ring_log2 < sw->params.ring_bytes)
        ctx.rx_ring_log2++;
    ctx.tx_ring_log2 = ctx.rx_ring_log2;
    struct syn_cookie_options options = {.has_ws = (ctx.offered & CTX_FEATURE_WS) != 0 &&
                                                   (syn->options & TCP_HAS_WS) != 0,
                                         .sack = (ctx.offered & CTX_FEATURE_SACK) != 0 &&
                                                 (syn->options & TCP_HAS_SACK_PERMITTED) != 0,
                                         .ws = syn->ws};
    uint32_t clock = ms_ticks(now_ps) + ts_offset_of(sw, key);
    ctx.ts_offset = syn_cookie_stamp(clock, options) - ms_ticks(now_ps);
    uint32_t iss = syn_cookie_make(&sw->openings.isn_key, key, syn->seq,
                                   announced_mss(syn, key->ip_version), now_ps);
    struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    tcp_open_passive(&ctx, iss, &sw->params.tcp, now);
    lead_through(sw, &ctx, syn, tx);
}

static bool is_wanted(const struct host_sw *sw)
{
    if (!sw->app.ops->on_cookie_syn || sw->params.syn_cookies == SYN_COOKIES_OFF)
        return false;
    return sw->params.syn_cookies == SYN_COOKIES_ALWAYS ||
           sw->openings.embryonic >= sw->params.syn_backlog;
}

bool cookie_on_syn(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   const struct flow_key *key)
{
    struct app_accept accept = {0};
    struct tcp_tx tx;
    if (!is_wanted(sw))
        return false;
    server_charge(sw, CPU_COST_APP_CALL, 1);
    if (!sw->app.ops->on_cookie_syn(sw->app.self, key, &packet->seg, &accept))
        return false; /* opening_on_syn() refuses the SYN */
    answer_of(sw, packet, key, &accept, &tx);
    if (!host_stack_send_answer(&sw->stack, sw->mode->reply_port(&sw->ports, frame->port), packet,
                                &tx)) {
        fate_drop(sw, frame, PROBE_NO_CONN, DROP_NO_RESOURCE);
        return true;
    }
    sw->stats.cookies_sent++;
    sw->openings.cookie_ps = server_now(sw);
    fate_answered(sw, frame);
    return true;
}

/* Rebuilds the peer's SYN from the acknowledgment, the MSS in the cookie and the options in the timestamp. */
static struct tcp_segment syn_of(const struct tcp_segment *ack, uint16_t mss)
{
    struct tcp_segment syn = {.sport = ack->sport,
                              .dport = ack->dport,
                              .seq = ack->seq - 1,
                              .flags = TCP_SYN,
                              .window = ack->window,
                              .mss = mss,
                              .options = TCP_HAS_MSS};
    if ((ack->options & TCP_HAS_TS) == 0)
        return syn;
    struct syn_cookie_options options = syn_cookie_unstamp(ack->tsecr);
    syn.options |= (uint8_t)(TCP_HAS_TS | (options.has_ws ? TCP_HAS_WS : 0) |
                             (options.sack ? TCP_HAS_SACK_PERMITTED : 0));
    syn.ws = options.ws;
    syn.tsval = ack->tsval;
    return syn;
}

/* Opens the connection like any other, except that the SYN-ACK was already sent. */
static void open_with(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                      const struct packet *packet, const struct tcp_segment *syn,
                      struct app_accept *accept)
{
    assert(dir_entry_is_sane(entry));
    struct conn_ctx image;
    struct tcp_tx sent;
    uint64_t now_ps = server_now(sw);
    struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    accept->offered = keepable(accept, syn);
    unsigned nic = opening_begin(sw, entry, frame, syn->seq, accept);
    opening_build_image(sw, entry, packet->src_mac, accept, &image);
    tcp_live_from_image(&image, now);
    lead_through(sw, &image, syn, &sent);
    image.flags &= ~(uint32_t)CTX_FLAG_RTT_TIMING; /* the SYN-ACK was sent at another time */
    tcp_image_from_live(&image, now);
    opening_give(sw, entry, nic, &image);
}

/* Segments on two ports can overtake each other, and a reset in answer to a segment that came before the acknowledgment
 * would end a good connection. Such a segment is dropped, and the peer sends it again. */
static bool may_follow(struct host_sw *sw, const struct dir_frame *frame,
                       const struct tcp_segment *ack, const struct flow_key *key)
{
    struct app_accept accept = {0};
    struct tcp_segment syn = {.flags = TCP_SYN};
    if (!syn_cookie_may_be(ack->ack - 1, server_now(sw)) ||
        !sw->app.ops->on_cookie_syn(sw->app.self, key, &syn, &accept))
        return false;
    fate_drop(sw, frame, PROBE_NO_CONN, DROP_COOKIE);
    return true;
}

bool cookie_on_ack(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   const struct flow_key *key)
{
    const struct tcp_segment *ack = &packet->seg;
    struct app_accept accept = {0};
    uint16_t mss;
    uint64_t now_ps = server_now(sw);
    bool may_be = (ack->flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_ACK &&
                  sw->openings.cookie_ps != TIME_NEVER &&
                  now_ps < sw->openings.cookie_ps + 2 * SYN_COOKIE_PERIOD_PS;
    if (!may_be)
        return false;
    if (!syn_cookie_check(&sw->openings.isn_key, key, ack->seq - 1, ack->ack - 1, now_ps, &mss)) {
        sw->stats.cookies_bad++;
        return may_follow(sw, frame, ack, key);
    }
    struct tcp_segment syn = syn_of(ack, mss);
    server_charge(sw, CPU_COST_APP_CALL, 1);
    if (!sw->app.ops->on_syn(sw->app.self, key, &syn, &accept))
        return false;
    server_charge(sw, CPU_COST_OPEN, 1);
    struct dir_entry *entry = opening_admit(sw, key);
    if (!entry) {
        fate_drop(sw, frame, PROBE_NO_CONN, DROP_NO_RESOURCE);
        return true;
    }
    sw->stats.cookies_good++;
    entry->iss = ack->ack - 1;
    open_with(sw, entry, frame, packet, &syn, &accept);
    return true;
}
