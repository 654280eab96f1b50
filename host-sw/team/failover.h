/* Connections whose port was lost, and where they go. */
#ifndef TOESIM_HOST_TEAM_FAILOVER_H
#define TOESIM_HOST_TEAM_FAILOVER_H

#include "models/base/move_event.h"

struct dir_entry;
struct host_sw;

/* Moves the connection off an owner that may not have it any more, if the other NIC may. */
void failover_check(struct host_sw *sw, struct dir_entry *entry);

/* The usability of ports has changed, or another port is to be active (`wanted`; NIC_COUNT: none is
 * named). why: the event or call that told so, for the moves that follow from it. */
void failover_on_ports_changed(struct host_sw *sw, unsigned wanted, const struct move_trigger *why);

#endif
