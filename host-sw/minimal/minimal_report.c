#include "host-sw/minimal/minimal_report.h"

#include <assert.h>

uint32_t minimal_id(const struct minimal *m, const struct minimal_conn *c)
{
    return (uint32_t)(c - m->conns);
}

uint64_t minimal_now(const struct minimal *m) { return m->bus.ops->now_ps(m->bus.self); }

void minimal_charge(const struct minimal *m, enum cpu_cost cost, uint64_t units)
{
    m->bus.ops->charge(m->bus.self, cost, units);
}

void minimal_emit(const struct minimal *m, const struct minimal_conn *c, unsigned nic,
                  struct probe_event event)
{
    assert(!c || minimal_conn_is_sane(c));
    event.now_ps = minimal_now(m);
    event.conn = c ? minimal_id(m, c) : PROBE_NO_CONN;
    event.gen = c ? c->view.gen : (uint16_t)0;
    event.nic = (uint8_t)nic;
    probe_emit(m->probe, &event);
}

void minimal_mark(const struct minimal *m, const struct minimal_conn *c, enum move_mark mark,
                  uint64_t at_ps)
{
    assert(!c || minimal_conn_is_sane(c));
    if (c->moving)
        minimal_emit(m, c, c->dest,
                     (struct probe_event){
                         .kind = PROBE_MOVE_MARK, .mark.mark = (uint8_t)mark, .mark.at_ps = at_ps});
}

void minimal_set_state(struct minimal *m, struct minimal_conn *c, enum dir_state state)
{
    assert(minimal_conn_is_sane(c));
    c->view.state = state;
    minimal_emit(m, c, c->view.owner,
                 (struct probe_event){.kind = PROBE_DIR_STATE, .dir.state = (uint8_t)state});
}

void minimal_report_open(const struct minimal *m, const struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    minimal_emit(m, c, c->view.owner,
                 (struct probe_event){.kind = PROBE_CONN_OPEN,
                                      .opened.irs = c->irs,
                                      .opened.iss = c->iss,
                                      .opened.key = &c->view.key});
}

void minimal_report_begin(struct minimal *m, struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    struct probe_event event = {.move.from = c->source,
                                .move.reason = MOVE_FOREIGN,
                                .move.kind = TRANSFER_MOVE,
                                .move.trigger = &c->trigger};
    event.kind = PROBE_MOVE_WANTED;
    minimal_emit(m, c, c->dest, event);
    event.kind = PROBE_MOVE_BEGIN;
    event.move.mechanism = "host-pull";
    minimal_emit(m, c, c->dest, event);
    minimal_mark(m, c, MARK_TRIGGER, c->trigger.at_ps);
    minimal_mark(m, c, MARK_DECIDED, c->trigger.decided_ps);
    m->stats.transfers[TRANSFER_MOVE].started++;
    m->moves_open++;
    m->stats.moves_outstanding_max = u32_max(m->stats.moves_outstanding_max, m->moves_open);
}

void minimal_report_end(struct minimal *m, struct minimal_conn *c, enum move_end end)
{
    assert(minimal_conn_is_sane(c));
    struct transfer_counts *counts = &m->stats.transfers[TRANSFER_MOVE];
    if (!c->moving)
        return;
    c->moving = false;
    m->moves_open--;
    counts->completed += end == MOVE_END_COMPLETED;
    counts->failed += end == MOVE_END_FAILED;
    counts->cancelled += end == MOVE_END_CANCELLED;
    if (end == MOVE_END_FAILED)
        minimal_emit(m, c, c->view.owner, (struct probe_event){.kind = PROBE_MOVE_TROUBLE});
    bool is_late = minimal_now(m) - c->trigger.decided_ps > m->params.move_deadline_ps;
    m->stats.moves_late += is_late;
    minimal_emit(m, c, c->view.owner,
                 (struct probe_event){.kind = PROBE_MOVE_END,
                                      .move_end.end = (uint8_t)end,
                                      .move_end.kind = TRANSFER_MOVE,
                                      .move_end.held = c->held_moved,
                                      .move_end.held_bytes = c->held_bytes,
                                      .move_end.forwarded = c->forwarded,
                                      .move_end.is_late = is_late});
}

void minimal_report_record(const struct minimal *m, const struct nic_record *record, uint32_t conn)
{
    struct probe_event event = {.now_ps = minimal_now(m),
                                .verdict = {.id = record->frame_id, .verdict = record->verdict},
                                .conn = conn,
                                .gen = record->gen,
                                .nic = record->nic,
                                .kind = PROBE_RECORD_USED};
    probe_emit(m->probe, &event);
}

/* Commands take effect when the step ends, so that is T8 of the moves whose INSTALL was issued in it. */
void minimal_report_step(struct minimal *m)
{
    for (uint32_t i = 0; i < m->install_count; i++) {
        const struct minimal_conn *c = &m->conns[m->installs[i]];
        if (c->view.state == DIR_INSTALLING)
            minimal_mark(m, c, MARK_INSTALL_ISSUED, minimal_now(m));
    }
    m->install_count = 0;
}

/* The accounts that must balance between any two steps come first, and those of a program at rest behind them. */
size_t minimal_audit(const struct host_sw *sw, bool at_rest, struct host_sw_account *accounts)
{
    const struct minimal *m = (const void *)sw;
    uint64_t held = 0, pending = 0, open = 0, posted = 0;
    if (!m->is_up)
        return 0;
    for (uint32_t i = 0; i < m->conn_count; i++) {
        /* The frames of an INSTALL are also among those that a NIC has. */
        held += m->conns[i].view.state == DIR_FREEZING ? m->conns[i].held_count : 0;
        pending += m->conns[i].pending;
    }
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        open += m->nics[nic].commands_open;
        posted += m->nics[nic].posted;
    }
    const struct host_sw_account all[] = {
        {"frame buffers", (uint64_t)NIC_COUNT * MINIMAL_BUFFERS, posted + held + m->lent_count},
        {"commands without a completion", open, 0},
        {"commands of connections", pending, 0},
        {"frames with a NIC", m->lent_count, 0},
        {"frames that are held", held, 0},
        {"moves under way", m->moves_open, 0},
    };
    size_t count = at_rest ? sizeof all / sizeof all[0] : 1;
    for (size_t i = 0; i < count; i++)
        accounts[i] = all[i];
    return count;
}

static uint64_t pages(uint64_t bytes) { return ceil_div(bytes, BUS_PAGE_BYTES); }

uint64_t minimal_memory_pages(const struct host_sw *sw)
{
    const struct minimal *m = (const void *)sw;
    uint64_t rows = m->conn_max, lists = m->params.hold_frames_per_conn * sizeof(struct nic_held);
    uint64_t count = pages(rows * MINIMAL_ENTRY_BYTES) + pages(rows * CTX_BYTES) +
                     pages(rows * lists) +
                     NIC_COUNT * pages((uint64_t)MINIMAL_BUFFERS * NIC_BUFFER_BYTES);
    for (uint32_t i = 0; i < m->conn_count; i++)
        count += m->conns[i].rx_ring ? 2 * pages(m->params.ring_bytes) : 0;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        for (int kind = 0; kind < MINIMAL_RINGS; kind++)
            count += pages((uint64_t)m->nics[nic].rings[kind].entry_bytes << MINIMAL_RING_LOG2);
    return count;
}
