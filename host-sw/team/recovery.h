/* Takes a lost NIC out of the team and brings it back. */
#ifndef TOESIM_HOST_TEAM_RECOVERY_H
#define TOESIM_HOST_TEAM_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

struct host_sw;

/* Probes the NIC and sets it up. The call blocks until that is done. Returns false if it failed; sw->probe_results has
 * the reason. */
bool recovery_start_nic(struct host_sw *sw, unsigned nic);
/* Acts on reports of root ports, on suspected NICs and on restarts that are due. The call blocks while it reads from
 * NICs. Returns true if there was any work. */
bool recovery_run(struct host_sw *sw);
/* Returns true if recovery_run() has work. */
bool recovery_is_due(const struct host_sw *sw);

#endif
