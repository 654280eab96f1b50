/*
 * Moving a connection from one NIC to the other: the host-pull reload (DESIGN 6). FREEZE at the
 * source and RESERVE at the destination leave in one step; the image comes back with the source's
 * completion; INSTALL gives it to the destination. Timer: one deadline per move, oldest first.
 */
#include "host-sw/team/team.h"
#include "models/base/planted.h"

#include <assert.h>
#include <string.h>

/* Changes of place are limited in number; idle and opening reloads are not. */
static bool is_counted(const struct reload *reload)
{
    return reload->kind == RELOAD_MOVE || reload->kind == RELOAD_ONLOAD ||
           reload->kind == RELOAD_OFFLOAD;
}

/* --- the list of reloads under way --- */

void move_list(struct host_sw *sw, struct dir_entry *entry)
{
    entry->reload.begun_ps = team_now(sw);
    conn_list_add(&sw->moves, team_conn_of(sw, entry));
    if (is_counted(&entry->reload)) {
        sw->moves_count++;
        sw->stats.moves_outstanding_max = u32_max(sw->stats.moves_outstanding_max, sw->moves_count);
    }
}

void move_unlist(struct host_sw *sw, struct dir_entry *entry)
{
    if (conn_list_remove(&sw->moves, team_conn_of(sw, entry)) && is_counted(&entry->reload)) {
        assert(sw->moves_count > 0);
        sw->moves_count--;
    }
}

/* --- the queue of connections that wait for their turn (R-26) --- */

/* One that waits already keeps its place in the queue. */
static void enqueue(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                    enum move_reason reason, const struct move_trigger *why)
{
    entry->wanted_dest = (uint8_t)dest;
    entry->wanted_reason = (uint8_t)reason;
    entry->wanted_trigger = *why;
    if (!entry->wanted.listed)
        conn_list_add(&sw->wanted, team_conn_of(sw, entry));
}

static void dequeue(struct host_sw *sw, struct dir_entry *entry)
{
    conn_list_remove(&sw->wanted, team_conn_of(sw, entry));
}

/* --- the move --- */

void move_freeze(struct host_sw *sw, struct dir_entry *entry, uint8_t flags)
{
    struct nic_cmd cmd = {.op = NIC_CMD_FREEZE,
                          .flags = flags,
                          .gen = entry->gen,
                          .image = team_image_address(sw, team_conn_of(sw, entry))};
    entry->reload.freezing = true;
    entry->reload.src = entry->owner;
    entry->reload.src_gen = entry->gen;
    team_set_state(sw, entry, DIR_FREEZING);
    team_command(sw, entry, entry->owner, cmd, 0);
}

static enum reload_kind kind_of(const struct dir_entry *entry, unsigned dest)
{
    if (dest == PLACE_HOST)
        return RELOAD_ONLOAD;
    return entry->owner == PLACE_HOST ? RELOAD_OFFLOAD : RELOAD_MOVE;
}

static void emit_begin(struct host_sw *sw, const struct dir_entry *entry, enum probe_kind kind,
                       unsigned dest, enum move_reason reason, const struct move_trigger *why)
{
    struct probe_event event = {.now_ps = team_now(sw),
                                .move.from = entry->owner,
                                .move.reason = (uint8_t)reason,
                                .move.trigger = why,
                                .conn = team_conn_of(sw, entry),
                                .gen = entry->gen,
                                .nic = (uint8_t)dest,
                                .kind = (uint8_t)kind};
    probe_emit(sw->probe, &event);
}

static void begin(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                  enum move_reason reason, const struct move_trigger *why)
{
    struct move_trigger trigger = *why; /* may be the one in the queue */
    assert(entry->state == DIR_ACTIVE && entry->owner != dest);
    dequeue(sw, entry);
    entry->reload = (struct reload){.kind = (uint8_t)kind_of(entry, dest),
                                    .reason = (uint8_t)reason,
                                    .src = entry->owner,
                                    .dest = (uint8_t)dest,
                                    .trigger = trigger};
    entry->t0_ps = u64_max(entry->t0_ps, trigger.at_ps);
    move_list(sw, entry);
    if (entry->reload.kind == RELOAD_ONLOAD) {
        move_freeze(sw, entry, 0);
        return;
    }
    if (entry->reload.kind == RELOAD_OFFLOAD) {
        place_give(sw, entry, dest);
        return;
    }
    struct host_sw_stats *stats = &sw->stats;
    stats->moves_started++;
    /* A late move no longer counts against the limit, but it is under way. */
    uint64_t open = stats->moves_started - stats->moves_completed - stats->moves_failed -
                    stats->moves_cancelled;
    stats->moves_outstanding_max = u32_max(stats->moves_outstanding_max, (uint32_t)open);
    emit_begin(sw, entry, PROBE_MOVE_BEGIN, dest, reason, &trigger);
    team_mark(sw, entry, MARK_TRIGGER, trigger.at_ps);
    team_mark(sw, entry, MARK_DECIDED, trigger.decided_ps);
    move_freeze(sw, entry, 0);
    install_reserve(sw, entry, dest, (uint16_t)(entry->gen + 1));
}

/* It is still where it was wanted away from, and may go there. */
static bool is_possible(const struct host_sw *sw, const struct dir_entry *entry, unsigned dest)
{
    if (entry->state != DIR_ACTIVE || entry->owner == dest)
        return false;
    if (entry->owner == PLACE_HOST &&
        (!host_tcp_has(&sw->tcp, team_conn_of(sw, entry)) || sw->on_nics >= sw->params.offload_max))
        return false;
    return dest == PLACE_HOST || sw->mode->may_own(&sw->ports, dest);
}

struct move_trigger move_called(const struct host_sw *sw)
{
    return (struct move_trigger){.at_ps = team_now(sw), .kind = TRIGGER_CALL};
}

bool move_request(struct host_sw *sw, struct dir_entry *entry, unsigned dest,
                  enum move_reason reason, const struct move_trigger *why)
{
    if (!is_possible(sw, entry, dest))
        return false;
    struct move_trigger trigger = *why;
    trigger.decided_ps = team_now(sw);
    bool waits = entry->wanted.listed && entry->wanted_dest == dest;
    if (waits) { /* one-shot: the oldest trigger counts */
        reason = (enum move_reason)entry->wanted_reason;
        trigger = entry->wanted_trigger;
    } else if (kind_of(entry, dest) == RELOAD_MOVE) {
        emit_begin(sw, entry, PROBE_MOVE_WANTED, dest, reason, &trigger);
    }
    if (sw->moves_count < sw->params.moves_outstanding_max) {
        begin(sw, entry, dest, reason, &trigger);
        return true;
    }
    if (!waits)
        enqueue(sw, entry, dest, reason, &trigger);
    return false;
}

void move_run_queue(struct host_sw *sw)
{
    while (sw->wanted.count > 0 && sw->moves_count < sw->params.moves_outstanding_max) {
        struct dir_entry *entry = &sw->dir.entries[conn_list_first(&sw->wanted)];
        dequeue(sw, entry);
        if (is_possible(sw, entry, entry->wanted_dest) &&
            (entry->applied || entry->wanted_reason != MOVE_FOREIGN))
            begin(sw, entry, entry->wanted_dest, (enum move_reason)entry->wanted_reason,
                  &entry->wanted_trigger);
    }
}

/* The later of the two changes is what asks for the move: the owner's port was lost while the other
 * one could take over, or the other one came back. */
void move_off_port(struct host_sw *sw, struct dir_entry *entry)
{
    unsigned src = entry->owner, dest = team_other(src);
    if (sw->mode->may_own(&sw->ports, src) || !sw->mode->may_own(&sw->ports, dest))
        return;
    bool came_back = sw->port_change[dest].at_ps > sw->port_change[src].at_ps;
    struct move_trigger why = sw->port_change[came_back ? dest : src];
    move_request(sw, entry, dest, MOVE_LINK_DOWN, &why);
}

void move_all(struct host_sw *sw, unsigned src)
{
    team_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        struct dir_entry *entry = &sw->dir.entries[conn];
        if (entry->state == DIR_ACTIVE && entry->owner == src)
            move_off_port(sw, entry);
    }
}

/* The image must be the one we asked for; the directory alone says what is current. */
static bool is_image_of(const struct conn_ctx *image, uint32_t conn, uint16_t gen)
{
    return tcp_image_check(image) && image->conn_id == conn && image->generation == gen;
}

void move_on_freeze_done(struct host_sw *sw, struct dir_entry *entry, const struct nic_event *event)
{
    struct reload *reload = &entry->reload;
    assert(entry->state == DIR_FREEZING && reload->freezing);
    reload->freezing = false;
    reload->tombstone = event->result == NIC_RESULT_OK || event->result == NIC_RESULT_CTX_ERROR;
    if (event->result != NIC_RESULT_OK) {
        reload->absent = true; /* it ended there; the event that says how is on its way */
        return;
    }
    uint32_t conn = team_conn_of(sw, entry);
    struct conn_ctx image;
    memcpy(&image, sw->bus.ops->mem_read(sw->bus.self, team_image_address(sw, conn), sizeof image),
           sizeof image);
    team_charge(sw, CPU_COST_IMAGE_CHECK, 1);
    if (!is_image_of(&image, conn, reload->src_gen)) {
        termination_give_up(sw, entry, NIC_TERM_CTX_ERROR);
        return;
    }
    if (PLANTED(move_never_ends))
        return;
    if (reload->kind == RELOAD_IDLE) {
        idle_on_extracted(sw, entry, &image, event->frozen_ps);
        return;
    }
    if (reload->kind == RELOAD_ONLOAD) {
        place_on_extracted(sw, entry, &image);
        move_run_queue(sw);
        return;
    }
    team_mark(sw, entry, MARK_IMAGE_SEEN, team_now(sw));
    if (reload->reserve_refused || !sw->nics[reload->dest].up) {
        reload->returning = true; /* keep it where it was and forward */
        install_begin(sw, entry, reload->src, MOVE_RETURNED);
        return;
    }
    install_begin(sw, entry, reload->dest, (enum move_reason)reload->reason);
}

void move_finish(struct host_sw *sw, struct dir_entry *entry, enum move_end end)
{
    struct reload *reload = &entry->reload;
    assert(reload->kind == RELOAD_MOVE);
    move_unlist(sw, entry);
    if (reload->reported)
        return;
    reload->reported = true;
    if (end == MOVE_END_COMPLETED)
        sw->stats.moves_completed += !PLANTED(move_not_counted);
    else if (end == MOVE_END_FAILED)
        sw->stats.moves_failed++;
    else
        sw->stats.moves_cancelled++;
    struct probe_event event = {.now_ps = team_now(sw),
                                .move_end.end = (uint8_t)end,
                                .move_end.held = reload->held,
                                .move_end.forwarded = reload->forwarded,
                                .move_end.is_late = reload->late,
                                .conn = team_conn_of(sw, entry),
                                .gen = entry->gen,
                                .nic = entry->owner,
                                .kind = PROBE_MOVE_END};
    probe_emit(sw->probe, &event);
}

uint64_t host_sw_moves_open(const struct host_sw *sw)
{
    uint64_t open = 0;
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        const struct dir_entry *entry = &sw->dir.entries[conn];
        open += entry->state != DIR_FREE && entry->reload.kind == RELOAD_MOVE &&
                !entry->reload.reported;
    }
    return open;
}

void move_on_ended(struct host_sw *sw, struct dir_entry *entry)
{
    struct reload *reload = &entry->reload;
    dequeue(sw, entry);
    if (reload->kind == RELOAD_MOVE)
        move_finish(sw, entry, entry->given_up ? MOVE_END_FAILED : MOVE_END_CANCELLED);
    move_unlist(sw, entry);
    if (reload->reserved && sw->nics[reload->reserve_nic].up)
        install_release(sw, entry, reload->reserve_nic, reload->reserve_gen);
    if (reload->tombstone && sw->nics[reload->src].up)
        install_release(sw, entry, reload->src, reload->src_gen);
    reload->reserved = reload->tombstone = false;
}

/* A late move is counted and its NIC suspected, but the move goes on: a completion that still comes
 * is acted on, and alone decides how the move ended. */
void move_on_deadline(struct host_sw *sw, uint64_t now_ps)
{
    while (move_next_deadline_ps(sw) <= now_ps) {
        struct dir_entry *entry = &sw->dir.entries[conn_list_first(&sw->moves)];
        struct reload *reload = &entry->reload;
        bool at_source = reload->freezing || reload->dest == PLACE_HOST;
        sw->suspect[at_source ? reload->src : reload->dest] = true;
        sw->stats.moves_late += reload->kind == RELOAD_MOVE;
        reload->late = true;
        move_unlist(sw, entry);
        if (reload->absent)
            termination_give_up(sw, entry, NIC_TERM_ENGINE_ERROR);
    }
    move_run_queue(sw);
}

uint64_t move_next_deadline_ps(const struct host_sw *sw)
{
    if (sw->moves.count == 0)
        return TIME_NEVER;
    return sw->dir.entries[conn_list_first(&sw->moves)].reload.begun_ps +
           sw->params.move_deadline_ps;
}
