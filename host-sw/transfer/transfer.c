#include "host-sw/transfer/transfer.h"

#include "host-sw/conn/conn.h"
#include "host-sw/conn/fate.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "host-sw/transfer/image.h"
#include "host-sw/transfer/place_host.h"
#include "host-sw/transfer/place_nic.h"
#include "host-sw/transfer/transfer_report.h"
#include "models/base/planted.h"

#include <assert.h>

/* --- the list of transfers under way, in the order of their begin, which is also that of their deadlines --- */

static void note_next_deadline(struct host_sw *sw)
{
    sw->transfers.next_deadline_ps = TIME_NEVER;
    if (sw->transfers.under_way.count > 0)
        sw->transfers.next_deadline_ps =
            sw->dir.entries[conn_list_first(&sw->transfers.under_way)].transfer.begun_ps +
            sw->params.move_deadline_ps;
}

static void note_begun(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    conn_list_add(&sw->transfers.under_way, entry->conn);
    note_next_deadline(sw);
    if (!entry->transfer.takes_turn)
        return;
    sw->transfers.turns_taken++;
    sw->stats.moves_outstanding_max =
        u32_max(sw->stats.moves_outstanding_max, sw->transfers.turns_taken);
}

static void note_ended(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!conn_list_remove(&sw->transfers.under_way, entry->conn))
        return;
    note_next_deadline(sw);
    if (!entry->transfer.takes_turn)
        return;
    assert(sw->transfers.turns_taken > 0);
    sw->transfers.turns_taken -= !PLANTED(move_slot_leaked);
}

static void list(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    nic_bus_lock(sw->bus, HOST_LOCK_TRANSFERS);
    note_begun(sw, entry);
    nic_bus_unlock(sw->bus, HOST_LOCK_TRANSFERS);
}

static void unlist(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    nic_bus_lock(sw->bus, HOST_LOCK_TRANSFERS);
    note_ended(sw, entry);
    nic_bus_unlock(sw->bus, HOST_LOCK_TRANSFERS);
}

/* --- the queue of connections that wait for their turn (R-26) --- */

/* Puts the connection into the queue. A connection that is already in the queue keeps its position. */
static void enqueue(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                    enum move_reason reason, const struct move_trigger *why)
{
    assert(dir_entry_is_sane(entry));
    entry->wanted_dest = (uint8_t)dest;
    entry->wanted_reason = (uint8_t)reason;
    entry->wanted_trigger = *why;
    if (entry->wanted.listed)
        return;
    entry->wanted_forwards = false;
    nic_bus_lock(sw->bus, HOST_LOCK_TRANSFERS);
    conn_list_add(&sw->transfers.wanted, entry->conn);
    nic_bus_unlock(sw->bus, HOST_LOCK_TRANSFERS);
}

static void dequeue(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (!entry->wanted.listed)
        return;
    nic_bus_lock(sw->bus, HOST_LOCK_TRANSFERS);
    conn_list_remove(&sw->transfers.wanted, entry->conn);
    nic_bus_unlock(sw->bus, HOST_LOCK_TRANSFERS);
}

/* Forwards the held frames to the NIC that has the connection, oldest first. */
static void forward_held(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    assert(entry->state == DIR_ACTIVE);
    struct dir_frame frame;
    while (hold_take(&sw->hold, entry, &frame)) {
        place_table[entry->owner]->relay(sw, entry, entry->owner, &frame, NULL);
        buffer_pool_unref(&sw->pool, frame.buffer);
    }
}

bool transfer_hold_waiting(struct host_sw *sw, struct dir_entry *entry,
                           const struct dir_frame *frame)
{
    assert(dir_entry_is_sane(entry));
    assert(entry->state == DIR_ACTIVE && !transfer_is_under_way(entry));
    if (!entry->wanted.listed || entry->wanted_forwards || !place_is_nic(entry->owner) ||
        !place_is_nic(entry->wanted_dest))
        return false;
    if (fate_try_hold(sw, entry, frame))
        return true;
    entry->wanted_forwards = true;
    forward_held(sw, entry);
    return false;
}

/* --- the begin --- */

static unsigned place_of(const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    if (entry->state == DIR_OPENING)
        return PLACE_NOWHERE;
    return entry->state == DIR_INACTIVE ? (unsigned)PLACE_MEMORY : entry->owner;
}

static enum transfer_kind kind_of(const struct host_sw *sw, unsigned src, unsigned dest)
{
    if (src == PLACE_NOWHERE)
        return TRANSFER_OPENING;
    if (dest == PLACE_MEMORY)
        return TRANSFER_INACTIVATE;
    if (src == PLACE_MEMORY)
        return TRANSFER_REACTIVATE;
    if (dest == PLACE_HOST)
        return TRANSFER_ONLOAD;
    if (src == PLACE_HOST)
        return TRANSFER_OFFLOAD;
    return sw->nics[src].up ? TRANSFER_MOVE : TRANSFER_REBUILD;
}

/* The scenario's mechanism is used for moves from NIC to NIC. If it has no start(), the first mechanism of the table is
 * used instead, because a connection whose port was lost must move: its owner can no longer send. */
static const struct mechanism_ops *mechanism_for(const struct host_sw *sw, unsigned src,
                                                 unsigned dest)
{
    bool between_nics = place_is_nic(src) && place_is_nic(dest);
    return between_nics && sw->transfers.mechanism->start ? sw->transfers.mechanism
                                                          : mechanism_table[0];
}

static void set_up(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                   enum move_reason reason, const struct move_trigger *why, bool takes_turn)
{
    assert(dir_entry_is_sane(entry));
    struct move_trigger trigger = *why; /* a copy, because `why` may point into the entry */
    unsigned src = place_of(entry);
    assert(src != dest && !transfer_is_under_way(entry));
    dequeue(sw, entry);
    entry->transfer = (struct transfer){.mechanism = mechanism_for(sw, src, dest),
                                        .kind = (uint8_t)kind_of(sw, src, dest),
                                        .reason = (uint8_t)reason,
                                        .src = (uint8_t)src,
                                        .dest = (uint8_t)dest,
                                        .takes_turn = takes_turn,
                                        .held = entry->held_count,
                                        .held_bytes = hold_bytes(&sw->hold, entry),
                                        .begun_ps = server_now(sw),
                                        .trigger = trigger};
    if (takes_turn) /* late frames that are older than the trigger must not move the connection again */
        entry->t0_ps = u64_max(entry->t0_ps, trigger.at_ps);
    list(sw, entry);
    transfer_report_begin(sw, entry);
}

static void start(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count)
{
    assert(count > 0);
    entries[0]->transfer.mechanism->start(sw, entries, count);
    for (uint32_t i = 0; i < count; i++) /* the mechanism may need the source for a while yet */
        if (entries[i]->state == DIR_ACTIVE && entries[i]->held_count > 0)
            forward_held(sw, entries[i]);
}

void transfer_begin(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                    enum move_reason reason, const struct move_trigger *why)
{
    assert(dir_entry_is_sane(entry));
    set_up(sw, entry, dest, reason, why, false);
    start(sw, &entry, 1);
    assert(dir_entry_is_sane(entry));
}

/* True if the connection is still at a place we may take it from, and `dest` may own it. */
static bool is_possible(const struct host_sw *sw, const struct dir_entry *entry, unsigned dest)
{
    assert(dir_entry_is_sane(entry));
    if (entry->state != DIR_ACTIVE || entry->owner == dest || transfer_is_under_way(entry))
        return false;
    if (entry->owner == PLACE_HOST &&
        (!host_tcp_has(&sw->tcp, entry->conn) || sw->nic_places.taken >= sw->params.offload_max))
        return false;
    return dest == PLACE_HOST || sw->mode->may_own(&sw->ports, dest);
}

static bool may_begin_one(const struct host_sw *sw)
{
    if (sw->transfers.gathers)
        return false;
    return sw->transfers.turns_taken < sw->params.moves_outstanding_max || PLANTED(moves_unlimited);
}

void transfer_gather(struct host_sw *sw) { sw->transfers.gathers = true; }

void transfer_release(struct host_sw *sw)
{
    sw->transfers.gathers = false;
    transfer_run_queue(sw);
}

bool transfer_request(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                      enum move_reason reason, const struct move_trigger *why)
{
    assert(dir_entry_is_sane(entry));
    if (!is_possible(sw, entry, dest))
        return false;
    struct move_trigger trigger = *why;
    trigger.decided_ps = server_now(sw);
    bool waits = entry->wanted.listed && entry->wanted_dest == dest;
    if (waits) { /* the first trigger counts, and later ones are ignored */
        reason = (enum move_reason)entry->wanted_reason;
        trigger = entry->wanted_trigger;
    } else if (kind_of(sw, entry->owner, dest) == TRANSFER_MOVE) {
        transfer_report_wanted(sw, entry, dest, reason, &trigger);
    }
    if (may_begin_one(sw)) {
        set_up(sw, entry, dest, reason, &trigger, true);
        start(sw, &entry, 1);
        return true;
    }
    if (!waits)
        enqueue(sw, entry, dest, reason, &trigger);
    return false;
}

/* Sets up the first transfer of the queue that can still begin. Returns its connection, or null if there is none or the
 * limit is reached. */
static struct dir_entry *next_of_queue(struct host_sw *sw)
{
    while (sw->transfers.wanted.count > 0 && may_begin_one(sw)) {
        struct dir_entry *entry = &sw->dir.entries[conn_list_first(&sw->transfers.wanted)];
        dequeue(sw, entry);
        if (!is_possible(sw, entry, entry->wanted_dest) ||
            (!entry->applied && entry->wanted_reason == MOVE_FOREIGN)) {
            if (entry->state == DIR_ACTIVE && !transfer_is_under_way(entry))
                forward_held(sw, entry);
            continue;
        }
        set_up(sw, entry, entry->wanted_dest, (enum move_reason)entry->wanted_reason,
               &entry->wanted_trigger, true);
        return entry;
    }
    return NULL;
}

static bool is_of_batch(const struct transfer *first, const struct transfer *next)
{
    return first->mechanism == next->mechanism && first->src == next->src &&
           first->dest == next->dest;
}

void transfer_run_queue(struct host_sw *sw)
{
    struct dir_entry *next = next_of_queue(sw);
    while (next) {
        struct dir_entry *batch[MECHANISM_BATCH_MAX];
        uint32_t count = 0, max = next->transfer.mechanism->batch_max;
        assert(max > 0 && max <= MECHANISM_BATCH_MAX);
        batch[count++] = next;
        next = NULL;
        while (count < max && (next = next_of_queue(sw)) != NULL &&
               is_of_batch(&batch[0]->transfer, &next->transfer)) {
            batch[count++] = next;
            next = NULL;
        }
        start(sw, batch, count);
        if (!next)
            next = next_of_queue(sw);
    }
}

/* --- events during a transfer --- */

void transfer_on_frame(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                       const struct packet *packet)
{
    assert(dir_entry_is_sane(entry));
    const struct mechanism_ops *mechanism = entry->transfer.mechanism;
    assert(mechanism);
    if (mechanism->on_frame && mechanism->on_frame(sw, entry, frame))
        return;
    if (entry->state == DIR_FREEZING)
        fate_hold(sw, entry, frame);
    else if (entry->state == DIR_ACTIVE)
        place_table[entry->owner]->relay(sw, entry, entry->owner, frame, packet);
    else /* a NIC executes its commands in order, so it injects the frame after INSTALL has activated the connection */
        place_table[entry->transfer.dest]->relay(sw, entry, entry->transfer.dest, frame, packet);
}

bool transfer_on_nic_lost(struct host_sw *sw, struct dir_entry *entry, unsigned nic)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    const struct mechanism_ops *mechanism = transfer->mechanism;
    if (!mechanism)
        return entry->state == DIR_ACTIVE && entry->owner == nic;
    if (entry->state == DIR_OPENING || entry->state == DIR_INSTALLING)
        return transfer->dest == nic;
    if (transfer->src == nic)
        return !mechanism->on_source_lost || !mechanism->on_source_lost(sw, entry);
    if (transfer->dest != nic)
        return false;
    place_nic_on_dest_lost(entry);
    if (mechanism->on_end)
        mechanism->on_end(sw, entry, TRANSFER_DEST_LOST);
    return false;
}

void transfer_begin_rebuild(struct host_sw *sw, struct dir_entry *entry, unsigned dead,
                            const struct move_trigger *why)
{
    assert(dir_entry_is_sane(entry));
    transfer_report_end(sw, entry, MOVE_END_FAILED);
    unlist(sw, entry);
    struct transfer before = entry->transfer;
    entry->transfer = (struct transfer){0};
    place_nic_adopt(sw, entry, dead);
    set_up(sw, entry, team_other(dead), MOVE_LINK_DOWN, why, false);
    place_nic_inherit(sw, entry, &before);
    entry->transfer.frozen_ps = server_now(sw);
    conn_mark(sw, entry, MARK_FROZEN, entry->transfer.frozen_ps);
    assert(dir_entry_is_sane(entry));
}

bool transfer_awaits_rebuild(const struct dir_entry *entry, unsigned dead)
{
    return entry->state == DIR_FREEZING && entry->transfer.mechanism &&
           entry->transfer.kind == TRANSFER_REBUILD && entry->transfer.src == dead;
}

void transfer_rebuilt(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image)
{
    assert(transfer_awaits_rebuild(entry, entry->transfer.src));
    entry->transfer.mechanism->on_done(
        sw, entry, &(struct transfer_done){.step = TRANSFER_TAKEN, .image = image});
    assert(dir_entry_is_sane(entry));
}

static const struct mechanism_ops *mechanism_of(const struct host_sw *sw,
                                                const struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    return entry->transfer.mechanism ? entry->transfer.mechanism : sw->transfers.mechanism;
}

bool transfer_awaits_source(const struct dir_entry *entry, uint16_t gen)
{
    const struct transfer_at_nics *at_nics = &entry->transfer.at_nics;
    return at_nics->granted && at_nics->freezing && gen == (uint16_t)(at_nics->src_gen + 1);
}

bool transfer_may_consume(const struct host_sw *sw, const struct dir_entry *entry,
                          const struct nic_record *record)
{
    assert(dir_entry_is_sane(entry));
    const struct mechanism_ops *mechanism = mechanism_of(sw, entry);
    return !mechanism->may_consume || mechanism->may_consume(sw, entry, record);
}

void transfer_on_record(struct host_sw *sw, struct dir_entry *entry,
                        const struct nic_record *record)
{
    assert(dir_entry_is_sane(entry));
    const struct mechanism_ops *mechanism = mechanism_of(sw, entry);
    if (mechanism->on_record)
        mechanism->on_record(sw, entry, record);
}

void transfer_on_conn_ended(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    const struct mechanism_ops *mechanism = entry->transfer.mechanism;
    dequeue(sw, entry);
    if (mechanism && mechanism->on_end)
        mechanism->on_end(sw, entry, TRANSFER_CONN_ENDED);
    transfer_report_end(sw, entry, entry->given_up ? MOVE_END_FAILED : MOVE_END_CANCELLED);
    unlist(sw, entry);
    place_nic_forget(sw, entry);
    entry->transfer = (struct transfer){0};
}

/* A late transfer is counted and its NIC is suspected, but the transfer goes on. If the completion still comes, it
 * decides how the transfer ends. */
void transfer_on_deadline(struct host_sw *sw, uint64_t now_ps)
{
    while (sw->transfers.next_deadline_ps <= now_ps) {
        struct dir_entry *entry = &sw->dir.entries[conn_list_first(&sw->transfers.under_way)];
        struct transfer *transfer = &entry->transfer;
        bool at_source = transfer->at_nics.freezing || !place_is_nic(transfer->dest);
        unsigned suspect = at_source ? transfer->src : transfer->dest;
        if (place_is_nic(suspect))
            sw->recovery[suspect].suspect = true;
        sw->stats.moves_late += transfer_is_move(transfer);
        transfer->late = true;
        transfer_report_trouble(sw, entry);
        unlist(sw, entry);
        if (transfer->at_nics.absent)
            sw->upcalls->give_up(sw, entry, NIC_TERM_ENGINE_ERROR);
        else if (transfer->mechanism->on_end)
            transfer->mechanism->on_end(sw, entry, TRANSFER_DEADLINE);
    }
    transfer_run_queue(sw);
}

/* --- the steps of a transfer --- */

/* No NIC took the connection, so the host takes it. The connection ends only if its image in host memory is
 * damaged. */
static void on_failed_for_good(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct conn_ctx image;
    image_read(sw, entry, &image);
    transfer_report_end(sw, entry, MOVE_END_FAILED);
    sw->stats.offload_failed += entry->transfer.src == PLACE_HOST;
    if (image_is_of(entry, &image, entry->gen)) {
        sw->stats.host_opened += entry->transfer.src == PLACE_NOWHERE;
        unlist(sw, entry);
        place_host_take_over(sw, entry, &image, HOST_REASON_REFUSED);
        entry->transfer = (struct transfer){0};
    } else {
        sw->upcalls->give_up(sw, entry, NIC_TERM_CTX_ERROR);
    }
    transfer_run_queue(sw);
}

void transfer_go_back(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    struct conn_ctx stored;
    unsigned src = transfer->src;
    if (transfer->returning || !place_is_nic(src) || !sw->nics[src].up) {
        on_failed_for_good(sw, entry);
        return;
    }
    transfer->returning = true;
    transfer_report_trouble(sw, entry);
    if (!image) {
        image_read(sw, entry, &stored);
        image = &stored;
    }
    place_table[src]->give(sw, entry, src, MOVE_RETURNED, image);
}

void transfer_keep_data(struct dir_entry *entry) { entry->transfer.keeps_data = true; }

void transfer_cancel(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    assert(entry->state == DIR_ACTIVE && entry->owner == entry->transfer.src);
    transfer_report_end(sw, entry, MOVE_END_FAILED);
    unlist(sw, entry);
    place_nic_forget(sw, entry);
    entry->transfer = (struct transfer){0};
    conn_touch(sw, entry); /* the source must learn what the application wrote meanwhile */
    assert(dir_entry_is_sane(entry));
}

void transfer_finish(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct transfer *transfer = &entry->transfer;
    bool between_nics = place_is_nic(transfer->src) && place_is_nic(transfer->dest);
    if (between_nics && !transfer->returning) {
        entry->moves++;
        policy_list_on_moved(&sw->policies, entry->conn, server_now(sw));
    }
    transfer_report_end(sw, entry, transfer->returning ? MOVE_END_FAILED : MOVE_END_COMPLETED);
    unlist(sw, entry);
    *transfer = (struct transfer){0};
    sw->upcalls->placed(sw, entry); /* the port of the new place may have been lost meanwhile */
    transfer_run_queue(sw);
}
