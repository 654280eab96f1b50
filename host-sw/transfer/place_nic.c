#include "host-sw/transfer/place_nic.h"

#include "host-sw/conn/conn.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/image.h"
#include "host-sw/transfer/nic_places.h"
#include "host-sw/transfer/transfer_report.h"
#include "models/base/memory.h"
#include "models/base/planted.h"

#include <assert.h>
#include <stdlib.h>

enum { INSTALL_TRIES_MAX = 2 }; /* a refused image is tried once more */

/* Issues a command of a transfer, in a list if its mechanism has lists. */
static void command(struct host_sw *sw, struct dir_entry *entry, unsigned nic, struct nic_cmd cmd)
{
    assert(dir_entry_is_sane(entry));
    const struct mechanism_ops *mechanism = entry->transfer.mechanism;
    if (mechanism && mechanism->list_max)
        conn_command_in_list(sw, entry, nic, cmd);
    else
        conn_command(sw, entry, nic, cmd, 0);
}

/* --- reservations and tombstones --- */

static void reserve(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint16_t gen)
{
    assert(dir_entry_is_sane(entry));
    struct transfer_at_nics *at_nics = &entry->transfer.at_nics;
    struct nic_cmd cmd = {.op = NIC_CMD_RESERVE,
                          .flags = NIC_CMD_FLAG_NO_COMPLETION, /* nobody waits for a success */
                          .gen = gen,
                          .image = image_address(sw, entry->conn)};
    at_nics->reserved = true;
    at_nics->refused = false;
    at_nics->reserve_gen = gen;
    at_nics->reserve_nic = (uint8_t)nic;
    if (sw->nics[nic].takes_tuples)
        nic_tuple_to_cmd(&entry->key, &cmd);
    command(sw, entry, nic, cmd);
}

/* Releases an entry in the lookup table of a NIC. A dead NIC may keep the entry, which does no harm because its
 * generation is old. */
static void release(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint16_t gen)
{
    assert(dir_entry_is_sane(entry));
    struct nic_cmd cmd = {.op = NIC_CMD_RELEASE,
                          .flags = NIC_CMD_FLAG_NO_COMPLETION,
                          .gen = gen,
                          .image = image_address(sw, entry->conn)};
    if (sw->nics[nic].takes_tuples)
        nic_tuple_to_cmd(&entry->key, &cmd);
    if (sw->nics[nic].up)
        command(sw, entry, nic, cmd);
}

static void release_place(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct transfer_at_nics *at_nics = &entry->transfer.at_nics;
    if (at_nics->reserved)
        release(sw, entry, at_nics->reserve_nic, at_nics->reserve_gen);
    at_nics->reserved = false;
}

void place_nic_release_source(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    if (transfer->at_nics.tombstone && !PLANTED(tombstone_leaked))
        release(sw, entry, transfer->src, transfer->at_nics.src_gen);
    transfer->at_nics.tombstone = false;
    assert(dir_entry_is_sane(entry));
}

void place_nic_forget(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!PLANTED(reservation_leaked))
        release_place(sw, entry);
    place_nic_release_source(sw, entry);
    assert(dir_entry_is_sane(entry));
}

static void prepare(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    reserve(sw, entry, entry->transfer.dest, (uint16_t)(entry->gen + 1));
    if (PLANTED(t7_of_command))
        conn_mark(sw, entry, MARK_IMAGE_SEEN, server_now(sw));
}

void place_nic_on_reserve_done(struct dir_entry *entry, const struct nic_event *event)
{
    assert(dir_entry_is_sane(entry));
    struct transfer_at_nics *at_nics = &entry->transfer.at_nics;
    if (!entry->transfer.mechanism || event->result == NIC_RESULT_OK ||
        at_nics->reserve_gen != event->gen || at_nics->reserve_nic != event->nic)
        return;
    /* If INSTALL was already issued, it fails as well, and its completion decides what happens next. */
    at_nics->reserved = false;
    at_nics->refused = true;
}

void place_nic_on_dest_lost(struct dir_entry *entry) { entry->transfer.at_nics.refused = true; }

void place_nic_adopt(struct host_sw *sw, struct dir_entry *entry, unsigned dead)
{
    assert(dir_entry_is_sane(entry));
    assert(!sw->nics[dead].up && !transfer_is_under_way(entry));
    entry->owner = (uint8_t)dead;
    entry->abort_sent = false; /* the dead NIC may not have received the command */
    entry->applied = false;
    conn_set_state(sw, entry, DIR_FREEZING);
}

void place_nic_inherit(struct host_sw *sw, struct dir_entry *entry, const struct transfer *before)
{
    assert(dir_entry_is_sane(entry));
    const struct transfer_at_nics *left = &before->at_nics;
    struct transfer *transfer = &entry->transfer;
    if (left->tombstone && before->src == transfer->dest)
        release(sw, entry, transfer->dest, left->src_gen);
    if (!left->reserved || left->reserve_nic != transfer->dest)
        return;
    transfer->at_nics.reserved = true;
    transfer->at_nics.reserve_nic = left->reserve_nic;
    transfer->at_nics.reserve_gen = left->reserve_gen;
}

static bool accepts(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    (void)image;
    return !entry->transfer.at_nics.refused && sw->nics[entry->transfer.dest].up;
}

/* --- taking: FREEZE --- */

void place_nic_take_to(struct host_sw *sw, struct dir_entry *entry, uint64_t peer)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    bool stays_in_memory = transfer->dest == PLACE_MEMORY;
    struct nic_cmd cmd = {.op = NIC_CMD_FREEZE,
                          .flags = stays_in_memory ? (uint8_t)NIC_CMD_FLAG_KEEP_IMAGE : (uint8_t)0,
                          .gen = entry->gen,
                          .image = image_address(sw, entry->conn),
                          .list = peer,
                          .frame_port = transfer->dest,
                          .notice = transfer->reason};
    transfer->at_nics.is_hard = sw->params.hard_images && place_is_nic(transfer->dest);
    if (transfer->at_nics.is_hard)
        cmd.flags |= (uint8_t)NIC_CMD_FLAG_HARD;
    if (peer != 0)
        cmd.flags |= (uint8_t)NIC_CMD_FLAG_PEER;
    assert(transfer->src == entry->owner);
    transfer->at_nics.freezing = true;
    transfer->at_nics.src_gen = entry->gen;
    conn_set_state(sw, entry, DIR_FREEZING);
    command(sw, entry, entry->owner, cmd);
}

static void take(struct host_sw *sw, struct dir_entry *entry) { place_nic_take_to(sw, entry, 0); }

void place_nic_note_rung(struct dir_entry *entry)
{
    entry->rung_tx = entry->tx_prod;
    entry->rung_rx = entry->rx_consumed;
    entry->rung_fin = entry->fin_wanted;
}

static bool leaves_tombstone(const struct nic_event *event)
{
    return event->result == NIC_RESULT_OK || event->result == NIC_RESULT_CTX_ERROR;
}

void place_nic_on_freeze_done(struct host_sw *sw, struct dir_entry *entry,
                              const struct nic_event *event)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    assert(entry->state == DIR_FREEZING && transfer->at_nics.freezing);
    transfer->at_nics.freezing = false;
    transfer->at_nics.tombstone = leaves_tombstone(event);
    if (event->result != NIC_RESULT_OK) {
        /* The connection ended at the source, and its end event is on its way. */
        transfer->at_nics.absent = true;
        entry->transfer.mechanism->on_done(sw, entry,
                                           &(struct transfer_done){.step = TRANSFER_ABSENT});
        return;
    }
    struct conn_ctx image;
    image_read(sw, entry, &image);
    server_charge(sw, CPU_COST_IMAGE_CHECK, 1);
    if (!image_is_of(entry, &image, transfer->at_nics.src_gen)) {
        sw->upcalls->give_up(sw, entry, NIC_TERM_CTX_ERROR);
        return;
    }
    if (PLANTED(move_never_ends))
        return;
    uint64_t now_ps = server_now(sw);
    transfer->frozen_ps = event->frozen_ps < now_ps ? event->frozen_ps : now_ps;
    entry->transfer.mechanism->on_done(
        sw, entry, &(struct transfer_done){.step = TRANSFER_TAKEN, .image = &image});
}

void place_nic_on_freeze_done_late(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                                   uint16_t gen, const struct nic_event *event)
{
    assert(dir_entry_is_sane(entry));
    if (leaves_tombstone(event))
        release(sw, entry, nic, gen);
}

/* --- giving: INSTALL --- */

static uint64_t held_address(const struct host_sw *sw, uint32_t conn)
{
    return sw->held_address +
           (uint64_t)conn * sw->params.hold_frames_per_conn * sizeof(struct nic_held);
}

uint64_t place_nic_lend_held(struct host_sw *sw, struct dir_entry *entry, unsigned nic)
{
    assert(dir_entry_is_sane(entry));
    struct nic_held held[TEAM_HELD_SLOT_FRAMES_MAX];
    uint32_t count = 0;
    for (uint32_t i = entry->held_head; i != DIR_NONE; i = sw->hold.nodes[i].next) {
        const struct dir_frame *frame = &sw->hold.nodes[i].frame;
        assert(count < TEAM_HELD_SLOT_FRAMES_MAX);
        held[count++] = (struct nic_held){.frame = frame->buffer,
                                          .frame_time_ps = frame->mac_time_ps,
                                          .frame_id = frame->frame_id,
                                          .bytes = frame->bytes,
                                          .port = frame->port};
        buffer_pool_lend(&sw->pool, frame->frame_id, frame->buffer, nic);
    }
    assert(count == entry->held_count);
    if (count == 0)
        return 0;
    uint64_t address = held_address(sw, entry->conn);
    sw->bus.ops->mem_write(sw->bus.self, address, held, (uint32_t)(count * sizeof held[0]));
    return address;
}

/* Takes back the held frames after a failed INSTALL, because the NIC has not processed them. */
static void take_back_held(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    for (uint32_t i = entry->held_head; i != DIR_NONE; i = sw->hold.nodes[i].next) {
        uint64_t buffer = buffer_pool_return(&sw->pool, sw->hold.nodes[i].frame.frame_id);
        if (buffer)
            buffer_pool_unref(&sw->pool, buffer);
    }
}

void place_nic_push_next(struct dir_entry *entry) { entry->transfer.at_nics.push_next = true; }

/* Writes the image into a slot of the NIC, if it is to be pushed and a slot is free, and makes INSTALL name the slot. */
static void push_image(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                       const struct conn_ctx *image, struct nic_cmd *cmd)
{
    struct transfer_at_nics *at_nics = &entry->transfer.at_nics;
    struct image_slots *slots = &sw->nics[nic].slots;
    if (!at_nics->push_next)
        return;
    at_nics->push_next = false;
    if (!image_slots_take(slots, &cmd->slot)) {
        sw->stats.images_pulled++;
        return;
    }
    image_slots_write(slots, cmd->slot, image);
    cmd->flags |= (uint8_t)NIC_CMD_FLAG_SLOT;
    at_nics->in_slot = true;
    sw->stats.images_pushed++;
}

/* Issues INSTALL. The image is in host memory, and `image` is the same, or null if it must not be pushed. */
static void install(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                    const struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    uint32_t conn = entry->conn;
    bool opens = transfer->src == PLACE_NOWHERE;
    uint64_t list = place_nic_lend_held(sw, entry, nic);
    struct nic_cmd cmd = {
        .op = NIC_CMD_INSTALL,
        .flags = entry->fin_wanted && !PLANTED(fin_lost) ? (uint8_t)NIC_CMD_FLAG_FIN : (uint8_t)0,
        .gen = entry->gen,
        .image = image_address(sw, conn),
        .list = list,
        .count = entry->held_count,
        .tx_prod = entry->tx_prod,
        /* In an opening connection the engine learns the peer's sequence numbers from the SYN. */
        .rx_consumed = opens ? 0 : entry->rx_consumed};
    if (transfer->at_nics.is_hard)
        cmd.flags |= (uint8_t)NIC_CMD_FLAG_HARD;
    place_nic_note_rung(entry);
    transfer->at_nics.in_slot = false;
    if (image)
        push_image(sw, entry, nic, image, &cmd);
    transfer->at_nics.installing = true;
    transfer->at_nics.tries += !transfer->at_nics.in_slot;
    transfer->at_nics.reserved = false; /* INSTALL uses up the reservation */
    command(sw, entry, nic, cmd);
    assert(dir_entry_is_sane(entry));
}

/* Notes the INSTALL that is issued next. Commands take effect when the step ends in which they enter the command ring, so
 * T8 is marked then. */
static void note_install(struct host_sw *sw, const struct dir_entry *entry, unsigned nic)
{
    assert(dir_entry_is_sane(entry));
    if (sw->installs.count == sw->installs.capacity) {
        sw->installs.capacity *= 2;
        sw->installs.rows =
            realloc(sw->installs.rows, sw->installs.capacity * sizeof *sw->installs.rows);
        memory_check(sw->installs.rows);
    }
    sw->installs.rows[sw->installs.count++] =
        (struct install){.conn = entry->conn,
                         .command = nic_driver_next_command(&sw->nics[nic]),
                         .gen = entry->gen,
                         .nic = (uint8_t)nic};
}

void place_nic_on_step_end(struct host_sw *sw)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < sw->installs.count; i++) {
        struct install row = sw->installs.rows[i];
        const struct dir_entry *entry = &sw->dir.entries[row.conn];
        if (entry->state != DIR_INSTALLING || entry->gen != row.gen)
            continue; /* the transfer has ended meanwhile */
        if (nic_driver_is_in_ring(&sw->nics[row.nic], row.command))
            conn_mark(sw, entry, MARK_INSTALL_ISSUED, server_now(sw));
        else
            sw->installs.rows[waiting++] = row;
    }
    sw->installs.count = waiting;
}

static void give(struct host_sw *sw, struct dir_entry *entry, unsigned nic, enum move_reason reason,
                 struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    struct transfer_at_nics *at_nics = &transfer->at_nics;
    bool opens = transfer->src == PLACE_NOWHERE;
    if (transfer->src == nic)
        place_nic_release_source(sw, entry);
    if (!entry->on_nics)
        nic_places_count(sw, entry, true);
    if (!opens)
        conn_next_gen(entry);
    if (PLANTED(generation_skips) && transfer->kind == TRANSFER_MOVE)
        conn_next_gen(entry);
    image_hand_over(entry, image, nic, reason);
    image_write(sw, entry, image);
    entry->applied = false;
    transfer->dest = (uint8_t)nic;
    transfer->reason = (uint8_t)reason;
    at_nics->tries = 0;
    if (at_nics->reserve_nic != nic || at_nics->reserve_gen != entry->gen)
        release_place(sw, entry);
    if (!at_nics->reserved)
        reserve(sw, entry, nic, entry->gen);
    if (!opens)
        note_install(sw, entry, nic);
    if (!PLANTED(reload_never_issued) || transfer->kind != TRANSFER_REACTIVATE)
        install(sw, entry, nic, image);
    if (opens)
        return; /* the state stays OPENING */
    conn_set_state(sw, entry, DIR_INSTALLING);
    if (PLANTED(t8_of_decision))
        conn_mark(sw, entry, MARK_INSTALL_ISSUED, server_now(sw));
}

/* The destination was granted the generation, and has no image. INSTALL follows now, so T7 and T8 come later. */
static void end_grant(struct host_sw *sw, struct dir_entry *entry)
{
    entry->transfer.at_nics.granted = false;
    conn_mark(sw, entry, MARK_IMAGE_SEEN, server_now(sw));
    note_install(sw, entry, entry->transfer.dest);
}

static void on_install_failed(struct host_sw *sw, struct dir_entry *entry,
                              const struct nic_event *event)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    bool was_in_slot = transfer->at_nics.in_slot && image_slots_explain(event->result);
    bool may_retry = event->result == NIC_RESULT_BAD_IMAGE || was_in_slot;
    take_back_held(sw, entry);
    sw->stats.images_pulled += was_in_slot;
    if (may_retry && transfer->at_nics.tries < INSTALL_TRIES_MAX) {
        if (transfer->at_nics.granted)
            end_grant(sw, entry);
        install(sw, entry, transfer->dest, NULL);
        return;
    }
    if (!transfer->at_nics.refused)
        release(sw, entry, transfer->dest, entry->gen);
    entry->transfer.mechanism->on_done(sw, entry,
                                       &(struct transfer_done){.step = TRANSFER_GIVE_FAILED});
}

void place_nic_on_install_done(struct host_sw *sw, struct dir_entry *entry,
                               const struct nic_event *event)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    if (!transfer->at_nics.installing || event->gen != entry->gen) {
        /* A grant for which no image came, because FREEZE has found no connection. */
        assert(event->result != NIC_RESULT_OK);
        transfer->at_nics.granted = false;
        return;
    }
    assert(event->nic == transfer->dest);
    transfer->at_nics.installing = false;
    if (event->result != NIC_RESULT_OK) {
        on_install_failed(sw, entry, event);
        return;
    }
    transfer->at_nics.granted = false;
    hold_drop_first(&sw->hold, entry, entry->held_count);
    entry->owner = transfer->dest;
    if (transfer->at_nics.is_hard && (entry->options.tos || entry->options.user_timeout))
        entry->options_new = true; /* the image did not have them */
    place_nic_release_source(sw, entry);
    conn_set_state(sw, entry, DIR_ACTIVE);
    conn_touch(sw, entry); /* the NIC must learn values that changed meanwhile */
    entry->transfer.mechanism->on_done(sw, entry, &(struct transfer_done){.step = TRANSFER_GIVEN});
}

void place_nic_on_install_done_late(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                                    uint16_t gen, bool ok)
{
    assert(dir_entry_is_sane(entry));
    if (!ok) {
        take_back_held(sw, entry);
        sw->upcalls->examine_held(sw, entry);
        return;
    }
    /* The NIC has a connection that the host has given up, or has just ended the connection itself. ABORT ends the
     * connection in the first case and does no harm in the second. */
    struct nic_cmd cmd = {.op = NIC_CMD_ABORT, .gen = gen};
    hold_drop_first(&sw->hold, entry, entry->held_count);
    if (entry->given_up)
        conn_command(sw, entry, nic, cmd, 0);
}

/* --- frames --- */

/* Injects the frame at a NIC that has the connection, or that an earlier command will give the connection to. */
static void relay(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                  const struct dir_frame *frame, const struct packet *packet)
{
    assert(dir_entry_is_sane(entry));
    assert(entry->state != DIR_FREE && entry->state != DIR_CLOSING);
    (void)packet;
    struct nic_cmd cmd = {.op = NIC_CMD_RX_INJECT,
                          .gen = entry->gen,
                          .list = frame->buffer,
                          .count = frame->bytes,
                          .frame_time_ps = frame->mac_time_ps,
                          .frame_id = frame->frame_id,
                          .frame_port = frame->port};
    /* conn_command() takes a reference for the command. The loan lasts until the NIC's record of the frame comes. */
    buffer_pool_lend(&sw->pool, frame->frame_id, frame->buffer, nic);
    conn_command(sw, entry, nic, cmd, frame->buffer);
    sw->stats.forwarded_frames++;
    entry->transfer.forwarded++;
}

const struct place_ops place_nic = {
    .take = take, .prepare = prepare, .accepts = accepts, .give = give, .relay = relay};
