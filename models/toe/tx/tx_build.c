/*
 * A frame is built only when its payload is here, the ACK policy is satisfied and the MAC has room, so
 * acknowledgment numbers leave in the order of building.
 */
#include "models/toe/tx/tx_build.h"

#include "models/base/planted.h"
#include "models/toe/rx/rx_write.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_end.h"
#include "models/toe/tx/tx_state.h"

#include <assert.h>
#include <string.h>

/* Returns true if the frame may carry its acknowledgment number. With ACK_POLICY_POSTED, all payload writes
 * that it covers must be issued on a live link. With ACK_POLICY_FLUSHED, a read after them must have
 * completed, because a read does not pass posted writes; with ACK_POLICY_RECORDED, a read after the last
 * record of the connection, which is written behind them. So whatever the frame tells the peer, the host knows. */
static bool may_acknowledge(struct toe_engine *engine, const struct tx_entry *entry,
                            uint64_t now_ps)
{
    enum ack_policy policy = engine->params.ack_policy;
    if (policy == ACK_POLICY_POSTED || PLANTED(ack_before_record))
        return PLANTED(ack_before_write) || toe_writes_are_issued(engine, entry->write_need);
    bool may = policy == ACK_POLICY_FLUSHED ? toe_writes_are_flushed(engine, entry->write_need)
                                            : toe_writes_are_recorded(engine, entry->record_need);
    if (!may)
        toe_writes_flush(engine, entry->flush_address, now_ps);
    return may;
}

void toe_tx_send(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_tx *tx = engine->tx;
    if (tx->building || tx->count == 0)
        return;
    struct tx_entry *entry = tx_entry_at(tx, 0);
    if (entry->reads > 0 || !may_acknowledge(engine, entry, now_ps) ||
        !engine->wiring.mac_has_space(engine->wiring.mac_self))
        return;
    tx->building = true;
    toe_due_cycles(engine, UNIT_BUILD, engine->params.build_cycles, now_ps);
}

/* Removes payload that was acknowledged after the segment was decided. The host knows of the acknowledgment
 * from the record and may have overwritten the ring before the payload was read, so these bytes must not be
 * sent. The frame still carries its acknowledgment number, which no other frame will send. */
static void trim_acknowledged(struct toe_engine *engine, struct tx_entry *entry,
                              const struct toe_conn *c)
{
    struct packet_out *out = &entry->out;
    uint32_t gone = c->snd_una - out->seq;
    if (entry->payload_len == 0 || (int32_t)gone <= 0)
        return;
    engine->stats.tx_trimmed++;
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

static void build(struct toe_engine *engine, struct tx_entry *entry, uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[entry->conn];
    assert(c->own_state == OWN_ACTIVE || c->own_state == OWN_QUIESCE);
    trim_acknowledged(engine, entry, c);
    uint16_t flags = entry->out.flags;
    if (PLANTED(resent_differs) && entry->retransmission && entry->payload_len)
        entry->frame->data[packet_header_bytes(&entry->out)] ^= 1;
    entry->frame->len = packet_build(entry->frame->data, &entry->out, entry->payload_len);
    engine->stats.tx_payload_bytes += entry->payload_len;
    engine->stats.tx_retransmissions += entry->retransmission;
    engine->stats.tx_resets += (flags & TCP_RST) != 0;
    engine->stats.tx_acks += entry->payload_len == 0 && flags == TCP_ACK;
    toe_probe(engine, (struct probe_event){.kind = PROBE_TX_BUILT,
                                           .now_ps = now_ps,
                                           .conn = entry->conn,
                                           .gen = entry->gen,
                                           .built.seq = entry->out.seq,
                                           .built.ack = entry->out.ack,
                                           .built.frame = entry->frame,
                                           .built.bytes = entry->payload_len});
    if (c->mark_tx && c->gen == entry->gen) {
        c->mark_tx = false;
        toe_mark(engine, MARK_FIRST_BUILT, entry->conn, entry->gen, NULL, now_ps);
    }
}

void toe_tx_build(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_tx *tx = engine->tx;
    assert(tx->building && tx->count > 0);
    struct tx_entry *entry = tx_entry_at(tx, 0);
    struct frame *frame = entry->frame;
    if (entry->kind == TX_SEGMENT)
        build(engine, entry, now_ps);
    else
        engine->stats.tx_host_frames++;
    engine->stats.tx_frames++;
    tx->building = false;
    tx->head = (tx->head + 1) % tx->capacity;
    tx->count--;
    assert(tx->wire_bytes >= entry->wire_bytes);
    tx->wire_bytes -= entry->wire_bytes;
    entry->frame = NULL;
    if (entry->kind == TX_SEGMENT) {
        struct toe_conn *c = &engine->conn[entry->conn];
        assert(c->tx_queued > 0);
        c->tx_queued--;
        c->tx_last = frame->id;
        toe_end_on_built(engine, entry->conn, now_ps);
    }
    frame_sink_accept(&engine->wiring.mac_tx, frame, now_ps);
}
