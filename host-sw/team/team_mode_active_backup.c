/* One port carries all frames while the other one waits. Only the active port may send. */
#include "host-sw/team/team_mode.h"

static bool may_own(const struct team_ports *ports, unsigned nic)
{
    return nic == ports->active && ports->usable[nic];
}

static unsigned reply_port(const struct team_ports *ports, unsigned nic)
{
    (void)nic;
    return ports->active;
}

/* An unusable port does not become active, and an active port that fails is replaced. A port that comes back does not
 * take over again, because each change moves every connection. */
static void on_change(struct team_ports *ports, unsigned wanted)
{
    if (wanted < NIC_COUNT && ports->usable[wanted])
        ports->active = wanted;
    if (!ports->usable[ports->active] && ports->usable[team_other(ports->active)])
        ports->active = team_other(ports->active);
}

extern const struct team_mode_ops team_mode_active_backup;
const struct team_mode_ops team_mode_active_backup = {.name = "active-backup",
                                                      .one_port_carries = true,
                                                      .can_set_active = true,
                                                      .may_own = may_own,
                                                      .reply_port = reply_port,
                                                      .on_change = on_change};
