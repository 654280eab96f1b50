#include "host-sw/team/fence.h"

#include "host-sw/server/server.h"
#include "models/base/planted.h"
#include "models/hwif/port_regs.h"

#include <assert.h>

static void set_link_disable(struct host_sw *sw, unsigned nic, bool disable)
{
    struct nic_bus bus = sw->bus;
    /* Link Status in the upper half has no bits that a write of zeros changes. */
    uint32_t control = bus.ops->port_read32(bus.self, nic, PORT_LINK) & 0xffffu;
    control = disable ? control | PORT_LINK_DISABLE : control & ~PORT_LINK_DISABLE;
    bus.ops->port_write32(bus.self, nic, PORT_LINK, control);
    server_charge(sw, CPU_COST_PORT, 2);
}

enum fence_result fence_silent_nic(struct host_sw *sw, unsigned nic)
{
    assert(sw->nics[nic].up);
    if (sw->params.fence == TEAM_FENCE_LINK_DISABLE) {
        set_link_disable(sw, nic, true);
        if (nic_error_link_is_down(sw->bus, nic))
            return FENCE_PROVEN;
    }
    if (sw->params.heartbeat_ps == 0)
        return FENCE_UNKNOWN;
    uint64_t limit_ps = HEARTBEATS_PER_LIMIT * sw->params.heartbeat_ps;
    sw->recovery[nic].fence_ps = server_now(sw) + (PLANTED(fence_assumed) ? 0 : 2 * limit_ps);
    return FENCE_PENDING;
}

void fence_enable_link(struct host_sw *sw, unsigned nic)
{
    assert(!sw->nics[nic].up);
    set_link_disable(sw, nic, false);
}
