#include "host-sw/team/watchdog.h"

#include "host-sw/driver/rings.h"
#include "host-sw/server/server.h"
#include "models/base/planted.h"

#include <assert.h>

static bool is_watched(const struct host_sw *sw, unsigned nic)
{
    const struct nic_driver *driver = &sw->nics[nic];
    return sw->params.command_timeout_ps > 0 && driver->up && driver->outstanding > 0 &&
           sw->recovery[nic].fence_ps == TIME_NEVER;
}

/* Returns when something has to be done about the NIC's commands. */
static uint64_t due_ps(const struct host_sw *sw, unsigned nic)
{
    const struct nic_driver *driver = &sw->nics[nic];
    uint64_t timeout_ps = sw->params.command_timeout_ps;
    return driver->progress_ps + (driver->asked ? timeout_ps : timeout_ps / 2);
}

void watchdog_arm(struct host_sw *sw)
{
    sw->watchdog_ps = TIME_NEVER;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        if (is_watched(sw, nic) && !PLANTED(watchdog_forgets_nic))
            sw->watchdog_ps = u64_min(sw->watchdog_ps, due_ps(sw, nic));
}

static void ask(struct host_sw *sw, unsigned nic)
{
    assert(sw->nics[nic].up);
    (void)nic_driver_command(&sw->nics[nic],
                             (struct nic_cmd){.op = NIC_CMD_NOP, .conn = PROBE_NO_CONN}, 0);
}

bool watchdog_heartbeat(struct host_sw *sw, uint64_t now_ps)
{
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        if (!sw->nics[nic].up || sw->recovery[nic].fence_ps != TIME_NEVER)
            continue;
        ring_write_reg(sw->bus, nic, NIC_REG_HEARTBEAT, 1);
        if (sw->nics[nic].outstanding == 0)
            ask(sw, nic);
    }
    sw->next_heartbeat_ps = now_ps + sw->params.heartbeat_ps;
    return false;
}

bool watchdog_run(struct host_sw *sw, uint64_t now_ps)
{
    bool busy = false;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        if (!is_watched(sw, nic) || due_ps(sw, nic) > now_ps)
            continue;
        busy = true;
        if (nic_ring_peek(&sw->nics[nic].events)) {
            /* The core has not looked for a while, and what the NIC has completed is still to be read. */
            sw->nics[nic].progress_ps = now_ps;
        } else if (sw->nics[nic].asked) {
            sw->recovery[nic].hangs = true;
        } else {
            sw->nics[nic].asked = true;
            ask(sw, nic);
        }
    }
    return busy;
}

bool watchdog_waits(const struct host_sw *sw)
{
    uint64_t now_ps = server_now(sw);
    bool waits = false;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        waits |= (sw->nics[nic].up && sw->recovery[nic].fence_ps != TIME_NEVER) ||
                 (is_watched(sw, nic) &&
                  now_ps <= sw->nics[nic].progress_ps + sw->params.command_timeout_ps);
    return waits;
}
