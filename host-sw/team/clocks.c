#include "host-sw/team/clocks.h"

#include "host-sw/server/server.h"

#include <assert.h>

static bool has_clock(const struct host_sw *sw, unsigned nic)
{
    assert(nic < NIC_COUNT);
    return sw->nics[nic].up && sw->nics[nic].clock.is_free;
}

void clocks_arm(struct host_sw *sw)
{
    assert(sw->params.clock_period_ps > 0);
    sw->next_clock_ps = TIME_NEVER;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        if (has_clock(sw, nic))
            sw->next_clock_ps = server_now(sw) + sw->params.clock_period_ps;
}

bool clocks_are_due(const struct host_sw *sw) { return sw->next_clock_ps <= server_now(sw); }

/* A NIC that may hang is not read, because the core would wait for the completion timeout of PCIe. */
bool clocks_run(struct host_sw *sw)
{
    if (!clocks_are_due(sw))
        return false;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        if (has_clock(sw, nic) && !sw->nics[nic].asked && sw->recovery[nic].fence_ps == TIME_NEVER)
            clock_sync_again(&sw->nics[nic].clock, sw->bus, nic);
    clocks_arm(sw);
    return true;
}
