/* NIC 0 carries all frames while its port is usable, and NIC 1 does otherwise. This is active-backup with
 * primary_reselect=always in the Linux bonding driver, so NIC 0 takes over again when its port comes back, and an
 * operator cannot choose the active port. */
#include "host-sw/team/team_mode.h"

enum { PRIMARY = 0 };

static bool may_own(const struct team_ports *ports, unsigned nic)
{
    return nic == ports->active && ports->usable[nic];
}

static unsigned reply_port(const struct team_ports *ports, unsigned nic)
{
    (void)nic;
    return ports->active;
}

static void on_change(struct team_ports *ports, unsigned wanted)
{
    (void)wanted;
    if (ports->usable[PRIMARY])
        ports->active = PRIMARY;
    else if (ports->usable[team_other(PRIMARY)])
        ports->active = team_other(PRIMARY);
}

extern const struct team_mode_ops team_mode_primary;
const struct team_mode_ops team_mode_primary = {.name = "primary",
                                                .one_port_carries = true,
                                                .may_own = may_own,
                                                .reply_port = reply_port,
                                                .on_change = on_change};
