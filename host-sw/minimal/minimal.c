#include "host-sw/minimal/minimal.h"

#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/minimal/minimal_conn.h"
#include "host-sw/minimal/minimal_frame.h"
#include "host-sw/minimal/minimal_io.h"
#include "host-sw/minimal/minimal_move.h"
#include "host-sw/minimal/minimal_report.h"
#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BUDGET = 64, EVENT_BUDGET = 64 }; /* of a NIC in one step */
#define KICKED (1u << 31)

static struct minimal *of(const struct host_sw *sw) { return (void *)(uintptr_t)sw; }

/* --- records and events --- */

/* Acts on the record of a frame of a connection that the NIC has. */
static void on_owned(struct minimal *m, const struct nic_record *record)
{
    struct minimal_conn *c = record->conn < m->conn_count ? &m->conns[record->conn] : NULL;
    if (!c || c->ended) {
        minimal_report_record(m, record, PROBE_NO_CONN);
        m->stats.stale_events++;
        return;
    }
    minimal_rx_if(m, c, record->nic, record->mac_time_ps, record->frame_id);
    minimal_report_record(m, record, record->conn);
    minimal_on_progress(m, c, record);
}

static void on_record(struct minimal *m, const struct nic_record *record)
{
    assert(record->nic < NIC_COUNT);
    bool injected = (record->flags & NIC_RECORD_INJECTED) != 0;
    struct minimal_frame frame = {.buffer = record->buffer,
                                  .mac_time_ps = record->mac_time_ps,
                                  .id = record->frame_id,
                                  .bytes = record->bytes,
                                  .port = record->nic};
    m->stats.records++;
    minimal_charge(m, CPU_COST_RECORD, 1);
    if (injected && !minimal_take_lent(m, record->frame_id, &frame))
        frame.buffer = 0;
    m->nics[record->nic].posted -= !injected && frame.buffer != 0;
    bool foreign = record->verdict != NIC_VERDICT_APPLIED && record->verdict != NIC_VERDICT_DROPPED;
    if (foreign && frame.buffer != 0) {
        minimal_on_foreign(m, &frame, record);
        return;
    }
    on_owned(m, record);
    if (frame.buffer != 0)
        minimal_give_back(m, &frame);
}

/* Reads events, then acts on the records that were written before them, and then on the events (section 6). */
static bool poll_nic(struct minimal *m, struct minimal_nic *nic)
{
    struct nic_event events[EVENT_BUDGET];
    uint32_t event_count = 0, records = 0;
    const struct nic_event *event;
    const struct nic_record *record;
    minimal_charge(m, CPU_COST_POLL, 2);
    while (event_count < EVENT_BUDGET && (event = minimal_nic_event(nic))) {
        events[event_count++] = *event;
        minimal_nic_advance(nic, MINIMAL_EVENTS);
    }
    while ((event_count > 0 || records < RECORD_BUDGET) && (record = minimal_nic_record(nic))) {
        struct nic_record copy = *record;
        minimal_nic_advance(nic, MINIMAL_RECORDS);
        on_record(m, &copy);
        records++;
    }
    for (uint32_t i = 0; i < event_count; i++)
        minimal_on_event(m, nic->number, &events[i]);
    return event_count + records > 0;
}

/* --- the program --- */

static bool start(struct minimal *m)
{
    for (unsigned i = 0; i < NIC_COUNT; i++)
        if (minimal_nic_start(&m->nics[i], m->bus, i, &m->params))
            return false;
    m->conn_max = u32_min(m->params.conn_max, u32_min(m->nics[0].conn_max, m->nics[1].conn_max));
    if (!minimal_conns_init(m))
        memory_out();
    m->is_up = true;
    return true;
}

static void run_app(struct minimal *m, bool kicked)
{
    uint64_t now_ps = minimal_now(m);
    bool called = m->app_called;
    m->app_called = false;
    if (!m->app->on_run || !(kicked || called || m->app_next_ps <= now_ps))
        return;
    minimal_charge(m, CPU_COST_APP_CALL, 1);
    m->app_next_ps = m->app->on_run(m->app_self, now_ps);
}

static uint32_t sleep_until_work(struct minimal *m)
{
    for (unsigned i = 0; i < NIC_COUNT && !m->params.poll; i++)
        minimal_nic_arm(&m->nics[i]);
    uint32_t fired = m->bus.ops->wait(m->bus.self, m->app->on_run ? m->app_next_ps : TIME_NEVER);
    for (unsigned i = 0; i < NIC_COUNT; i++)
        minimal_nic_fired(&m->nics[i], fired);
    return fired;
}

static void program_main(struct host_sw *sw)
{
    struct minimal *m = of(sw);
    bool kicked = true;
    if (!start(m))
        return;
    while (!m->stop) {
        bool busy = false;
        for (unsigned i = 0; i < NIC_COUNT; i++) {
            if (m->params.poll)
                minimal_nic_watch(&m->nics[i]); /* before the last look at the rings */
            busy |= poll_nic(m, &m->nics[i]);
        }
        busy |= kicked || m->app_called || m->dirty_count > 0;
        run_app(m, kicked);
        minimal_flush_conns(m);
        for (unsigned i = 0; i < NIC_COUNT; i++)
            minimal_nic_flush(&m->nics[i]);
        kicked = false;
        if (busy)
            m->bus.ops->step_end(m->bus.self);
        else
            kicked = (sleep_until_work(m) & KICKED) != 0;
        minimal_report_step(m);
    }
    for (unsigned i = 0; i < NIC_COUNT; i++)
        minimal_nic_stop(&m->nics[i]);
    m->bus.ops->step_end(m->bus.self);
}

/* --- the operations of a program --- */

static void program_destroy(struct host_sw *sw)
{
    minimal_conns_free(of(sw));
    free(of(sw));
}

static void program_stop(struct host_sw *sw) { of(sw)->stop = true; }

static bool program_is_up(const struct host_sw *sw, unsigned nic)
{
    assert(nic < NIC_COUNT);
    return of(sw)->is_up && of(sw)->nics[nic].up;
}

static const struct host_sw_stats *program_stats(const struct host_sw *sw)
{
    return &of(sw)->stats;
}

static uint64_t program_transfers_open(const struct host_sw *sw, enum transfer_kind kind)
{
    return kind == TRANSFER_MOVE ? of(sw)->moves_open : 0;
}

static size_t program_rows(const struct host_sw *sw) { return of(sw)->conn_count; }

static void program_row(const struct host_sw *sw, size_t row, struct dir_view *view)
{
    assert(row < of(sw)->conn_count);
    *view = of(sw)->conns[row].view;
}

static uint64_t program_entry_address(const struct host_sw *sw, uint32_t conn)
{
    assert(conn < of(sw)->conn_max);
    return of(sw)->entries + (uint64_t)conn * MINIMAL_ENTRY_BYTES;
}

static const struct program_ops program_ops = {.destroy = program_destroy,
                                               .main = program_main,
                                               .stop = program_stop,
                                               .is_up = program_is_up,
                                               .stats = program_stats,
                                               .transfers_open = program_transfers_open,
                                               .rows = program_rows,
                                               .row = program_row,
                                               .entry_address = program_entry_address,
                                               .conn = &minimal_conn_ops,
                                               .audit = minimal_audit,
                                               .memory_pages = minimal_memory_pages};

struct host_sw *minimal_create(const struct host_sw_params *params, struct nic_bus bus,
                               const struct app_ops *app, void *app_self, const struct probe *probe)
{
    struct minimal *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->program.ops = &program_ops;
    m->params = *params;
    m->bus = bus;
    m->app = app;
    m->app_self = app_self;
    m->probe = probe;
    isn_key_init(&m->isn_key, params->isn_seed);
    return (struct host_sw *)(void *)m;
}

bool minimal_cannot(const struct host_sw_params *params, struct minimal_refusal *refusal)
{
    const char *mechanism = mechanism_table[params->mechanism]->name;
    const struct {
        bool asks;
        struct minimal_refusal refusal;
    } rows[] = {
        {params->mode != TEAM_MODE_STATIC, {"team.mode", "write static"}},
        {params->idle_ps != 0, {"team.idle", "write 0s"}},
        {strcmp(mechanism, "host-pull") != 0, {"team.move.mechanism", "write host-pull"}},
        {strcmp(params->policies, "first-packet") != 0, {"team.move.policy", "write first-packet"}},
        {params->pushes_commands, {"team.move.commands", "write fetched"}},
        {params->offload != OFFLOAD_ALL, {"team.offload.policy", "write all"}},
        {params->heartbeat_ps != 0, {"team.heartbeat", "write 0s"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].asks)
            continue;
        *refusal = rows[i].refusal;
        return true;
    }
    return false;
}
