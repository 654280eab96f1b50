/* The team's program, with its start, main loop and stop. The other folders of host-sw do the work. */
#include "host-sw/server/team_program.h"

#include "host-sw/dispatch/conn_calls.h"
#include "host-sw/dispatch/conn_io.h"
#include "host-sw/dispatch/dispatch.h"
#include "host-sw/dispatch/fragments.h"
#include "host-sw/dispatch/host_records.h"
#include "host-sw/life/connecting.h"
#include "host-sw/life/farewell.h"
#include "host-sw/life/idle.h"
#include "host-sw/life/termination.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/audit.h"
#include "host-sw/server/server.h"
#include "host-sw/team/challenge.h"
#include "host-sw/team/checkpoint.h"
#include "host-sw/team/clocks.h"
#include "host-sw/team/failover.h"
#include "host-sw/team/recovery.h"
#include "host-sw/team/watchdog.h"
#include "host-sw/transfer/place_nic.h"
#include "host-sw/transfer/place_nic_grant.h"
#include "host-sw/transfer/transfer.h"
#include "host-sw/transfer/transfer_report.h"
#include "models/base/planted.h"

#include "models/base/memory.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

enum { SPARE_BUFFERS = 4096 }; /* buffers for relayed frames and for those of the host itself */
enum { ISSUED_IN_STEP = 64 };  /* INSTALLs in one step for which there is room from the start */
#define KICKED (1u << 31)

/* A part calls only the parts below it. It reaches the parts above through these functions. */
static const struct server_upcalls upcalls = {.give_up = termination_give_up,
                                              .examine = dispatch_frame,
                                              .examine_held = termination_examine_held,
                                              .placed = failover_check};

/* Frees native memory only, because the simulated machine may no longer exist. */
static void program_destroy(struct host_sw *sw)
{
    if (!sw)
        return;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        nic_driver_free(&sw->nics[nic]);
    buffer_pool_free(&sw->pool);
    host_stack_free(&sw->stack);
    host_tcp_free(&sw->tcp);
    if (sw->idle.timers)
        timer_heap_destroy(sw->idle.timers);
    hold_free(&sw->hold);
    farewell_free(&sw->farewells);
    directory_free(&sw->dir);
    policy_list_free(&sw->policies);
    free(sw->intake.events);
    free(sw->intake.waiting.records);
    free(sw->place_requests.requests);
    free(sw->installs.rows);
    free(sw->grants.rows);
    fragments_free(sw);
    free(sw);
}

static bool start_memory(struct host_sw *sw)
{
    const struct host_sw_params *params = &sw->params;
    struct nic_bus bus = sw->bus;
    uint64_t conns = params->conn_max;
    sw->entries_address = bus.ops->mem_alloc(bus.self, conns * TEAM_ENTRY_BYTES);
    sw->images_address = bus.ops->mem_alloc(bus.self, conns * CTX_BYTES);
    sw->held_address = bus.ops->mem_alloc(bus.self, conns * params->hold_frames_per_conn *
                                                        sizeof(struct nic_held));
    uint64_t checkpoints = checkpoint_bytes(params);
    if (checkpoints > 0)
        sw->checkpoints_address = bus.ops->mem_alloc(bus.self, checkpoints);
    uint64_t held_max =
        u64_min(conns * params->hold_frames_per_conn, hold_frames_limit(params->hold_bytes_total));
    uint32_t buffers =
        ((uint32_t)NIC_COUNT << params->ring_log2_buffer) + SPARE_BUFFERS + (uint32_t)held_max;
    sw->installs.capacity = ISSUED_IN_STEP;
    sw->installs.rows = calloc(sw->installs.capacity, sizeof *sw->installs.rows);
    memory_check(sw->installs.rows);
    hold_init(&sw->hold, &sw->pool, params->hold_frames_per_conn, params->hold_bytes_total);
    if (!host_stack_init(&sw->stack, bus, sw->nics, &sw->pool, params->mac,
                         params->tcp.time_wait_us * PS_PER_US))
        memory_out();
    return sw->entries_address && sw->images_address && sw->held_address &&
           (checkpoints == 0 || sw->checkpoints_address) &&
           buffer_pool_init(&sw->pool, bus, buffers);
}

/* Requests a move for a policy that asks for it outside of a verdict on a frame. */
static bool policy_moves(void *self, uint32_t conn, const struct move_trigger *why)
{
    struct host_sw *sw = self;
    struct dir_entry *entry = &sw->dir.entries[conn];
    assert(conn < sw->dir.conn_max);
    if (!directory_is_live(&sw->dir, conn) || !sw->transfers.mechanism->start)
        return false;
    return transfer_request(sw, entry, why->port, MOVE_FOREIGN, why) || entry->wanted.listed;
}

/* Requests the move of a connection whose port was lost, for a policy that has its pace. */
static bool policy_leaves(void *self, uint32_t conn)
{
    struct host_sw *sw = self;
    assert(conn < sw->dir.conn_max);
    return directory_is_live(&sw->dir, conn) && failover_move(sw, &sw->dir.entries[conn]);
}

static void start_lists(struct host_sw *sw)
{
    struct dir_entry *first = sw->dir.entries;
    conn_list_init(&sw->dirty, &first->dirty, sizeof *first);
    conn_list_init(&sw->transfers.wanted, &first->wanted, sizeof *first);
    conn_list_init(&sw->transfers.under_way, &first->under_way, sizeof *first);
    conn_list_init(&sw->nic_places.waiting, &first->waiting, sizeof *first);
    conn_list_init(&sw->app.calls_due, &first->calls_due, sizeof *first);
}

/* Starts the NICs and all parts of the driver. The directory is limited to the ids that all NICs in the team support.
 */
static bool start(struct host_sw *sw)
{
    if (!start_memory(sw))
        return false;
    uint32_t conn_max = sw->params.conn_max;
    bool any = false;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        if (!recovery_start_nic(sw, nic))
            continue;
        conn_max = u32_min(conn_max, sw->nics[nic].conn_max);
        any = true;
    }
    if (!any || conn_max == 0)
        return false;
    if (!directory_init(&sw->dir, conn_max) || !host_records_init(sw) || !fragments_init(sw))
        memory_out(); /* without the server every conversation would fail, which would look like a result */
    start_lists(sw);
    policy_list_init(&sw->policies, sw->params.policies, sw->params.own, conn_max,
                     (struct policy_server){policy_moves, policy_leaves, sw});
    farewell_init(&sw->farewells, conn_max);
    struct move_trigger why = transfer_called(sw);
    failover_on_ports_changed(sw, NIC_COUNT, &why);
    uint64_t now_ps = server_now(sw);
    sw->idle.next_scan_ps = sw->params.idle_ps ? now_ps + sw->params.scan_period_ps : TIME_NEVER;
    sw->next_heartbeat_ps = sw->params.heartbeat_ps ? now_ps : TIME_NEVER;
    sw->app.next_ps = now_ps;
    sw->is_up = true;
    return true;
}

static void run_app(struct host_sw *sw, uint64_t now_ps)
{
    sw->app.called = false;
    sw->app.next_ps = TIME_NEVER;
    if (!sw->app.ops->on_run)
        return;
    server_charge(sw, CPU_COST_APP_CALL, 1);
    sw->app.next_ps = sw->app.ops->on_run(sw->app.self, now_ps);
}

static bool expire_time_waits(struct host_sw *sw, uint64_t now_ps)
{
    termination_expire_time_waits(sw, now_ps);
    return false;
}

static bool end_neighbours(struct host_sw *sw, uint64_t now_ps)
{
    connecting_on_time(sw, now_ps);
    return true;
}

static bool end_deadlines(struct host_sw *sw, uint64_t now_ps)
{
    transfer_on_deadline(sw, now_ps);
    return true;
}

static bool run_farewells(struct host_sw *sw, uint64_t now_ps)
{
    (void)now_ps;
    return farewell_run(sw);
}

static bool run_policies(struct host_sw *sw, uint64_t now_ps)
{
    transfer_gather(sw);
    bool busy = policy_list_run(&sw->policies, now_ps);
    transfer_release(sw);
    return busy;
}

static bool take_last_look(struct host_sw *sw, uint64_t now_ps)
{
    (void)now_ps;
    sw->last_look_ps = TIME_NEVER;
    return true;
}

/* All parts with timers. The parts that are due run in this order, and run() returns true if there was any work. run is
 * null if the part runs elsewhere in the step; the program then only wakes up for it. */
static const struct timed_part {
    size_t next_ps; /* offset in struct host_sw of the time at which the part must run next */
    bool (*run)(struct host_sw *sw, uint64_t now_ps);
} timed_parts[] = {
    {offsetof(struct host_sw, transfers.next_deadline_ps), end_deadlines},
    {offsetof(struct host_sw, stack.time_waits.next_ps), expire_time_waits},
    {offsetof(struct host_sw, openings.neighbours.next_ps), end_neighbours},
    {offsetof(struct host_sw, next_heartbeat_ps), watchdog_heartbeat},
    {offsetof(struct host_sw, watchdog_ps), watchdog_run},
    {offsetof(struct host_sw, farewells.next_ps), run_farewells},
    {offsetof(struct host_sw, policies.next_ps), run_policies},
    {offsetof(struct host_sw, idle.next_ps), idle_on_time},
    {offsetof(struct host_sw, last_look_ps), take_last_look},
    {offsetof(struct host_sw, app.next_ps),
     NULL}, /* run_timers(), because events call for it too */
    {offsetof(struct host_sw, idle.next_scan_ps), NULL},      /* flush() */
    {offsetof(struct host_sw, tcp.next_ps), NULL},            /* dispatch_poll() */
    {offsetof(struct host_sw, fragments.next_ps), NULL},      /* dispatch_poll() */
    {offsetof(struct host_sw, next_clock_ps), NULL},          /* clocks_run() */
    {offsetof(struct host_sw, recovery[0].restart_ps), NULL}, /* recovery_run() */
    {offsetof(struct host_sw, recovery[1].restart_ps), NULL}, /* recovery_run() */
    {offsetof(struct host_sw, recovery[0].rebuild_ps), NULL}, /* recovery_run() */
    {offsetof(struct host_sw, recovery[1].rebuild_ps), NULL}, /* recovery_run() */
    {offsetof(struct host_sw, recovery[0].fence_ps), NULL},   /* recovery_run() */
    {offsetof(struct host_sw, recovery[1].fence_ps), NULL},   /* recovery_run() */
    {offsetof(struct host_sw, recovery[0].enable_ps), NULL},  /* recovery_run() */
    {offsetof(struct host_sw, recovery[1].enable_ps), NULL},  /* recovery_run() */
};
enum { TIMED_PARTS = sizeof timed_parts / sizeof timed_parts[0] };
static_assert(NIC_COUNT == 2, "timed_parts[] has rows for the times of each NIC's recovery");

static uint64_t next_of(const struct host_sw *sw, const struct timed_part *part)
{
    return *(const uint64_t *)(const void *)((const char *)sw + part->next_ps);
}

static bool run_timers(struct host_sw *sw, bool kicked)
{
    uint64_t now_ps = server_now(sw);
    bool busy = false;
    for (int i = 0; i < TIMED_PARTS; i++)
        if (timed_parts[i].run && next_of(sw, &timed_parts[i]) <= now_ps)
            busy |= timed_parts[i].run(sw, now_ps);
    if (sw->active_request.nic != NIC_COUNT) {
        failover_on_ports_changed(sw, sw->active_request.nic, &sw->active_request.trigger);
        sw->active_request.nic = NIC_COUNT;
        busy = true;
    }
    if (kicked || sw->app.called || sw->app.next_ps <= now_ps) {
        run_app(sw, now_ps);
        busy = true;
    }
    return busy;
}

/* The idle scan runs last in a step, because an image that it stores cannot be read back before the next step. */
static bool scan(struct host_sw *sw)
{
    uint64_t now_ps = server_now(sw);
    if (sw->idle.next_scan_ps > now_ps)
        return false;
    idle_scan(sw, now_ps);
    sw->idle.next_scan_ps = now_ps + sw->params.scan_period_ps;
    return true;
}

/* Ends the step, so that its writes take effect. This is T8 of the moves whose INSTALL has entered the command ring. */
static void end_step(struct host_sw *sw)
{
    sw->bus.ops->step_end(sw->bus.self);
    place_nic_on_step_end(sw);
}

/* Ends the step early, so that the commands leave before anything else. */
static void flush_commands(struct host_sw *sw)
{
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        nic_driver_flush_commands(&sw->nics[nic]);
    end_step(sw);
}

/* Begins the moves with a grant. Each command leaves as early as possible: FREEZE first, then RESERVE, then the grant. */
static void flush_grants(struct host_sw *sw)
{
    flush_commands(sw);
    place_nic_reserve_grants(sw);
    flush_commands(sw);
    place_nic_issue_grants(sw);
}

static bool flush(struct host_sw *sw)
{
    if (sw->dirty.count > 0)
        conn_io_flush(sw);
    server_join(sw);
    bool busy = scan(sw);
    if (sw->grants.count > 0)
        flush_grants(sw);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        nic_driver_flush(&sw->nics[nic]);
    watchdog_arm(sw);
    return busy;
}

static uint64_t next_timer_ps(const struct host_sw *sw)
{
    uint64_t next_ps = TIME_NEVER;
    for (int i = 0; i < TIMED_PARTS; i++)
        next_ps = u64_min(next_ps, next_of(sw, &timed_parts[i]));
    return next_ps;
}

/* Sleeps until the next timer, interrupt or watched write. The rings are armed for interrupts unless the program polls
 * now; then watch() has set up the addresses to watch. */
static bool sleep_until_work(struct host_sw *sw)
{
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        if (!sw->nics[nic].up || sw->polling)
            continue;
        nic_ring_arm(&sw->nics[nic].records);
        nic_ring_arm(&sw->nics[nic].events);
    }
    uint32_t fired = sw->bus.ops->wait(sw->bus.self, next_timer_ps(sw));
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        uint32_t bits = fired >> (nic * NIC_VECTOR_COUNT);
        if ((bits & (1u << NIC_VECTOR_RECORD)) != 0)
            sw->nics[nic].records.armed = false;
        if ((bits & (1u << NIC_VECTOR_EVENT)) != 0)
            sw->nics[nic].events.armed = false;
        sw->port_events |= fired & 1u << (NIC_BUS_PORT_BIT + nic) ? 1u << nic : 0;
    }
    return (fired & KICKED) != 0;
}

/* Watches the next entry of each ring while the program polls. The watch begins before the last look at the rings, so
 * that no write is missed. A program that polls during transfers asks for interrupts again when the last one is over. */
static void watch(struct host_sw *sw)
{
    bool polls =
        sw->params.poll || (sw->params.poll_transfers && sw->transfers.under_way.count > 0);
    if (!polls && !sw->polling)
        return;
    sw->polling = polls;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        const struct nic_driver *driver = &sw->nics[nic];
        unsigned slot = nic * NIC_VECTOR_COUNT;
        if (!driver->up && polls)
            continue;
        sw->bus.ops->watch(sw->bus.self, slot + NIC_VECTOR_RECORD,
                           polls ? nic_ring_next_address(&driver->records) : 0);
        sw->bus.ops->watch(sw->bus.self, slot + NIC_VECTOR_EVENT,
                           polls ? nic_ring_next_address(&driver->events) : 0);
    }
}

static void program_main(struct host_sw *sw)
{
    assert(!sw->initialised);
    sw->initialised = true;
    bool kicked = true; /* the application runs once at the start */
    if (!start(sw))
        return;
    while (!sw->stop) {
        watch(sw);
        bool busy = dispatch_poll(sw);
        busy |= run_timers(sw, kicked);
        busy |= flush(sw);
        kicked = false;
        busy |= host_tcp_has_work(&sw->tcp) || sw->app.called || sw->fragments.count > 0;
        if (recovery_is_due(sw) || clocks_are_due(sw))
            end_step(sw); /* both parts read from NICs, which ends the step in any case */
        busy |= recovery_run(sw);
        busy |= clocks_run(sw);
        if (busy)
            end_step(sw);
        else
            kicked = sleep_until_work(sw);
    }
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        nic_driver_stop(&sw->nics[nic]);
    sw->bus.ops->step_end(sw->bus.self);
}

static void program_stop(struct host_sw *sw) { sw->stop = true; }

static bool program_set_active(struct host_sw *sw, unsigned nic, uint64_t now_ps)
{
    assert(nic < NIC_COUNT);
    if (!sw->mode->can_set_active)
        return false;
    sw->active_request.nic = nic;
    sw->active_request.trigger = (struct move_trigger){.at_ps = now_ps, .kind = TRIGGER_CALL};
    return true;
}

static const struct nic_error_counts *program_errors(const struct host_sw *sw, unsigned nic)
{
    assert(nic < NIC_COUNT);
    return &sw->recovery[nic].errors;
}

static const struct host_sw_stats *program_stats(const struct host_sw *sw) { return &sw->stats; }

static uint64_t program_challenges_refused(const struct host_sw *sw)
{
    return sw->challenges.refused;
}

static const struct ip_reassembly_stats *program_fragment_stats(const struct host_sw *sw)
{
    return sw->fragments.reassembly ? ip_reassembly_get_stats(sw->fragments.reassembly) : NULL;
}

static const struct host_tcp_stats *program_tcp_stats(const struct host_sw *sw)
{
    return &sw->tcp.stats;
}

static bool program_is_up(const struct host_sw *sw, unsigned nic)
{
    return sw->is_up && sw->nics[nic].up;
}

static size_t program_rows(const struct host_sw *sw) { return sw->dir.row_count; }

static void program_row(const struct host_sw *sw, size_t row, struct dir_view *view)
{
    directory_view(&sw->dir, row, view);
}

static const struct program_ops program_ops = {.destroy = program_destroy,
                                               .main = program_main,
                                               .stop = program_stop,
                                               .is_up = program_is_up,
                                               .stats = program_stats,
                                               .transfers_open = transfer_count_open,
                                               .rows = program_rows,
                                               .row = program_row,
                                               .entry_address = rx_if_address,
                                               .conn = &team_conn_ops,
                                               .set_active = program_set_active,
                                               .request_place = offload_request_place,
                                               .errors = program_errors,
                                               .challenges_refused = program_challenges_refused,
                                               .fragment_stats = program_fragment_stats,
                                               .tcp_stats = program_tcp_stats,
                                               .audit = audit_accounts,
                                               .memory_pages = audit_memory_pages,
                                               .waits = watchdog_waits};

struct host_sw *team_program_create(const struct host_sw_params *params, struct nic_bus bus,
                                    const struct app_ops *app, void *app_self,
                                    const struct probe *probe)
{
    assert(app && app->on_syn);
    assert(params->conn_max > 0 && params->conn_max <= 65536);
    assert(params->ring_bytes >= 4096 && (params->ring_bytes & (params->ring_bytes - 1)) == 0);
    assert(params->hold_frames_per_conn > 0 &&
           params->hold_frames_per_conn <= TEAM_HELD_SLOT_FRAMES_MAX);
    assert(params->moves_outstanding_max > 0);
    struct host_sw *sw = calloc(1, sizeof *sw);
    if (!sw)
        return NULL;
    sw->program.ops = &program_ops;
    sw->params = *params;
    if (sw->params.scan_period_ps == 0)
        sw->params.scan_period_ps = u64_max(sw->params.idle_ps / 8, 1);
    if (PLANTED(rest_early))
        sw->params.idle_ps /= 2;
    sw->bus = bus;
    sw->app.ops = app;
    sw->app.self = app_self;
    sw->probe = probe;
    sw->upcalls = &upcalls;
    assert(params->mode < TEAM_MODE_COUNT && params->mechanism < mechanism_count);
    sw->mode = team_mode_table[params->mode];
    sw->transfers.mechanism =
        params->moving_enabled ? mechanism_table[params->mechanism] : mechanism_find("forward");
    sw->last_look_ps = sw->openings.cookie_ps = sw->watchdog_ps = sw->next_clock_ps = TIME_NEVER;
    sw->transfers.next_deadline_ps = sw->idle.next_ps = sw->fragments.next_ps = TIME_NEVER;
    sw->params.tcp.challenges = &sw->challenges;
    sw->active_request.nic = NIC_COUNT;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        sw->recovery[nic].restart_ps = sw->recovery[nic].rebuild_ps = sw->recovery[nic].fence_ps =
            sw->recovery[nic].enable_ps = TIME_NEVER;
    isn_key_init(&sw->openings.isn_key, params->isn_seed);
    sw->challenges = (struct tcp_challenges){.rate = challenge_share(params),
                                             .key = challenge_key(sw, PLACE_HOST)};
    connecting_init(sw);
    return sw;
}
