/* Moves connections whose port was lost. */
#ifndef TOESIM_HOST_TEAM_FAILOVER_H
#define TOESIM_HOST_TEAM_FAILOVER_H

#include "models/base/move_event.h"

#include <stdbool.h>

struct dir_entry;
struct host_sw;

/* A request of host_sw_set_active() that the next step acts on. */
struct active_request {
    unsigned nic; /* NIC_COUNT if there is no request */
    struct move_trigger trigger;
};

/* Moves the connection to the other NIC if its owner may no longer have it and the other NIC may. */
void failover_check(struct host_sw *sw, struct dir_entry *entry);

/* Moves the connection like failover_check(), but asks no policy. Returns true if the move has begun or waits in the
 * queue. */
bool failover_move(struct host_sw *sw, struct dir_entry *entry);

/* Called when the usability of ports has changed, or when the port `wanted` is to be active. wanted is NIC_COUNT if no
 * port is named. why is the event or call, which becomes the trigger of the moves that follow. */
void failover_on_ports_changed(struct host_sw *sw, unsigned wanted, const struct move_trigger *why);

#endif
