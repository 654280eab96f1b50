/* Lets the connections of a dead NIC go on at the other NIC. */
#ifndef TOESIM_HOST_TEAM_SURVIVAL_H
#define TOESIM_HOST_TEAM_SURVIVAL_H

#include <stdbool.h>

struct host_sw;

/* Returns true if the connections of NIC `dead` can be rebuilt: the mechanism does that, the NIC has acknowledged only
 * what its records report, and the other NIC is in use. The caller knows that the NIC is fenced. */
bool survival_is_possible(const struct host_sw *sw, unsigned dead);

/* Returns true if the driver has acted on all records and events that the dead NIC has left. */
bool survival_has_read_all(const struct host_sw *sw, unsigned dead);

/* Rebuilds the connections of the dead NIC that wait for it (transfer_begin_rebuild()), when its last writes are in
 * memory and were read. A connection that had ended is ended, and one that cannot be rebuilt is given up. */
void survival_run(struct host_sw *sw, unsigned dead);

#endif
