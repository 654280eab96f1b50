/* The core of the team, which dispatches every record and every event of both NICs. */
#include "host-sw/dispatch/dispatch.h"

#include "host-sw/conn/app_calls.h"
#include "host-sw/conn/conn.h"
#include "host-sw/conn/fate.h"
#include "host-sw/conn/rx_if.h"
#include "host-sw/dispatch/command_done.h"
#include "host-sw/dispatch/conn_io.h"
#include "host-sw/dispatch/event_order.h"
#include "host-sw/dispatch/foreign.h"
#include "host-sw/dispatch/fragments.h"
#include "host-sw/dispatch/icmp.h"
#include "host-sw/life/connecting.h"
#include "host-sw/life/cookie.h"
#include "host-sw/life/farewell.h"
#include "host-sw/life/offload.h"
#include "host-sw/life/opening.h"
#include "host-sw/life/termination.h"
#include "host-sw/server/server.h"
#include "host-sw/stack/answer.h"
#include "host-sw/stack/host_tcp_tx.h"
#include "host-sw/stack/seq.h"
#include "host-sw/team/failover.h"
#include "host-sw/transfer/place_nic.h"
#include "host-sw/transfer/transfer.h"
#include "models/base/memory.h"
#include "models/base/planted.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BUDGET = 64 }; /* records of one NIC that a step without events acts on */

static void record_used(struct host_sw *sw, const struct nic_record *record, uint32_t conn)
{
    struct probe_event event = {.now_ps = server_now(sw),
                                .verdict = {.id = record->frame_id, .verdict = record->verdict},
                                .conn = conn,
                                .gen = record->gen,
                                .nic = record->nic,
                                .kind = PROBE_RECORD_USED};
    probe_emit(sw->probe, &event);
}

/* Acts on a segment whose tuple is not in the directory. The tuple may be in TIME_WAIT, or the segment may open a
 * connection. Otherwise the host answers with a reset. */
static void on_unknown(struct host_sw *sw, const struct dir_frame *frame,
                       const struct packet *packet, const struct flow_key *key)
{
    const struct tcp_segment *seg = &packet->seg;
    struct time_wait *waiting = time_wait_find(&sw->stack.time_waits, key);
    unsigned port = sw->mode->reply_port(&sw->ports, frame->port);
    if (waiting) {
        uint64_t now_ps = server_now(sw);
        enum time_wait_verdict verdict =
            time_wait_input(&sw->stack.time_waits, waiting, seg, now_ps);
        if (verdict != TIME_WAIT_REOPEN) {
            if (verdict == TIME_WAIT_ACK)
                host_stack_send_time_wait_ack(&sw->stack, port, packet, waiting, now_ps);
            fate_drop(sw, frame, PROBE_NO_CONN, DROP_TIME_WAIT);
            return;
        }
        struct time_wait old = *waiting;
        termination_forget_time_wait(sw, waiting);
        sw->stats.syns++;
        opening_on_syn(sw, frame, packet, key, &old);
        return;
    }
    if ((seg->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN) {
        /* The SYN shows that the peer has ended the old connection by itself. */
        farewell_forget(sw, key);
        sw->stats.syns++;
        if (!cookie_on_syn(sw, frame, packet, key))
            opening_on_syn(sw, frame, packet, key, NULL);
        return;
    }
    if (cookie_on_ack(sw, frame, packet, key))
        return;
    /* The listener drops such a segment without a reset (RFC 9293 3.10.7.2, fourth step). */
    if (!(seg->flags & (TCP_ACK | TCP_RST)) && opening_is_for_listener(sw, key, seg)) {
        fate_drop(sw, frame, PROBE_NO_CONN, DROP_TCP_NO_ACK);
        return;
    }
    if (!farewell_on_frame(sw, key, seg) && host_stack_send_reset(&sw->stack, port, packet))
        sw->stats.resets_sent++;
    fate_drop(sw, frame, PROBE_NO_CONN, DROP_NO_CONNECTION);
}

static void on_known(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                     const struct packet *packet, bool raced)
{
    assert(dir_entry_is_sane(entry));
    switch ((enum dir_state)entry->state) {
    case DIR_OPENING:
    case DIR_INSTALLING:
        if (entry->resolving)
            fate_hold(sw, entry, frame); /* no NIC knows the connection yet */
        else
            transfer_on_frame(sw, entry, frame, packet);
        break;
    case DIR_ACTIVE:
        if (transfer_is_under_way(entry))
            transfer_on_frame(sw, entry, frame, packet);
        else
            foreign_frame(sw, entry, frame, packet, raced);
        break;
    case DIR_FREEZING:
        if (!PLANTED(frame_forgotten))
            transfer_on_frame(sw, entry, frame, packet);
        break;
    case DIR_INACTIVE:
        place_table[PLACE_MEMORY]->relay(sw, entry, PLACE_MEMORY, frame, packet);
        break;
    case DIR_FREE:
    case DIR_CLOSING:
    case DIR_TIME_WAIT:
    case DIR_STATE_COUNT:
        assert(!"an ended connection is not in the directory");
    }
}

static enum drop_reason reject_reason(const struct host_sw *sw, const struct packet *packet,
                                      const struct nic_record *record)
{
    if (packet->kind == PACKET_MALFORMED)
        return DROP_MALFORMED;
    if (packet->kind != PACKET_TCP)
        return DROP_NOT_TCP;
    if (record && (record->flags & (NIC_RECORD_CHECKSUMS_OK | NIC_RECORD_INJECTED)) == 0)
        return DROP_BAD_CHECKSUM;
    if (packet->source_routed)
        return DROP_SOURCE_ROUTED;
    const uint8_t *ours = packet->ip_version == 4 ? sw->params.ipv4 : sw->params.ipv6;
    if (memcmp(packet->dst, ours, 16) != 0)
        return DROP_NOT_OURS; /* this includes multicast and broadcast addresses (MUST-57) */
    bool from_us = memcmp(packet->src, ours, 16) == 0;
    return from_us || !ip_addr_is_host(packet->src, packet->ip_version) ? DROP_BAD_SOURCE
                                                                        : DROP_NONE;
}

/* Passes a frame that is not TCP to the host stack, which answers it if it can. Other frames are dropped. */
static void on_other(struct host_sw *sw, const struct dir_frame *frame, const uint8_t *bytes,
                     const struct nic_record *record)
{
    struct answer_request request = {.frame = bytes,
                                     .bytes = frame->bytes,
                                     .port = sw->mode->reply_port(&sw->ports, frame->port),
                                     .ipv4 = sw->params.ipv4,
                                     .ipv6 = sw->params.ipv6};
    struct answer_result result;
    if (record)
        record_used(sw, record, PROBE_NO_CONN);
    answer_frame(&sw->stack, &request, &result);
    sw->stats.arp_answers += result.kind == ANSWER_ARP;
    sw->stats.neighbour_answers += result.kind == ANSWER_NEIGHBOUR;
    sw->stats.echo_answers += result.kind == ANSWER_ECHO;
    sw->stats.echo_replies += result.kind == ANSWER_ECHO_REPLY;
    if (result.has_neighbour)
        connecting_on_neighbour(sw, &result.neighbour, result.neighbour_mac);
    if (result.kind == ANSWER_ERROR)
        icmp_on_error(sw, &result);
    if (result.kind == ANSWER_NONE) {
        fate_drop(sw, frame, PROBE_NO_CONN, result.reason);
        return;
    }
    fate_answered(sw, frame);
}

/* Decides what to do with a frame that no NIC has taken. The caller keeps its reference to the buffer. record is null
 * for a frame that was held. */
static void examine(struct host_sw *sw, const struct dir_frame *frame,
                    const struct nic_record *record, bool is_reassembled)
{
    server_charge(sw, CPU_COST_FOREIGN, 1);
    const uint8_t *bytes = sw->bus.ops->mem_read(sw->bus.self, frame->buffer, frame->bytes);
    struct packet packet;
    packet_parse(bytes, frame->bytes, false, &packet);
    if (packet.kind == PACKET_OTHER) {
        on_other(sw, frame, bytes, record);
        return;
    }
    if (packet.kind == PACKET_FRAGMENT) {
        if (record)
            record_used(sw, record, PROBE_NO_CONN);
        fragments_input(sw, frame, bytes, &packet);
        return;
    }
    enum drop_reason reason = reject_reason(sw, &packet, record);
    if (reason != DROP_NONE) {
        if (record)
            record_used(sw, record, PROBE_NO_CONN);
        fate_drop(sw, frame, PROBE_NO_CONN, reason);
        return;
    }
    struct flow_key key;
    packet_flow_key(&packet, &key);
    server_charge(sw, CPU_COST_LOOKUP, 1);
    uint32_t conn = PLANTED(claim_not_examined) ? DIR_NONE : directory_find(&sw->dir, &key);
    if (conn == DIR_NONE) {
        if (record)
            record_used(sw, record, PROBE_NO_CONN);
        on_unknown(sw, frame, &packet, &key);
        return;
    }
    struct dir_entry *entry = &sw->dir.entries[conn];
    rx_if_store(sw, entry, frame->port, frame->mac_time_ps, frame->frame_id);
    if (record)
        record_used(sw, record, conn);
    /* A segment that arrived in fragments is only forwarded and never triggers a move. */
    bool only_forward = !record || (record->flags & NIC_RECORD_INJECTED) != 0 || is_reassembled;
    on_known(sw, entry, frame, &packet, only_forward);
    if (is_reassembled)
        offload_on_fragments(sw, entry);
}

void dispatch_frame(struct host_sw *sw, const struct dir_frame *frame,
                    const struct nic_record *record)
{
    examine(sw, frame, record, false);
}

static void on_reassembled(struct host_sw *sw, const struct dir_frame *frame,
                           const struct nic_record *record)
{
    examine(sw, frame, record, true);
}

static bool is_foreign(const struct nic_record *record)
{
    return record->verdict == NIC_VERDICT_NOT_MINE || record->verdict == NIC_VERDICT_MOVED ||
           record->verdict == NIC_VERDICT_RESERVED || record->verdict == NIC_VERDICT_STALE_INJECT;
}

/* Acts on the record of a frame that the connection's NIC has applied, or has dropped by the rules of TCP. */
static void on_owned(struct host_sw *sw, const struct nic_record *record)
{
    struct dir_entry *entry = directory_match(&sw->dir, record->conn, record->gen);
    if (!entry) {
        /* The connection has ended, so the record has no further effect. */
        record_used(sw, record,
                    directory_is_live(&sw->dir, record->conn) ? record->conn : PROBE_NO_CONN);
        sw->stats.stale_events++;
        return;
    }
    rx_if_store(sw, entry, record->nic, record->mac_time_ps, record->frame_id);
    record_used(sw, record, record->conn);
    if (record->verdict == NIC_VERDICT_APPLIED && record->gen == entry->gen)
        entry->applied = true;
    if ((record->flags & NIC_RECORD_INJECTED) == 0)
        foreign_note_own(sw, entry, record);
    conn_io_on_progress(sw, entry, record);
    transfer_on_record(sw, entry, record);
    if (record->verdict == NIC_VERDICT_DROPPED)
        offload_on_dropped(sw, entry, (enum drop_reason)record->reason);
}

/* Returns true if the record must wait. It waits behind any other waiting record of its connection, because records of
 * a connection are acted on in their order. */
static bool must_wait(const struct host_sw *sw, const struct nic_record *record)
{
    if (!directory_is_live(&sw->dir, record->conn))
        return false;
    for (uint32_t i = 0; i < sw->intake.waiting.count; i++)
        if (sw->intake.waiting.records[i].conn == record->conn)
            return true;
    return !transfer_may_consume(sw, &sw->dir.entries[record->conn], record);
}

static void put_aside(struct waiting_records *waiting, const struct nic_record *record)
{
    if (waiting->count == waiting->capacity) {
        waiting->capacity = waiting->capacity ? 2 * waiting->capacity : 64;
        waiting->records = realloc(waiting->records, waiting->capacity * sizeof *waiting->records);
        memory_check(waiting->records);
    }
    waiting->records[waiting->count++] = *record;
}

/* Acts on the waiting records in their order. Returns true if it has acted on at least one. */
static bool run_waiting(struct host_sw *sw)
{
    struct waiting_records *waiting = &sw->intake.waiting;
    uint32_t count = waiting->count;
    waiting->count = 0; /* put_aside() writes at or before the index that the loop has read */
    for (uint32_t i = 0; i < count; i++) {
        struct nic_record record = waiting->records[i];
        if (must_wait(sw, &record)) {
            put_aside(waiting, &record);
            continue;
        }
        server_run_on(sw, directory_flow_hash(&sw->dir, record.conn));
        on_owned(sw, &record);
    }
    server_run_on_first(sw);
    return waiting->count < count;
}

/* Returns the hash of the flow that the record is about, by which its core is chosen. */
static uint32_t flow_hash_of(const struct host_sw *sw, const struct nic_record *record)
{
    return is_foreign(record) ? record->flow_hash : directory_flow_hash(&sw->dir, record->conn);
}

static void on_record(struct host_sw *sw, struct nic_driver *driver,
                      const struct nic_record *record)
{
    assert(record->nic < NIC_COUNT);
    sw->stats.records++;
    server_charge(sw, CPU_COST_RECORD, 1);
    uint64_t buffer = 0;
    if ((record->flags & NIC_RECORD_INJECTED) != 0) {
        buffer = buffer_pool_return(&sw->pool, record->frame_id);
    } else if (record->buffer != 0) {
        nic_driver_on_buffer(driver, record->buffer);
        buffer = record->buffer;
    }
    if (is_foreign(record) && buffer != 0) {
        struct dir_frame frame = {.buffer = buffer,
                                  .mac_time_ps = record->mac_time_ps,
                                  .frame_id = record->frame_id,
                                  .bytes = record->bytes,
                                  .port = record->nic};
        sw->stats.foreign_frames++;
        dispatch_frame(sw, &frame, record);
    } else if (must_wait(sw, record)) {
        put_aside(&sw->intake.waiting, record);
    } else {
        on_owned(sw, record);
    }
    if (buffer != 0)
        buffer_pool_unref(&sw->pool, buffer);
}

static void on_event(struct host_sw *sw, const struct nic_event *event)
{
    unsigned nic = event->nic;
    assert(nic < NIC_COUNT);
    sw->stats.events++;
    server_charge(sw, CPU_COST_EVENT, 1);
    switch ((enum nic_event_kind)event->kind) {
    case NIC_EVENT_CMD_DONE:
        command_done(sw, nic, event);
        break;
    case NIC_EVENT_TERMINATED:
        termination_on_terminated(sw, event);
        break;
    case NIC_EVENT_CLOSED:
        termination_on_closed(sw, event);
        break;
    case NIC_EVENT_STALE_DOORBELL: {
        /* INSTALL carried newer values than any doorbell of the old generation. */
        struct dir_entry *entry = directory_match(&sw->dir, event->conn, event->gen);
        sw->stats.stale_doorbells++;
        if (entry)
            conn_touch(sw, entry);
        break;
    }
    case NIC_EVENT_NOTICE:
        icmp_on_notice(sw, event);
        break;
    case NIC_EVENT_LINK: {
        struct move_trigger why = {
            .at_ps = event->link_ps, .kind = TRIGGER_LINK, .port = (uint8_t)nic};
        sw->nics[nic].link_up = (event->a & 1) != 0;
        failover_on_ports_changed(sw, NIC_COUNT, &why);
        break;
    }
    case NIC_EVENT_NO_BUFFER: /* each step ends with posting all buffers that are available */
    case NIC_EVENT_NONE:
        break;
    }
}

/* Acts on the event on the core of its connection. A list has no connection. */
static void on_event_on_core(struct host_sw *sw, const struct nic_event *event)
{
    bool has_conn = event->kind != NIC_EVENT_LINK && event->kind != NIC_EVENT_NO_BUFFER;
    server_run_on(sw, has_conn ? directory_flow_hash(&sw->dir, event->conn) : 0);
    on_event(sw, event);
    server_run_on_first(sw);
}

static bool drain_records(struct host_sw *sw, struct nic_driver *driver, uint32_t budget)
{
    bool any = false;
    server_charge(sw, CPU_COST_POLL, 1);
    const struct nic_record *record;
    for (uint32_t i = 0; i < budget && (record = nic_ring_peek(&driver->records)) != NULL; i++) {
        struct nic_record copy = *record;
        nic_ring_advance(&driver->records);
        server_run_on(sw, flow_hash_of(sw, &copy));
        on_record(sw, driver, &copy);
        any = true;
    }
    server_run_on_first(sw);
    return any;
}

bool dispatch_poll(struct host_sw *sw)
{
    bool busy = host_tcp_deliver(&sw->tcp);
    busy |= run_waiting(sw);
    busy |= fragments_run(sw, on_reassembled);
    /* Events that a NIC wrote before it died are still valid. */
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        if (nic_driver_has_rings(&sw->nics[nic]))
            busy |= event_order_read(sw, &sw->nics[nic]);
    /* If there are events, all records are read before the events are acted on. The ring does not grow within a step,
     * so the loop ends without a budget too. */
    uint32_t budget = sw->intake.event_count ? UINT32_MAX : (uint32_t)RECORD_BUDGET;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        if (nic_driver_has_rings(&sw->nics[nic]))
            busy |= drain_records(sw, &sw->nics[nic], budget);
    busy |= app_calls_run(sw);
    event_order_run(sw, on_event_on_core);
    if (sw->transfers.wanted.count > 0)
        transfer_run_queue(sw); /* connections that have ended make room for queued transfers */
    if (sw->place_requests.count > 0 || sw->nic_places.waiting.count > 0)
        busy |= offload_run(sw);
    if (sw->tcp.next_ps <= server_now(sw) || sw->tcp.ready_head != HOST_TCP_NONE)
        busy |= host_tcp_run(&sw->tcp);
    return busy;
}
