/* Both ports carry frames at the same time, as in a static link aggregation group. The host answers through the port
 * that received the frame. */
#include "host-sw/team/team_mode.h"

static bool may_own(const struct team_ports *ports, unsigned nic) { return ports->usable[nic]; }

static unsigned reply_port(const struct team_ports *ports, unsigned nic)
{
    return ports->usable[nic] ? nic : team_other(nic);
}

static void on_change(struct team_ports *ports, unsigned wanted)
{
    (void)wanted;
    if (!ports->usable[ports->active] && ports->usable[team_other(ports->active)])
        ports->active = team_other(ports->active);
}

extern const struct team_mode_ops team_mode_static;
const struct team_mode_ops team_mode_static = {
    .name = "static", .may_own = may_own, .reply_port = reply_port, .on_change = on_change};
