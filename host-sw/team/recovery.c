/*
 * A NIC is lost when its root port reports an error, or when it fails the check that a late move causes. The recovery
 * has the steps of a Linux driver's error handlers. In error_detected the NIC leaves the team and its connections end.
 * In slot_reset the driver probes the NIC and sets it up again as after power-on. In resume the NIC joins the team
 * again.
 */
#include "host-sw/team/recovery.h"

#include "host-sw/life/termination.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "host-sw/team/challenge.h"
#include "host-sw/team/checkpoint.h"
#include "host-sw/team/clocks.h"
#include "host-sw/team/failover.h"
#include "host-sw/team/fence.h"
#include "host-sw/team/survival.h"

#include "models/base/planted.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>

/* After this time all writes that had reached the root port before the link was lost are visible in host memory. */
#define LAST_WRITES_PS PS_PER_US
#define BAR_WINDOW UINT64_C(0xf0000000)
/* The driver polls for the end of a reset with this period, for at most 4 ms. */
#define RESET_POLL_PS (20 * PS_PER_US)
enum { RESET_POLLS_MAX = 200 };

/* Derives the secret of the lookup table in this NIC, which has NIC_LOOKUP_KEY_WORDS words. The secret is the same
 * after each start of the NIC, because it never leaves the machine. */
static void lookup_key(const struct host_sw *sw, unsigned nic, uint32_t *words)
{
    for (uint32_t i = 0; i < NIC_LOOKUP_KEY_WORDS; i++) {
        const uint32_t what[3] = {0x6c6f6f6b, nic,
                                  i}; /* the constant separates it from other uses of the key */
        words[i] = (uint32_t)siphash24(&sw->openings.isn_key, what, sizeof what);
    }
}

static struct nic_driver_params driver_params(const struct host_sw *sw, unsigned nic)
{
    const struct host_sw_params *params = &sw->params;
    const struct nic_probe_sizes *sizes =
        &sw->recovery[nic].sizes; /* a NIC loses its settings with the link */
    const struct mechanism_ops *mechanism = mechanism_table[params->mechanism];
    uint64_t ours = BAR_WINDOW + (uint64_t)nic * NIC_BAR0_BYTES;
    struct nic_driver_params driver = {
        .mtu_bytes = params->mtu_bytes,
        .uses_slots = (mechanism_table[params->mechanism]->nic_capabilities &
                       NIC_CAPABILITY_IMAGE_SLOTS) != 0,
        .pushes = params->pushes_commands,
        .uses_tuples = mechanism->uses_tuples || params->pushes_commands,
        .asks_records = sw->transfers.mechanism->rebuilds,
        .asks_hash = params->cores > 1,
        .checkpoint_lines = checkpoint_lines(params),
        .checkpoints_address = sw->checkpoints_address,
        .list_max = mechanism->list_max ? mechanism->list_max(params->own) : 0,
        .log2_cmd = params->ring_log2_cmd,
        .log2_record = params->ring_log2_record,
        .log2_event = params->ring_log2_event,
        .log2_buffer = params->ring_log2_buffer,
        .challenge_rate = challenge_share(params),
        .challenge_key = challenge_key(sw, nic),
        .heartbeat_us = (uint32_t)(HEARTBEATS_PER_LIMIT * params->heartbeat_ps / PS_PER_US),
        .probe = {.bar_address = sizes->bar_address ? sizes->bar_address : ours,
                  .mps_bytes = sizes->mps_bytes,
                  .mrrs_bytes = sizes->mrrs_bytes},
    };
    lookup_key(sw, nic, driver.lookup_key);
    for (int i = 0; i < 6; i++)
        driver.mac[i] = params->mac[i];
    if (PLANTED(claim_two_addresses))
        driver.mac[5] = (uint8_t)(driver.mac[5] + nic);
    return driver;
}

bool recovery_start_nic(struct host_sw *sw, unsigned nic)
{
    struct nic_driver_params params = driver_params(sw, nic);
    sw->recovery[nic].probe_result =
        nic_driver_start(&sw->nics[nic], sw->bus, nic, &params, &sw->pool);
    if (sw->nics[nic].up)
        sw->recovery[nic].sizes = sw->nics[nic].sizes;
    clocks_arm(sw);
    return sw->nics[nic].up;
}

static bool is_fenced(const struct host_sw *sw, unsigned nic)
{
    uint32_t status = sw->bus.ops->mmio_read32(sw->bus.self, nic, NIC_REG_STATUS);
    return status == UINT32_MAX || (status & NIC_STATUS_FENCED) != 0;
}

/* Tells failover that the port has left the team with its NIC, or has come back, at the present time. */
static void port_changed(struct host_sw *sw, unsigned nic)
{
    struct move_trigger why = {.at_ps = server_now(sw), .kind = TRIGGER_LINK, .port = (uint8_t)nic};
    failover_on_ports_changed(sw, NIC_COUNT, &why);
}

/* The step error_detected. The rings of the NIC stay until a last look at them, because its earlier writes are valid.
 * If it is known that the NIC is fenced, so that it sends nothing any more, its connections may go on elsewhere. */
static void take_out_of_team(struct host_sw *sw, unsigned nic, bool fenced, bool may_restart)
{
    assert(sw->nics[nic].up);
    uint64_t now_ps = server_now(sw);
    struct move_trigger loss = {
        .at_ps = now_ps, .decided_ps = now_ps, .kind = TRIGGER_LINK, .port = (uint8_t)nic};
    bool survive = fenced && survival_is_possible(sw, nic);
    sw->nics[nic].up = false;
    sw->stats.nics_lost++;
    termination_of_nic(sw, nic, survive ? &loss : NULL);
    sw->last_look_ps = now_ps + LAST_WRITES_PS;
    if (survive)
        sw->recovery[nic].rebuild_ps = sw->last_look_ps;
    if (may_restart)
        sw->recovery[nic].restart_ps = sw->last_look_ps;
    port_changed(sw, nic);
}

static void give_up(struct host_sw *sw, unsigned nic, enum nic_probe_result why)
{
    sw->recovery[nic].probe_result = why;
    sw->recovery[nic].restart_ps = TIME_NEVER;
    sw->recovery[nic].resetting = false;
    sw->stats.recoveries_failed++;
}

/* The step slot_reset. It only begins the reset, so that the driver can serve the other NIC meanwhile. */
static void begin_restart(struct host_sw *sw, unsigned nic)
{
    struct nic_driver_params params = driver_params(sw, nic);
    nic_driver_take_buffers(&sw->nics[nic]);
    nic_driver_free(&sw->nics[nic]);
    enum nic_probe_result result =
        nic_driver_begin(&sw->nics[nic], sw->bus, nic, &params, &sw->pool);
    if (result != NIC_PROBE_OK) {
        give_up(sw, nic, result);
        return;
    }
    sw->recovery[nic].resetting = true;
    sw->recovery[nic].reset_polls = 0;
    sw->recovery[nic].restart_ps = server_now(sw) + RESET_POLL_PS;
}

/* The step resume, which waits until the reset is over. */
static void end_restart(struct host_sw *sw, unsigned nic)
{
    if (!nic_probe_is_ready(sw->bus, nic, &sw->nics[nic].clock.is_free)) {
        sw->recovery[nic].restart_ps = server_now(sw) + RESET_POLL_PS;
        if (++sw->recovery[nic].reset_polls == RESET_POLLS_MAX)
            give_up(sw, nic, NIC_PROBE_NOT_READY);
        return;
    }
    struct nic_driver_params params = driver_params(sw, nic);
    enum nic_probe_result result = nic_driver_enable(&sw->nics[nic], &params);
    if (result != NIC_PROBE_OK) {
        give_up(sw, nic, result);
        return;
    }
    sw->recovery[nic].probe_result = NIC_PROBE_OK;
    sw->recovery[nic].restart_ps = TIME_NEVER;
    sw->recovery[nic].resetting = false;
    sw->stats.recoveries++;
    clocks_arm(sw);
    if (sw->params.heartbeat_ps)
        sw->next_heartbeat_ps = server_now(sw);
    port_changed(sw, nic);
}

/* The root port reports another event for a NIC that has already left the team. */
static void on_port_of_lost(struct host_sw *sw, unsigned nic, const struct nic_error_report *report)
{
    if (!report->answers) {
        sw->recovery[nic].restart_ps = TIME_NEVER;
        sw->recovery[nic].resetting = false;
    } else if (sw->recovery[nic].restart_ps == TIME_NEVER ||
               (sw->recovery[nic].resetting && report->stopped)) {
        sw->recovery[nic].restart_ps = server_now(sw) + LAST_WRITES_PS;
        sw->recovery[nic].resetting = false;
    }
}

/* A NIC does not answer. It is lost at once if its fence is proven, or if it cannot be. */
static void lose_silent(struct host_sw *sw, unsigned nic)
{
    if (sw->recovery[nic].fence_ps != TIME_NEVER)
        return;
    if (nic_error_link_is_down(sw->bus, nic)) {
        take_out_of_team(sw, nic, true, false);
        return;
    }
    enum fence_result result = fence_silent_nic(sw, nic);
    if (result == FENCE_PENDING)
        return;
    take_out_of_team(sw, nic, result == FENCE_PROVEN, false);
    if (result == FENCE_PROVEN)
        sw->recovery[nic].enable_ps = sw->last_look_ps;
}

static void on_port(struct host_sw *sw, unsigned nic)
{
    struct nic_error_report report;
    nic_error_service(sw->bus, nic, &sw->recovery[nic].errors, &report);
    if (!sw->nics[nic].up)
        on_port_of_lost(sw, nic, &report);
    else if (!report.answers)
        lose_silent(sw, nic);
    else if (report.stopped || (report.uncorrectable && is_fenced(sw, nic)))
        take_out_of_team(sw, nic, true, true);
}

/* Checks a NIC that did not complete a command in time. The NIC is lost if it does not answer or is fenced. */
static void on_suspicion(struct host_sw *sw, unsigned nic)
{
    if (!sw->nics[nic].up || sw->recovery[nic].fence_ps != TIME_NEVER)
        return;
    if (!nic_probe_is_alive(sw->bus, nic))
        lose_silent(sw, nic);
    else if (is_fenced(sw, nic))
        take_out_of_team(sw, nic, true, true);
}

/* A NIC completes no command, or the time is over in which it had to fence itself. It is not asked again, because a read
 * from a NIC that hangs blocks the core for the completion timeout of PCIe. */
static bool lose_hanging(struct host_sw *sw, unsigned nic)
{
    bool hangs = sw->recovery[nic].hangs;
    bool is_fenced_now = sw->recovery[nic].fence_ps <= server_now(sw);
    sw->recovery[nic].hangs = false;
    if (is_fenced_now)
        sw->recovery[nic].fence_ps = TIME_NEVER;
    if (!sw->nics[nic].up)
        return hangs || is_fenced_now;
    if (is_fenced_now)
        take_out_of_team(sw, nic, true, false);
    else if (hangs)
        lose_silent(sw, nic);
    return hangs || is_fenced_now;
}

/* Returns true if the time has come, and everything that the NIC has left is read; it may take some steps. */
static bool is_due(const struct host_sw *sw, unsigned nic, uint64_t at_ps)
{
    return at_ps <= server_now(sw) && survival_has_read_all(sw, nic);
}

bool recovery_is_due(const struct host_sw *sw)
{
    bool due = sw->port_events != 0;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        due |= sw->recovery[nic].suspect || sw->recovery[nic].hangs ||
               sw->recovery[nic].fence_ps <= server_now(sw) ||
               is_due(sw, nic, sw->recovery[nic].enable_ps) ||
               is_due(sw, nic, sw->recovery[nic].restart_ps) ||
               is_due(sw, nic, sw->recovery[nic].rebuild_ps);
    return due;
}

bool recovery_run(struct host_sw *sw)
{
    bool busy = false;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        if (sw->port_events >> nic & 1) {
            sw->port_events &= ~(1u << nic);
            on_port(sw, nic);
            busy = true;
        }
        if (sw->recovery[nic].suspect) {
            sw->recovery[nic].suspect = false;
            on_suspicion(sw, nic);
            busy = true;
        }
        busy |= lose_hanging(sw, nic);
        if (is_due(sw, nic, sw->recovery[nic].rebuild_ps)) {
            sw->recovery[nic].rebuild_ps = TIME_NEVER;
            survival_run(sw, nic);
            busy = true;
        }
        if (is_due(sw, nic, sw->recovery[nic].enable_ps)) {
            sw->recovery[nic].enable_ps = TIME_NEVER;
            fence_enable_link(sw, nic);
            busy = true;
        }
        if (is_due(sw, nic, sw->recovery[nic].restart_ps)) {
            if (sw->recovery[nic].resetting)
                end_restart(sw, nic);
            else
                begin_restart(sw, nic);
            busy = true;
        }
    }
    return busy;
}
