/* A NIC leaves the team and comes back. */
#ifndef TOESIM_HOST_TEAM_RECOVERY_H
#define TOESIM_HOST_TEAM_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

struct host_sw;

/* Probes and sets up; blocks. False: sw->probe_results says why. */
bool recovery_start_nic(struct host_sw *sw, unsigned nic);
/* Acts on what root ports told, on suspicions and on restarts that are due; blocks then. */
bool recovery_run(struct host_sw *sw);
/* recovery_run() has something to do. */
bool recovery_is_due(const struct host_sw *sw);
uint64_t recovery_next_ps(const struct host_sw *sw);

#endif
