/*
 * Connections on the host's own TCP, and the ways there and back (docs/host_stack.md). The host is
 * a place like a NIC: it has a connection under a generation, and gives it up before another has
 * it. From a NIC: FREEZE, image, and the host goes on. To a NIC: the context becomes an image, and
 * INSTALL. Rings stay where they are.
 */
#include "host-sw/team/team.h"

#include "models/base/memory.h"
#include "models/base/planted.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *host_reason_key(enum host_reason reason)
{
    static const char *const keys[HOST_REASON_COUNT] = {
#define X(id, key, text) key,
        HOST_REASONS(X)
#undef X
    };
    assert(reason < HOST_REASON_COUNT);
    return keys[reason];
}

/* --- between the host's TCP and the team --- */

/* The port its last frame came in by, as far as the mode allows. */
static bool send_frame(void *self, uint32_t conn, const uint8_t *frame, uint32_t len)
{
    struct host_sw *sw = self;
    struct dir_entry *entry = &sw->dir.entries[conn];
    unsigned port = sw->mode->reply_port(&sw->ports, entry->rx_if);
    if (!sw->ports.usable[port] || !host_stack_send_of(&sw->stack, port, conn, frame, len))
        return false;
    entry->pending++;
    return true;
}

static void on_record(void *self, const struct nic_record *record)
{
    struct host_sw *sw = self;
    struct dir_entry *entry = directory_match(&sw->dir, record->conn, record->gen);
    if (!entry)
        return; /* it ended in the same step as this segment came */
    if (record->verdict == NIC_VERDICT_APPLIED && record->gen == entry->gen)
        entry->applied = true;
    conn_io_on_progress(sw, entry, record);
}

static void on_event(void *self, const struct nic_event *event)
{
    if (event->kind == NIC_EVENT_NOTICE)
        icmp_on_notice(self, event);
    else if (event->kind == NIC_EVENT_CLOSED)
        termination_on_closed(self, event);
    else
        termination_on_terminated(self, event);
}

bool place_init(struct host_sw *sw)
{
    struct host_tcp_ops ops = {
        .send = send_frame, .on_record = on_record, .on_event = on_event, .self = sw};
    return host_tcp_init(&sw->tcp, sw->bus, &ops, &sw->params.tcp, sw->params.mac, sw->dir.conn_max,
                         sw->probe);
}

/* --- who may be on a NIC --- */

static bool policy_allows(const struct host_sw_params *params, const struct flow_key *key)
{
    if (params->offload != OFFLOAD_PORTS)
        return params->offload == OFFLOAD_ALL;
    const struct port_ranges *ports = &params->offload_ports;
    for (uint32_t i = 0; i < ports->count; i++)
        if (key->lport >= ports->range[i].first && key->lport <= ports->range[i].last)
            return true;
    return false;
}

enum host_reason place_refuses(const struct host_sw *sw, const struct flow_key *key)
{
    if (!policy_allows(&sw->params, key) || PLANTED(claim_host_processes))
        return HOST_REASON_POLICY;
    return sw->on_nics < sw->params.offload_max ? HOST_REASON_NONE : HOST_REASON_TABLE_FULL;
}

void place_count(struct host_sw *sw, struct dir_entry *entry, bool on_nics)
{
    if (entry->on_nics == on_nics)
        return;
    entry->on_nics = on_nics;
    assert(on_nics || sw->on_nics > 0);
    sw->on_nics = on_nics ? sw->on_nics + 1 : sw->on_nics - 1;
    sw->stats.on_nics_max = u32_max(sw->stats.on_nics_max, sw->on_nics);
}

/* --- the queue of those that wait for a place on the NICs --- */

static void wait_for_place(struct host_sw *sw, struct dir_entry *entry)
{
    if (!entry->waiting.listed)
        conn_list_add(&sw->waiting, team_conn_of(sw, entry));
}

static void stop_waiting(struct host_sw *sw, struct dir_entry *entry)
{
    conn_list_remove(&sw->waiting, team_conn_of(sw, entry));
}

/* --- to the host --- */

static void apply_held(struct host_sw *sw, struct dir_entry *entry)
{
    struct dir_frame frame;
    uint32_t count = entry->held_count; /* what is held again meanwhile waits for the next step */
    while (count-- > 0 && hold_take(&sw->hold, entry, &frame)) {
        const uint8_t *bytes = sw->bus.ops->mem_read(sw->bus.self, frame.buffer, frame.bytes);
        struct packet packet;
        packet_parse(bytes, frame.bytes, false, &packet);
        place_input(sw, entry, &frame, &packet);
        buffer_pool_unref(&sw->pool, frame.buffer);
    }
}

void place_take(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image,
                enum host_reason reason)
{
    assert(entry->state != DIR_CLOSING && !entry->reload.freezing && !entry->reload.installing);
    move_unlist(sw, entry);
    if (entry->reload.tombstone)
        install_release(sw, entry, entry->reload.src, entry->reload.src_gen);
    entry->reload = (struct reload){0};
    place_count(sw, entry, false);
    entry->wholes = entry->ooo_drops = 0;
    if (image->move_count < UINT16_MAX)
        image->move_count++;
    image->owner = PLACE_HOST;
    image->generation = entry->gen;
    image->own_state = OWN_HOLD;
    image->move_reason = MOVE_ONLOADED;
    image->rx_if = image->tx_if = entry->rx_if;
    tcp_image_seal(image);
    entry->owner = PLACE_HOST;
    entry->host_reason = (uint8_t)reason;
    entry->applied = false;
    sw->stats.host_taken[reason]++;
    host_tcp_install(&sw->tcp, image);
    team_set_state(sw, entry, DIR_ACTIVE);
    if (reason == HOST_REASON_TABLE_FULL || reason == HOST_REASON_NO_MEMBER)
        wait_for_place(sw, entry);
    team_touch(sw, entry); /* what the application did meanwhile */
    apply_held(sw, entry);
}

bool place_take_refused(struct host_sw *sw, struct dir_entry *entry)
{
    struct conn_ctx image;
    uint32_t conn = team_conn_of(sw, entry);
    memcpy(&image, sw->bus.ops->mem_read(sw->bus.self, team_image_address(sw, conn), sizeof image),
           sizeof image);
    if (!tcp_image_check(&image) || image.conn_id != conn || image.generation != entry->gen)
        return false;
    if (entry->reload.kind == RELOAD_OPEN)
        sw->stats.host_opened++;
    place_take(sw, entry, &image, HOST_REASON_REFUSED);
    return true;
}

void place_on_extracted(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image)
{
    const struct reload *reload = &entry->reload;
    assert(reload->kind == RELOAD_ONLOAD && reload->tombstone);
    (void)reload;
    directory_next_gen(entry);
    sw->stats.onloaded++;
    place_take(sw, entry, image, (enum host_reason)entry->host_reason);
}

/* --- to a NIC --- */

void place_extract(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image)
{
    stop_waiting(sw, entry);
    host_tcp_extract(&sw->tcp, team_conn_of(sw, entry), image);
}

void place_give(struct host_sw *sw, struct dir_entry *entry, unsigned dest)
{
    struct conn_ctx image;
    assert(entry->reload.kind == RELOAD_OFFLOAD && host_tcp_has(&sw->tcp, team_conn_of(sw, entry)));
    place_extract(sw, entry, &image);
    install_give(sw, entry, dest, MOVE_OFFLOADED, &image);
    team_set_state(sw, entry, DIR_INSTALLING);
}

/* --- frames and ends --- */

void place_input(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                 const struct packet *packet)
{
    uint32_t conn = team_conn_of(sw, entry);
    struct nic_record about = {.nic = frame->port,
                               .bytes = frame->bytes,
                               .mac_time_ps = frame->mac_time_ps,
                               .frame_id = frame->frame_id};
    if (!host_tcp_has(&sw->tcp, conn)) {
        team_hold(sw, entry, frame); /* it has ended, and the next step acts on that */
        return;
    }
    enum drop_reason reason = host_tcp_input(&sw->tcp, conn, packet, &about);
    if (reason != DROP_NONE) {
        team_drop_frame(sw, frame, conn, reason);
        return;
    }
    struct probe_event event = {.now_ps = team_now(sw),
                                .verdict.id = frame->frame_id,
                                .verdict.verdict = NIC_VERDICT_APPLIED,
                                .conn = conn,
                                .gen = entry->gen,
                                .nic = PLACE_HOST,
                                .kind = PROBE_RX_VERDICT};
    probe_emit(sw->probe, &event);
}

void place_on_ended(struct host_sw *sw, struct dir_entry *entry)
{
    stop_waiting(sw, entry);
    place_count(sw, entry, false);
    assert(!host_tcp_has(&sw->tcp, team_conn_of(sw, entry)));
}

/* --- wishes, and places that became free --- */

static unsigned nic_for(const struct host_sw *sw, const struct dir_entry *entry)
{
    return sw->mode->may_own(&sw->ports, entry->rx_if) ? entry->rx_if : team_other(entry->rx_if);
}

void place_take_away(struct host_sw *sw, struct dir_entry *entry, enum host_reason reason)
{
    entry->host_reason = (uint8_t)reason;
    struct move_trigger why = move_called(sw);
    move_request(sw, entry, PLACE_HOST, MOVE_ONLOADED, &why);
}

void place_on_dropped(struct host_sw *sw, struct dir_entry *entry, enum drop_reason reason)
{
    uint32_t limit = sw->params.offload_out_of_order_max;
    if (reason != DROP_TCP_OOO_FULL || entry->state != DIR_ACTIVE || entry->owner == PLACE_HOST)
        return;
    entry->ooo_drops++;
    if (limit > 0 && entry->ooo_drops >= limit)
        place_take_away(sw, entry, HOST_REASON_OUT_OF_ORDER);
}

void place_take_all(struct host_sw *sw, unsigned nic)
{
    team_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        struct dir_entry *entry = &sw->dir.entries[conn];
        if (entry->state == DIR_ACTIVE && entry->owner == nic)
            place_take_away(sw, entry, HOST_REASON_NO_MEMBER);
    }
}

static void fulfil(struct host_sw *sw, struct dir_entry *entry, bool on_host)
{
    struct move_trigger why = move_called(sw);
    if (entry->state != DIR_ACTIVE || (entry->owner == PLACE_HOST) == on_host)
        return;
    if (on_host) {
        place_take_away(sw, entry, HOST_REASON_REQUEST);
    } else if (sw->on_nics < sw->params.offload_max) {
        unsigned nic = nic_for(sw, entry);
        if (sw->mode->may_own(&sw->ports, nic))
            move_request(sw, entry, nic, MOVE_OFFLOADED, &why);
    } else {
        entry->host_reason = HOST_REASON_TABLE_FULL;
        wait_for_place(sw, entry);
    }
}

static void run_wish(struct host_sw *sw, const struct place_wish *wish)
{
    if (wish->conn != DIR_NONE) {
        if (directory_is_live(&sw->dir, wish->conn))
            fulfil(sw, &sw->dir.entries[wish->conn], wish->on_host);
        return;
    }
    team_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++)
        fulfil(sw, &sw->dir.entries[conn], wish->on_host);
}

bool place_run(struct host_sw *sw)
{
    bool busy = sw->wish_count > 0;
    for (uint32_t i = 0; i < sw->wish_count; i++)
        run_wish(sw, &sw->wishes[i]);
    sw->wish_count = 0;
    while (sw->waiting.count > 0 && sw->on_nics < sw->params.offload_max &&
           sw->moves_count < sw->params.moves_outstanding_max) {
        struct dir_entry *entry = &sw->dir.entries[conn_list_first(&sw->waiting)];
        if (!sw->mode->may_own(&sw->ports, nic_for(sw, entry)))
            break; /* nor any other */
        stop_waiting(sw, entry);
        fulfil(sw, entry, false);
        busy = true;
    }
    return busy;
}

void host_sw_request_place(struct host_sw *sw, uint32_t conn, bool on_host)
{
    if (sw->wish_count == sw->wish_capacity) {
        sw->wish_capacity = sw->wish_capacity ? 2 * sw->wish_capacity : 16;
        sw->wishes = realloc(sw->wishes, sw->wish_capacity * sizeof *sw->wishes);
        memory_check(sw->wishes);
    }
    sw->wishes[sw->wish_count++] = (struct place_wish){conn, on_host};
}
