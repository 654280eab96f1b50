/* This file is the transmit side of the host's own TCP. It builds frames from the payload in the transmit rings. */
#include "host-sw/stack/host_tcp_tx.h"

#include "host-sw/stack/host_tcp_pvt.h"

#include "models/base/units.h"

#include <assert.h>
#include <string.h>

enum {
    BURST_SEGMENTS = 8, /* limit of segments of one connection in one burst */
    UNREAD_MAX = 64,    /* limit of frames of one connection that a NIC has not read yet */
};

static void copy_payload(const struct host_tcp *tcp, const struct conn_ctx *ctx, uint32_t seq,
                         uint32_t len, uint8_t *to)
{
    uint64_t ring = (uint64_t)ctx->tx_ring << 12;
    uint32_t size = UINT32_C(1) << ctx->tx_ring_log2;
    uint32_t at = seq & (size - 1);
    uint32_t first = u32_min(len, size - at);
    memcpy(to, tcp->bus.ops->mem_read(tcp->bus.self, ring + at, first), first);
    if (first < len)
        memcpy(to + first, tcp->bus.ops->mem_read(tcp->bus.self, ring, len - first), len - first);
    tcp->bus.ops->charge(tcp->bus.self, CPU_COST_COPY_64, ceil_div(len, 64));
}

static struct packet_out out_of(struct host_tcp *tcp, const struct conn_ctx *ctx,
                                const struct tcp_tx *seg)
{
    struct packet_out out = {.vlan = ctx->vlan,
                             .ip_version = ctx->ip_version,
                             .ttl = ctx->ttl,
                             .tos = (uint8_t)((ctx->tos & ~3u) | seg->ecn),
                             .ip_id = tcp->ip_id++, /* RFC 6864 4.1 allows any value */
                             .sport = ctx->lport,
                             .dport = ctx->rport,
                             .seq = seg->seq,
                             .ack = seg->ack,
                             .flags = seg->flags,
                             .window = seg->window,
                             .urgent = seg->urgent,
                             .options = seg->options,
                             .options_len = seg->options_len};
    memcpy(out.dst_mac, ctx->peer_mac, sizeof out.dst_mac);
    memcpy(out.src_mac, tcp->mac, sizeof out.src_mac);
    memcpy(out.src, ctx->laddr, sizeof out.src);
    memcpy(out.dst, ctx->raddr, sizeof out.dst);
    return out;
}

void host_tcp_emit(struct host_tcp *tcp, const struct conn_ctx *ctx, const struct tcp_tx *seg)
{
    struct packet_out out = out_of(tcp, ctx, seg);
    uint32_t headers = packet_header_bytes(&out);
    assert(headers + seg->len <= FRAME_BYTES_MAX);
    if (seg->len > 0)
        copy_payload(tcp, ctx, seg->seq, seg->len, tcp->frame->data + headers);
    tcp->frame->len = packet_build(tcp->frame->data, &out, seg->len);
    host_tcp_probe(tcp, ctx,
                   (struct probe_event){.kind = PROBE_TX_BUILT,
                                        .built.seq = seg->seq,
                                        .built.ack = seg->ack,
                                        .built.frame = tcp->frame,
                                        .built.bytes = seg->len});
    tcp->stats.segments_sent++;
    tcp->stats.payload_sent += seg->len;
    tcp->stats.retransmissions += seg->retransmission;
    tcp->stats.resets_sent += (seg->flags & TCP_RST) != 0;
    if (tcp->ops.send(tcp->ops.self, ctx->conn_id, tcp->frame->data, tcp->frame->len))
        tcp->unread[ctx->conn_id]++;
    else
        tcp->stats.unsent++;
}

void host_tcp_make_ready(struct host_tcp *tcp, struct host_tcp_conn *c)
{
    uint32_t slot = (uint32_t)(c - tcp->slots);
    if (c->ready)
        return;
    c->ready = true;
    c->next = HOST_TCP_NONE;
    if (tcp->ready_tail == HOST_TCP_NONE)
        tcp->ready_head = slot;
    else
        tcp->slots[tcp->ready_tail].next = slot;
    tcp->ready_tail = slot;
}

void host_tcp_set_timer(struct host_tcp *tcp, uint32_t conn, uint64_t at_ps)
{
    assert(conn < tcp->conn_max);
    timer_heap_set(tcp->timers, conn, at_ps);
    tcp->next_ps = timer_heap_next_ps(tcp->timers);
}

void host_tcp_settle(struct host_tcp *tcp, struct host_tcp_conn *c)
{
    uint64_t now_ps = tcp->bus.ops->now_ps(tcp->bus.self);
    struct tcp_now now = host_tcp_now(tcp);
    assert(tcp_is_sane(&c->ctx));
    host_tcp_probe(tcp, &c->ctx,
                   (struct probe_event){.kind = PROBE_CTX_WRITTEN, .context.image = &c->ctx});
    bool has_space = tcp->unread[c->ctx.conn_id] < UNREAD_MAX;
    if (c->db || (has_space && tcp_has_output(&c->ctx, &tcp->params, now)))
        host_tcp_make_ready(tcp, c);
    uint32_t left = tcp_deadline_us(&c->ctx, now);
    /* A deadline fires when its tick begins, as in the engine. */
    uint64_t at =
        left == UINT32_MAX ? TIME_NEVER : u64_max((now_ps / PS_PER_US + left) * PS_PER_US, now_ps);
    host_tcp_set_timer(tcp, c->ctx.conn_id, at);
}

void host_tcp_pump(struct host_tcp *tcp, struct host_tcp_conn *c)
{
    struct tcp_tx seg;
    for (int i = 0; i < BURST_SEGMENTS && tcp->unread[c->ctx.conn_id] < UNREAD_MAX; i++) {
        if (!tcp_output(&c->ctx, &tcp->params, host_tcp_now(tcp), &seg))
            break;
        host_tcp_emit(tcp, &c->ctx, &seg);
    }
    host_tcp_settle(tcp, c);
}

void host_tcp_on_sent(struct host_tcp *tcp, uint32_t conn)
{
    assert(tcp->unread[conn] > 0);
    struct host_tcp_conn *c = host_tcp_find(tcp, conn);
    if (tcp->unread[conn]-- == UNREAD_MAX && c)
        host_tcp_make_ready(tcp, c);
}
