/*
 * The host is a place like a NIC: it has a connection under a generation, and gives the connection up before
 * another place gets it. The rings stay at the same addresses in host memory.
 */
#include "host-sw/transfer/place_host.h"

#include "host-sw/conn/conn.h"
#include "host-sw/conn/fate.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/image.h"
#include "host-sw/transfer/nic_places.h"
#include "host-sw/transfer/place_nic.h"
#include "host-sw/transfer/transfer_report.h"
#include "models/tcp/rebuild/tcp_hard.h"

#include <assert.h>

bool place_host_send(void *self, uint32_t conn, const uint8_t *frame, uint32_t len)
{
    struct host_sw *sw = self;
    assert(conn < sw->dir.conn_max);
    struct dir_entry *entry = &sw->dir.entries[conn];
    assert(dir_entry_is_sane(entry));
    unsigned port = sw->mode->reply_port(&sw->ports, entry->rx_if);
    if (!sw->ports.usable[port] || !host_stack_send_of(&sw->stack, port, conn, frame, len))
        return false;
    entry->pending++;
    return true;
}

/* --- frames --- */

static void relay(struct host_sw *sw, struct dir_entry *entry, unsigned place,
                  const struct dir_frame *frame, const struct packet *packet)
{
    assert(dir_entry_is_sane(entry));
    uint32_t conn = entry->conn;
    struct nic_record about = {.nic = frame->port,
                               .bytes = frame->bytes,
                               .mac_time_ps = frame->mac_time_ps,
                               .frame_id = frame->frame_id};
    if (!host_tcp_has(&sw->tcp, conn)) {
        fate_hold(sw, entry,
                  frame); /* the connection has ended; the next step acts on its end event */
        return;
    }
    enum drop_reason reason = host_tcp_input(&sw->tcp, conn, packet, &about);
    if (reason != DROP_NONE) {
        fate_drop(sw, frame, conn, reason);
        return;
    }
    struct probe_event event = {.now_ps = server_now(sw),
                                .verdict.id = frame->frame_id,
                                .verdict.verdict = NIC_VERDICT_APPLIED,
                                .conn = conn,
                                .gen = entry->gen,
                                .nic = (uint8_t)place,
                                .kind = PROBE_RX_VERDICT};
    probe_emit(sw->probe, &event);
}

/* Applies the frames that are held now. A frame that is held again meanwhile waits for the next step. */
static void apply_held(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct dir_frame frame;
    uint32_t count = entry->held_count;
    while (count-- > 0 && hold_take(&sw->hold, entry, &frame)) {
        const uint8_t *bytes = sw->bus.ops->mem_read(sw->bus.self, frame.buffer, frame.bytes);
        struct packet packet;
        packet_parse(bytes, frame.bytes, false, &packet);
        relay(sw, entry, PLACE_HOST, &frame, &packet);
        buffer_pool_unref(&sw->pool, frame.buffer);
    }
}

/* --- giving and taking --- */

void place_host_take_over(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image,
                          enum host_reason reason)
{
    assert(dir_entry_is_sane(entry));
    assert(entry->state != DIR_CLOSING && !entry->transfer.at_nics.freezing &&
           !entry->transfer.at_nics.installing);
    place_nic_release_source(sw, entry);
    nic_places_count(sw, entry, false);
    entry->reassembled = entry->ooo_drops = 0;
    if (entry->transfer.at_nics.is_hard)
        tcp_image_complete(image, &sw->params.tcp);
    image_hand_over(entry, image, PLACE_HOST, MOVE_ONLOADED);
    entry->owner = PLACE_HOST;
    entry->host_reason = (uint8_t)reason;
    entry->applied = false;
    sw->stats.host_taken[reason]++;
    host_tcp_install(&sw->tcp, image);
    conn_set_state(sw, entry, DIR_ACTIVE);
    if (reason == HOST_REASON_TABLE_FULL || reason == HOST_REASON_NO_MEMBER)
        nic_places_wait(sw, entry);
    conn_touch(sw, entry); /* the host's TCP must learn what the application did meanwhile */
    apply_held(sw, entry);
    assert(dir_entry_is_sane(entry));
}

static void give(struct host_sw *sw, struct dir_entry *entry, unsigned place,
                 enum move_reason reason, struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    (void)place;
    (void)reason;
    conn_next_gen(entry);
    conn_mark(sw, entry, MARK_ACTIVE, server_now(sw));
    place_host_take_over(sw, entry, image, (enum host_reason)entry->host_reason);
    conn_mark(sw, entry, MARK_HELD_APPLIED, server_now(sw));
    entry->transfer.mechanism->on_done(sw, entry, &(struct transfer_done){.step = TRANSFER_GIVEN});
}

/* The host has the context in its own memory, so it hands out the image at once. */
static void take(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct conn_ctx image;
    nic_places_stop_waiting(sw, entry);
    host_tcp_extract(&sw->tcp, entry->conn, &image);
    entry->transfer.frozen_ps = server_now(sw);
    conn_mark(sw, entry, MARK_FROZEN, entry->transfer.frozen_ps);
    entry->transfer.mechanism->on_done(
        sw, entry, &(struct transfer_done){.step = TRANSFER_TAKEN, .image = &image});
}

const struct place_ops place_host = {.take = take, .give = give, .relay = relay};
