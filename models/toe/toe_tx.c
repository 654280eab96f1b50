/*
 * Transmit pipeline. Decide: one connection of the ready list at a time, under its lock, up to
 * tx_burst segments. Fetch: payload by DMA, many at once. Send: strictly in the order of decision,
 * when the payload is here, the ACK policy is satisfied and the MAC has room. Only then the frame
 * is built, so acknowledgment numbers leave in the order of building.
 */
#include "models/base/planted.h"
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

static struct tx_entry *entry_at(struct toe_engine *e, uint32_t index)
{
    return &e->tx.fifo[(e->tx.head + index) % e->tx.capacity];
}

bool toe_tx_has_room(const struct toe_engine *e) { return e->tx.count < e->params.tx_queue_frames; }

/* Room for what three requesters may add at once when connections end under them. */
bool toe_tx_has_reserve(const struct toe_engine *e)
{
    static_assert(TX_RESERVE >= 4 * TX_END_MAX, "each requester may end a connection");
    return e->tx.count + 4 * TX_END_MAX <= e->tx.capacity;
}

void toe_tx_ready(struct toe_engine *e, uint32_t conn)
{
    struct toe_conn *c = &e->conn[conn];
    if (c->ready)
        return;
    c->ready = true;
    c->ready_next = TOE_NO_INDEX;
    if (e->tx.ready_last == TOE_NO_INDEX)
        e->tx.ready_first = conn;
    else
        e->conn[e->tx.ready_last].ready_next = conn;
    e->tx.ready_last = conn;
}

static uint32_t pop_ready(struct toe_engine *e)
{
    uint32_t conn = e->tx.ready_first;
    struct toe_conn *c = &e->conn[conn];
    assert(c->ready);
    c->ready = false;
    e->tx.ready_first = c->ready_next;
    if (e->tx.ready_first == TOE_NO_INDEX)
        e->tx.ready_last = TOE_NO_INDEX;
    return conn;
}

static void on_payload(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    struct tx_entry *entry = &e->tx.fifo[(uint32_t)cookie / 2];
    uint32_t header = packet_header_bytes(&entry->out);
    uint32_t at = (cookie & 1) ? entry->payload_len - len : 0;
    assert(entry->reads > 0);
    assert(at + len <= entry->payload_len);
    memcpy(entry->frame->data + header + at, data, len);
    entry->reads--;
    toe_kick(e, now_ps);
}

static void read_payload(struct toe_engine *e, struct tx_entry *entry, const struct conn_ctx *ctx,
                         uint32_t seq, uint64_t now_ps)
{
    if (entry->payload_len == 0)
        return;
    uint32_t size = 1u << ctx->tx_ring_log2;
    uint64_t ring = (uint64_t)ctx->tx_ring << 12;
    uint32_t slot = (uint32_t)(entry - e->tx.fifo);
    uint32_t first = u32_min(entry->payload_len, size - (seq & (size - 1)));
    assert(entry->payload_len <= size);
    entry->reads = first < entry->payload_len ? 2 : 1;
    struct pcie_read_done done = {.fn = on_payload, .self = e, .cookie = toe_cookie(e, slot * 2)};
    e->wiring.pcie.ops->read(e->wiring.pcie.self, ring + (seq & (size - 1)), first, done, now_ps);
    if (first == entry->payload_len)
        return;
    done.cookie = toe_cookie(e, slot * 2 + 1);
    e->wiring.pcie.ops->read(e->wiring.pcie.self, ring, entry->payload_len - first, done, now_ps);
}

static void fill_out(struct toe_engine *e, struct tx_entry *entry, const struct conn_ctx *ctx,
                     const struct tcp_tx *seg)
{
    struct packet_out *out = &entry->out;
    memcpy(entry->options, seg->options, sizeof entry->options);
    memcpy(out->dst_mac, ctx->peer_mac, sizeof out->dst_mac);
    memcpy(out->src_mac, e->regs.mac, sizeof out->src_mac);
    if (PLANTED(mac_of_port))
        out->src_mac[5] ^= (uint8_t)e->nic;
    memcpy(out->src, ctx->laddr, sizeof out->src);
    memcpy(out->dst, ctx->raddr, sizeof out->dst);
    out->vlan = ctx->vlan;
    out->ip_version = ctx->ip_version;
    out->ttl = ctx->ttl;
    out->tos = (uint8_t)((ctx->tos & ~3u) | seg->ecn);
    out->ip_id = e->tx.ip_id++; /* atomic datagrams: any value will do (RFC 6864 4.1) */
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

/* Puts one decided segment into the FIFO and starts its payload reads. False: no frame left in the
 * pool; the segment counts as lost. */
bool toe_tx_emit(struct toe_engine *e, const struct conn_ctx *ctx, const struct tcp_tx *seg,
                 uint64_t now_ps)
{
    struct toe_conn *c = &e->conn[ctx->conn_id];
    struct frame *frame = e->tx.spare ? e->tx.spare : frame_alloc(e->wiring.pool, now_ps);
    e->tx.spare = NULL;
    if (!frame) {
        drop_count(&e->stats.drops, DROP_POOL_EMPTY);
        return false;
    }
    assert(e->tx.count < e->tx.capacity);
    struct tx_entry *entry = entry_at(e, e->tx.count++);
    e->stats.tx_queue_max = u32_max(e->stats.tx_queue_max, e->tx.count);
    c->tx_queued++;
    frame->port = (uint8_t)e->nic;
    entry->frame = frame;
    entry->kind = TX_SEGMENT;
    entry->op = TOE_NONE;
    entry->conn = ctx->conn_id;
    entry->gen = (uint16_t)(ctx->generation + PLANTED(generation_of_frame));
    entry->payload_len = seg->len;
    entry->retransmission = seg->retransmission;
    entry->write_need = (seg->flags & TCP_ACK) ? c->write_last : 0;
    entry->flush_address = (uint64_t)ctx->rx_ring << 12;
    entry->reads = 0;
    fill_out(e, entry, ctx, seg);
    assert(packet_header_bytes(&entry->out) + seg->len <= FRAME_BYTES_MAX);
    read_payload(e, entry, ctx, seg->seq, now_ps);
    return true;
}

static void on_host_frame(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                          uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    struct tx_entry *entry = &e->tx.fifo[(uint32_t)cookie];
    memcpy(entry->frame->data, data, len);
    entry->frame->len = len;
    entry->reads = 0;
    toe_cmd_done(e, entry->op, NIC_RESULT_OK, now_ps);
    toe_cmd_free(e, entry->op);
    toe_kick(e, now_ps);
}

/* TX_FRAME: sent as it is, in its turn. False: no frame left in the pool. */
bool toe_tx_host_frame(struct toe_engine *e, uint8_t op, uint64_t now_ps)
{
    const struct nic_cmd *cmd = &e->cmd.op[op].cmd;
    struct frame *frame = frame_alloc(e->wiring.pool, now_ps);
    if (!frame)
        return false;
    assert(toe_tx_has_room(e));
    struct tx_entry *entry = entry_at(e, e->tx.count++);
    memset(entry, 0, sizeof *entry);
    frame->port = (uint8_t)e->nic;
    entry->frame = frame;
    entry->kind = TX_HOST;
    entry->conn = TOE_NO_INDEX;
    entry->op = op;
    entry->reads = 1;
    toe_cmd_read(e, cmd->list, cmd->count, (uint32_t)(entry - e->tx.fifo), on_host_frame, now_ps);
    return true;
}

void toe_tx_kick(struct toe_engine *e, uint64_t now_ps)
{
    while (e->tx.ready_first != TOE_NO_INDEX && toe_lock_is_free(e, CTX_WHO_TX) &&
           toe_tx_has_room(e) && !e->tx.pool_wait) {
        uint32_t conn = pop_ready(e);
        if (toe_conn_is_active(&e->conn[conn], e->conn[conn].gen))
            toe_lock_ask(e, CTX_WHO_TX, conn, e->conn[conn].gen, now_ps);
    }
}

void toe_tx_on_lock(struct toe_engine *e, uint8_t result, uint64_t now_ps)
{
    if (result == CTX_OK) /* else frozen or ended: whoever did that also ends its doorbells */
        toe_due_cycles(e, UNIT_TX, e->params.tx_cycles, now_ps);
}

static void apply_doorbells(struct toe_engine *e, struct toe_conn *c, struct conn_ctx *ctx)
{
    if (c->db & TOE_DB_TX)
        tcp_on_app_write(ctx, c->db_tx);
    if (c->db & TOE_DB_RX)
        tcp_on_app_read(ctx, c->db_rx, &e->params.tcp);
    if (c->db & TOE_DB_FIN)
        tcp_on_app_close(ctx, c->db_tx);
    c->db = 0;
}

void toe_tx_decide(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[CTX_WHO_TX];
    struct toe_conn *c = &e->conn[lock->conn];
    struct tcp_tx seg;
    assert(lock->phase == LOCK_HELD);
    apply_doorbells(e, c, &lock->ctx);
    for (uint32_t i = 0; i < e->params.tx_burst && toe_tx_has_room(e); i++) {
        /* A frame first: what tcp_output() decided cannot be taken back. */
        e->tx.spare = frame_alloc(e->wiring.pool, now_ps);
        if (!e->tx.spare) {
            e->tx.pool_wait = true;
            toe_due_set(e, UNIT_RETRY, now_ps + RETRY_US * PS_PER_US);
            break;
        }
        if (!tcp_output(&lock->ctx, &e->params.tcp, toe_now(now_ps), &seg))
            break;
        (void)toe_tx_emit(e, &lock->ctx, &seg, now_ps);
    }
    frame_free(e->wiring.pool, e->tx.spare);
    e->tx.spare = NULL;
    toe_lock_write(e, CTX_WHO_TX, now_ps);
}

static void on_flushed(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct toe_engine *e = self;
    (void)data;
    (void)len;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    e->rx.flushing = false;
    e->rx.writes_flushed = e->rx.flush_target;
    toe_kick(e, now_ps);
}

/* May this frame acknowledge what it does? posted: all payload writes it covers are on a live link.
 * flushed: a read behind them has come back, and reads do not pass posted writes. */
static bool may_acknowledge(struct toe_engine *e, const struct tx_entry *entry, uint64_t now_ps)
{
    struct toe_rx *rx = &e->rx;
    if (e->params.ack_policy == ACK_POLICY_POSTED)
        return PLANTED(ack_before_write) || rx->writes_issued >= entry->write_need;
    if (rx->writes_flushed >= entry->write_need)
        return true;
    if (!rx->flushing) {
        rx->flushing = true;
        rx->flush_target = rx->writes;
        toe_cmd_read(e, entry->flush_address, 4, 0, on_flushed, now_ps);
    }
    return false;
}

void toe_tx_send(struct toe_engine *e, uint64_t now_ps)
{
    if (e->tx.building || e->tx.count == 0)
        return;
    struct tx_entry *entry = entry_at(e, 0);
    if (entry->reads > 0 || !may_acknowledge(e, entry, now_ps) ||
        !e->wiring.mac_has_room(e->wiring.mac_self))
        return;
    e->tx.building = true;
    toe_due_cycles(e, UNIT_BUILD, e->params.build_cycles, now_ps);
}

/* Payload that was acknowledged after the segment was decided may be overwritten in the ring before
 * it was read (the record told the host): it must not leave again. What is left is at least the
 * acknowledgment, which nobody else will send. */
static void trim_acknowledged(struct toe_engine *e, struct tx_entry *entry,
                              const struct toe_conn *c)
{
    struct packet_out *out = &entry->out;
    uint32_t gone = c->snd_una - out->seq;
    if (entry->payload_len == 0 || (int32_t)gone <= 0)
        return;
    e->stats.tx_trimmed++;
    gone = u32_min(gone, entry->payload_len);
    entry->payload_len -= gone;
    uint8_t *payload = entry->frame->data + packet_header_bytes(out);
    memmove(payload, payload + gone, entry->payload_len);
    out->seq += gone;
    bool fin_acknowledged = out->seq != c->snd_una;
    if (entry->payload_len > 0 || ((out->flags & TCP_FIN) && !fin_acknowledged))
        return;
    out->flags = TCP_ACK | (out->flags & (TCP_ECE | TCP_CWR));
    out->seq = c->snd_max;
}

static void build(struct toe_engine *e, struct tx_entry *entry, uint64_t now_ps)
{
    struct toe_conn *c = &e->conn[entry->conn];
    assert(c->own_state == OWN_ACTIVE || c->own_state == OWN_QUIESCE);
    trim_acknowledged(e, entry, c);
    uint16_t flags = entry->out.flags;
    if (PLANTED(resent_differs) && entry->retransmission && entry->payload_len)
        entry->frame->data[packet_header_bytes(&entry->out)] ^= 1;
    entry->frame->len = packet_build(entry->frame->data, &entry->out, entry->payload_len);
    e->stats.tx_payload_bytes += entry->payload_len;
    e->stats.tx_retransmissions += entry->retransmission;
    e->stats.tx_resets += (flags & TCP_RST) != 0;
    e->stats.tx_acks += entry->payload_len == 0 && flags == TCP_ACK;
    toe_probe(e, (struct probe_event){.kind = PROBE_TX_BUILT,
                                      .now_ps = now_ps,
                                      .conn = entry->conn,
                                      .gen = entry->gen,
                                      .built.seq = entry->out.seq,
                                      .built.ack = entry->out.ack,
                                      .built.frame = entry->frame,
                                      .built.bytes = entry->payload_len});
    if (c->mark_tx && c->gen == entry->gen) {
        c->mark_tx = false;
        toe_mark(e, MARK_FIRST_BUILT, entry->conn, entry->gen, NULL, now_ps);
    }
}

static void end_if_last(struct toe_engine *e, struct toe_conn *c, uint64_t now_ps)
{
    if (c->tx_queued > 0 || c->end_slot == TOE_NO_INDEX)
        return;
    uint32_t slot = c->end_slot;
    c->end_slot = TOE_NO_INDEX;
    e->tx.end_used[slot] = false;
    toe_conn_end(e, &e->tx.ends[slot], OWN_ABSENT, now_ps);
}

void toe_tx_build(struct toe_engine *e, uint64_t now_ps)
{
    assert(e->tx.building && e->tx.count > 0);
    struct tx_entry *entry = entry_at(e, 0);
    struct frame *frame = entry->frame;
    if (entry->kind == TX_SEGMENT)
        build(e, entry, now_ps);
    else
        e->stats.tx_host_frames++;
    e->stats.tx_frames++;
    e->tx.building = false;
    e->tx.head = (e->tx.head + 1) % e->tx.capacity;
    e->tx.count--;
    entry->frame = NULL;
    if (entry->kind == TX_SEGMENT) {
        struct toe_conn *c = &e->conn[entry->conn];
        assert(c->tx_queued > 0);
        c->tx_queued--;
        end_if_last(e, c, now_ps);
    }
    frame_sink_accept(&e->wiring.mac_tx, frame, now_ps);
}

/* A fence or reset: what is not built never is. */
void toe_tx_flush(struct toe_engine *e)
{
    for (uint32_t i = 0; i < e->tx.count; i++) {
        frame_free(e->wiring.pool, entry_at(e, i)->frame);
        entry_at(e, i)->frame = NULL;
    }
    e->tx.count = e->tx.head = 0;
    e->tx.building = e->tx.pool_wait = false;
    e->tx.ready_first = e->tx.ready_last = TOE_NO_INDEX;
    memset(e->tx.end_used, 0, e->tx.capacity * sizeof *e->tx.end_used);
}
