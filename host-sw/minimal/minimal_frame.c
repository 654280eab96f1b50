#include "host-sw/minimal/minimal_frame.h"

#include "host-sw/minimal/minimal_conn.h"
#include "host-sw/minimal/minimal_move.h"
#include "host-sw/minimal/minimal_report.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    RESET_BYTES_MAX = 128, /* of a frame without payload */
    RESET_TTL = 64,
    /* Completions of moves that are under way need space for their commands. With less than this, no frame may make
     * new commands. */
    SPACE_FOR_EVENTS = 1 << (MINIMAL_RING_LOG2 - 1),
};

void minimal_give_back(struct minimal *m, const struct minimal_frame *frame)
{
    assert(frame->port < NIC_COUNT && frame->buffer != 0);
    minimal_nic_post(&m->nics[frame->port], frame->buffer);
}

void minimal_lend(struct minimal *m, const struct minimal_frame *frame)
{
    assert(frame->buffer != 0);
    if (m->lent_count == m->lent_capacity) {
        m->lent_capacity = m->lent_capacity ? 2 * m->lent_capacity : 64;
        m->lent = memory_grow(m->lent, m->lent_capacity, sizeof *m->lent);
    }
    m->lent[m->lent_count++] = *frame;
}

bool minimal_take_lent(struct minimal *m, uint64_t id, struct minimal_frame *frame)
{
    for (uint32_t i = 0; i < m->lent_count; i++) {
        if (m->lent[i].id != id && (uint32_t)m->lent[i].id != id)
            continue;
        *frame = m->lent[i];
        m->lent[i] = m->lent[--m->lent_count];
        return true;
    }
    return false;
}

void minimal_drop(struct minimal *m, const struct minimal_frame *frame, uint32_t conn,
                  enum drop_reason reason)
{
    assert(reason != DROP_NONE);
    struct probe_event event = {.now_ps = minimal_now(m),
                                .drop = {.id = frame->id, .reason = reason},
                                .conn = conn,
                                .nic = frame->port,
                                .kind = PROBE_FRAME_DROPPED};
    drop_count(&m->stats.drops, reason);
    probe_emit(m->probe, &event);
    minimal_give_back(m, frame);
}

/* The reset is built in the buffer of the frame that it answers. The buffer comes back with the command's completion.
 */
void minimal_refuse(struct minimal *m, const struct minimal_frame *frame,
                    const struct packet *packet, enum drop_reason reason)
{
    struct tcp_tx tx = {0};
    struct flow_key key;
    uint8_t bytes[RESET_BYTES_MAX];
    if (!tcp_build_reset_for(&packet->seg, &tx)) {
        minimal_drop(m, frame, PROBE_NO_CONN, reason);
        return;
    }
    packet_flow_key(packet, &key);
    struct packet_out out = {.vlan = key.vlan,
                             .ip_version = packet->ip_version,
                             .ttl = RESET_TTL,
                             .sport = packet->seg.dport,
                             .dport = packet->seg.sport,
                             .seq = tx.seq,
                             .ack = tx.ack,
                             .flags = tx.flags,
                             .window = tx.window,
                             .options = tx.options,
                             .options_len = tx.options_len};
    memcpy(out.dst_mac, packet->src_mac, sizeof out.dst_mac);
    memcpy(out.src_mac, m->params.mac, sizeof out.src_mac);
    memcpy(out.src, packet->dst, sizeof out.src);
    memcpy(out.dst, packet->src, sizeof out.dst);
    uint32_t len = packet_build(bytes, &out, 0);
    struct minimal_frame answer = *frame;
    m->bus.ops->mem_write(m->bus.self, frame->buffer, bytes, len);
    minimal_lend(m, &answer);
    minimal_command(
        m, NULL, frame->port,
        (struct nic_cmd){
            .op = NIC_CMD_TX_FRAME, .list = frame->buffer, .count = len, .frame_id = frame->id});
    m->stats.resets_sent++;
    struct probe_event event = {.now_ps = minimal_now(m),
                                .drop = {.id = frame->id, .reason = reason},
                                .conn = PROBE_NO_CONN,
                                .nic = frame->port,
                                .kind = PROBE_FRAME_DROPPED};
    drop_count(&m->stats.drops, reason);
    probe_emit(m->probe, &event);
}

void minimal_hold(struct minimal *m, struct minimal_conn *c, const struct minimal_frame *frame)
{
    assert(minimal_conn_is_sane(c));
    if (c->held_count == m->params.hold_frames_per_conn) {
        minimal_drop(m, frame, minimal_id(m, c), DROP_HOLD_FULL);
        return;
    }
    if (!c->held)
        c->held = memory_zeroed(m->params.hold_frames_per_conn, sizeof *c->held);
    uint32_t at = c->held_count++; /* sorted by MAC time, because records of the two NICs mix */
    for (; at > 0 && c->held[at - 1].mac_time_ps > frame->mac_time_ps; at--)
        c->held[at] = c->held[at - 1];
    c->held[at] = *frame;
    if (c->view.state == DIR_OPENING)
        return; /* the SYN */
    c->held_moved++;
    c->held_bytes += frame->bytes;
    m->stats.held_frames++;
    minimal_emit(m, c, frame->port,
                 (struct probe_event){.kind = PROBE_FRAME_HELD, .frame.id = frame->id});
}

void minimal_inject(struct minimal *m, struct minimal_conn *c, unsigned nic,
                    const struct minimal_frame *frame)
{
    assert(minimal_conn_is_sane(c));
    minimal_lend(m, frame);
    minimal_command(m, c, nic,
                    (struct nic_cmd){.op = NIC_CMD_RX_INJECT,
                                     .list = frame->buffer,
                                     .count = frame->bytes,
                                     .frame_time_ps = frame->mac_time_ps,
                                     .frame_id = frame->id,
                                     .frame_port = frame->port});
    c->forwarded++;
    m->stats.forwarded_frames++;
}

/* Writes the receiving NIC's identifier to memory, unless the table names a later frame already (section 5). */
void minimal_rx_if(struct minimal *m, struct minimal_conn *c, unsigned nic, uint64_t mac_time_ps,
                   uint64_t frame_id)
{
    assert(minimal_conn_is_sane(c));
    bool is_older = mac_time_ps < c->view.last_rx_ps;
    if (!is_older) {
        uint8_t number = (uint8_t)nic;
        c->view.rx_if = number;
        c->view.last_rx_ps = mac_time_ps;
        m->bus.ops->mem_write(
            m->bus.self, m->entries + (uint64_t)minimal_id(m, c) * MINIMAL_ENTRY_BYTES, &number, 1);
    }
    minimal_emit(m, c, nic,
                 (struct probe_event){.kind = PROBE_RXIF_STORED,
                                      .stored = {.id = frame_id, .is_older = is_older}});
}

/* --- frames that no NIC has taken --- */

static enum drop_reason why_not(const struct minimal *m, const struct packet *packet,
                                const struct nic_record *record)
{
    const uint8_t *ours = packet->ip_version == 4 ? m->params.ipv4 : m->params.ipv6;
    if (packet->kind == PACKET_MALFORMED)
        return DROP_MALFORMED;
    if (packet->kind != PACKET_TCP)
        return DROP_NOT_TCP;
    if ((record->flags & (NIC_RECORD_CHECKSUMS_OK | NIC_RECORD_INJECTED)) == 0)
        return DROP_BAD_CHECKSUM;
    if (packet->source_routed)
        return DROP_SOURCE_ROUTED;
    if (memcmp(packet->dst, ours, sizeof packet->dst) != 0)
        return DROP_NOT_OURS;
    bool from_us = memcmp(packet->src, ours, sizeof packet->src) == 0;
    return from_us || !ip_addr_is_host(packet->src, packet->ip_version) ? DROP_BAD_SOURCE
                                                                        : DROP_NONE;
}

/* A foreign frame of a connection that is active on a NIC. The connection moves to the frame, unless the frame is no
 * news: it was injected before, is older than the last move, or is a SYN, which the owner has to answer. A connection
 * moves again only after its owner has applied a segment, so that it makes progress however its frames arrive. */
static void on_active(struct minimal *m, struct minimal_conn *c, const struct minimal_frame *frame,
                      const struct packet *packet, bool injected)
{
    assert(minimal_conn_is_sane(c));
    bool moves = !injected && frame->port != c->view.owner && frame->mac_time_ps > c->t0_ps &&
                 c->applied && (packet->seg.flags & TCP_SYN) == 0 && !c->abort_sent &&
                 m->moves_open < m->params.moves_outstanding_max;
    if (moves)
        minimal_move(m, c, frame);
    else
        minimal_inject(m, c, c->view.owner, frame);
}

static void on_known(struct minimal *m, struct minimal_conn *c, const struct minimal_frame *frame,
                     const struct packet *packet, bool injected)
{
    assert(minimal_conn_is_sane(c));
    switch (c->view.state) {
    case DIR_OPENING:
    case DIR_INSTALLING: /* the command comes behind INSTALL */
        minimal_inject(m, c, c->dest, frame);
        break;
    case DIR_FREEZING:
        minimal_hold(m, c, frame);
        break;
    default:
        on_active(m, c, frame, packet, injected);
    }
}

void minimal_on_foreign(struct minimal *m, const struct minimal_frame *frame,
                        const struct nic_record *record)
{
    struct packet packet;
    struct flow_key key;
    minimal_charge(m, CPU_COST_FOREIGN, 1);
    m->stats.foreign_frames++;
    packet_parse(m->bus.ops->mem_read(m->bus.self, frame->buffer, frame->bytes), frame->bytes,
                 false, &packet);
    enum drop_reason reason = why_not(m, &packet, record);
    bool has_space = minimal_nic_space(&m->nics[0]) > SPACE_FOR_EVENTS &&
                     minimal_nic_space(&m->nics[1]) > SPACE_FOR_EVENTS;
    if (reason == DROP_NONE && !has_space)
        reason = DROP_HOLD_FULL;
    if (reason != DROP_NONE) {
        minimal_report_record(m, record, PROBE_NO_CONN);
        minimal_drop(m, frame, PROBE_NO_CONN, reason);
        return;
    }
    packet_flow_key(&packet, &key);
    minimal_charge(m, CPU_COST_LOOKUP, 1);
    struct minimal_conn *c = minimal_find(m, &key);
    if (c) {
        minimal_rx_if(m, c, frame->port, frame->mac_time_ps, frame->id);
        minimal_report_record(m, record, minimal_id(m, c));
        on_known(m, c, frame, &packet, (record->flags & NIC_RECORD_INJECTED) != 0);
        return;
    }
    minimal_report_record(m, record, PROBE_NO_CONN);
    if ((packet.seg.flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN)
        minimal_open(m, frame, &packet, &key);
    else
        minimal_refuse(m, frame, &packet, DROP_NO_CONNECTION);
}
