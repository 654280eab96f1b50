/* Takes a lost NIC out of the team and brings it back. */
#ifndef TOESIM_HOST_TEAM_RECOVERY_H
#define TOESIM_HOST_TEAM_RECOVERY_H

#include "host-sw/driver/nic_error.h"
#include "host-sw/driver/nic_probe.h"
#include <stdbool.h>
#include <stdint.h>

struct host_sw;

/* The loss of a NIC, and its way back. recovery.c writes here; transfer.c says who is suspected. */
struct nic_recovery {
    enum nic_probe_result probe_result;
    struct nic_probe_sizes sizes;
    struct nic_error_counts errors;
    bool suspect;   /* a move is late, so check whether the NIC is alive and not fenced */
    bool hangs;     /* it completes no command any more (watchdog.h) */
    bool resetting; /* the reset of the NIC is under way */
    uint32_t reset_polls;
    uint64_t rebuild_ps; /* when the connections of the dead NIC are rebuilt, or TIME_NEVER */
    uint64_t fence_ps;   /* when the NIC, which gets no heartbeats, is fenced, or TIME_NEVER */
    uint64_t enable_ps;  /* when the link that the driver has disabled may train, or TIME_NEVER */
    uint64_t restart_ps; /* when the next step of the restart is due, or TIME_NEVER */
};

/* Probes the NIC and sets it up. The call blocks until that is done. Returns false if it failed; sw->recovery[] has
 * the reason. */
bool recovery_start_nic(struct host_sw *sw, unsigned nic);
/* Acts on reports of root ports, on suspected NICs and on restarts that are due. The call blocks while it reads from
 * NICs. Returns true if there was any work. */
bool recovery_run(struct host_sw *sw);
/* Returns true if recovery_run() has work. */
bool recovery_is_due(const struct host_sw *sw);

#endif
