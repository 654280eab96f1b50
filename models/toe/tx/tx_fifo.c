#include "models/toe/tx/tx_fifo.h"

#include "models/base/planted.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"
#include "models/toe/tx/tx_limits.h"
#include "models/toe/tx/tx_state.h"

#include <assert.h>
#include <string.h>

enum {
    FRAME_LEN_MIN = 60,       /* a shorter frame is padded on the line */
    WIRE_OVERHEAD_BYTES = 24, /* preamble, check sequence and gap */
};

uint32_t toe_tx_queued(const struct toe_engine *engine) { return engine->tx->count; }

bool toe_tx_has_space(const struct toe_engine *engine)
{
    return engine->tx->count < engine->params.tx_queue_frames;
}

static uint64_t busy_ps(const struct toe_engine *engine, uint64_t more_bytes, uint64_t now_ps)
{
    const struct toe_wiring *wiring = &engine->wiring;
    if (!wiring->mac_ahead_ps)
        return 0;
    return wiring->mac_ahead_ps(wiring->mac_self, more_bytes, now_ps);
}

uint64_t toe_tx_line_ps(const struct toe_engine *engine, uint64_t now_ps)
{
    return busy_ps(engine, 0, now_ps);
}

uint64_t toe_tx_ahead_ps(const struct toe_engine *engine, uint64_t now_ps)
{
    return busy_ps(engine, engine->tx->wire_bytes, now_ps);
}

bool toe_tx_may_decide(const struct toe_engine *engine, uint64_t now_ps)
{
    return toe_tx_has_space(engine) && toe_tx_ahead_ps(engine, now_ps) < engine->params.tx_ahead_ps;
}

/* Records the length of the entry's frame on the line. `len` is its length without the check sequence. */
static void count_wire_bytes(struct toe_tx *tx, struct tx_entry *entry, uint32_t len)
{
    entry->wire_bytes = u32_max(len, FRAME_LEN_MIN) + WIRE_OVERHEAD_BYTES;
    tx->wire_bytes += entry->wire_bytes;
}

bool toe_tx_has_reserve(const struct toe_engine *engine)
{
    static_assert(TX_RESERVE >= CTX_WHO_COUNT * TX_END_MAX, "each may end a connection");
    return engine->tx->count + CTX_WHO_COUNT * TX_END_MAX <= engine->tx->capacity;
}

static void on_payload(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    struct tx_entry *entry = &engine->tx->fifo[(uint32_t)cookie / 2];
    uint32_t header = packet_header_bytes(&entry->out);
    uint32_t at = (cookie & 1) ? entry->payload_len - len : 0;
    assert(entry->reads > 0);
    assert(at + len <= entry->payload_len);
    memcpy(entry->frame->data + header + at, data, len);
    entry->reads--;
    toe_kick(engine, now_ps);
}

/* Starts to read the payload from the connection's ring, in two pieces if it wraps around. */
static void read_payload(struct toe_engine *engine, struct tx_entry *entry,
                         const struct conn_ctx *ctx, uint32_t seq, uint64_t now_ps)
{
    if (entry->payload_len == 0)
        return;
    uint32_t size = 1u << ctx->tx_ring_log2;
    uint64_t ring = (uint64_t)ctx->tx_ring << 12;
    uint32_t slot = (uint32_t)(entry - engine->tx->fifo);
    uint32_t first = u32_min(entry->payload_len, size - (seq & (size - 1)));
    uint32_t rest = entry->payload_len - first;
    assert(entry->payload_len <= size);
    entry->reads = rest > 0 ? 2 : 1;
    toe_read(engine, ring + (seq & (size - 1)), first, slot * 2, on_payload, now_ps);
    if (rest > 0)
        toe_read(engine, ring, rest, slot * 2 + 1, on_payload, now_ps);
}

static void fill_out(struct toe_engine *engine, struct tx_entry *entry, const struct conn_ctx *ctx,
                     const struct tcp_tx *seg)
{
    struct packet_out *out = &entry->out;
    memcpy(entry->options, seg->options, sizeof entry->options);
    memcpy(out->dst_mac, ctx->peer_mac, sizeof out->dst_mac);
    memcpy(out->src_mac, engine->regs.mac, sizeof out->src_mac);
    if (PLANTED(mac_of_port))
        out->src_mac[5] ^= (uint8_t)engine->nic;
    memcpy(out->src, ctx->laddr, sizeof out->src);
    memcpy(out->dst, ctx->raddr, sizeof out->dst);
    out->vlan = ctx->vlan;
    out->ip_version = ctx->ip_version;
    out->ttl = ctx->ttl;
    out->tos = (uint8_t)((ctx->tos & ~3u) | seg->ecn);
    out->ip_id = engine->tx->ip_id++; /* any value will do for atomic datagrams (RFC 6864 4.1) */
    out->sport = ctx->lport;
    out->dport = ctx->rport;
    out->seq = seg->seq;
    out->ack = seg->ack;
    out->flags = seg->flags;
    out->window = seg->window;
    out->urgent = seg->urgent;
    out->options = entry->options;
    out->options_len = seg->options_len;
}

bool toe_tx_emit(struct toe_engine *engine, const struct conn_ctx *ctx, const struct tcp_tx *seg,
                 uint64_t now_ps)
{
    struct toe_tx *tx = engine->tx;
    struct toe_conn *c = &engine->conn[ctx->conn_id];
    struct frame *frame = tx->spare ? tx->spare : frame_alloc(engine->wiring.pool, now_ps);
    tx->spare = NULL;
    if (!frame) {
        drop_count(&engine->stats.drops, DROP_POOL_EMPTY);
        return false;
    }
    assert(tx->count < tx->capacity);
    struct tx_entry *entry = tx_entry_at(tx, tx->count++);
    engine->stats.tx_queue_max = u32_max(engine->stats.tx_queue_max, tx->count);
    c->tx_queued++;
    frame->port = (uint8_t)engine->nic;
    entry->frame = frame;
    entry->kind = TX_SEGMENT;
    entry->conn = ctx->conn_id;
    entry->gen = (uint16_t)(ctx->generation + PLANTED(generation_of_frame));
    entry->payload_len = seg->len;
    entry->retransmission = seg->retransmission;
    entry->write_need = (seg->flags & TCP_ACK) ? c->write_last : 0;
    entry->record_need = (seg->flags & TCP_ACK) ? c->record_last : 0;
    entry->flush_address = (uint64_t)ctx->rx_ring << 12;
    entry->reads = 0;
    fill_out(engine, entry, ctx, seg);
    assert(packet_header_bytes(&entry->out) + seg->len <= FRAME_BYTES_MAX);
    count_wire_bytes(tx, entry, packet_header_bytes(&entry->out) + seg->len);
    read_payload(engine, entry, ctx, seg->seq, now_ps);
    return true;
}

static void on_host_frame(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                          uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    struct tx_entry *entry = &engine->tx->fifo[(uint32_t)cookie];
    assert(entry->kind == TX_HOST && entry->reads == 1);
    memcpy(entry->frame->data, data, len);
    entry->frame->len = len;
    entry->reads = 0;
    entry->done.fn(engine, entry->done.cookie, now_ps);
    toe_kick(engine, now_ps);
}

bool toe_tx_host_frame(struct toe_engine *engine, uint64_t address, uint32_t len,
                       struct toe_tx_read done, uint64_t now_ps)
{
    struct toe_tx *tx = engine->tx;
    struct frame *frame = frame_alloc(engine->wiring.pool, now_ps);
    if (!frame)
        return false;
    assert(toe_tx_has_space(engine));
    struct tx_entry *entry = tx_entry_at(tx, tx->count++);
    memset(entry, 0, sizeof *entry);
    frame->port = (uint8_t)engine->nic;
    entry->frame = frame;
    entry->kind = TX_HOST;
    entry->conn = TOE_NO_INDEX;
    entry->done = done;
    entry->reads = 1;
    count_wire_bytes(tx, entry, len);
    toe_read(engine, address, len, (uint32_t)(entry - tx->fifo), on_host_frame, now_ps);
    return true;
}
