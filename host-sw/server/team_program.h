/* The team's program: drivers of both NICs, the team, and the host stack. It runs as one coroutine on one simulated core,
 * and blocks only in nic_bus. */
#ifndef TOESIM_HOST_SERVER_TEAM_PROGRAM_H
#define TOESIM_HOST_SERVER_TEAM_PROGRAM_H

#include "host-sw/types/program.h"
#include "host-sw/types/server_params.h"
#include "models/base/probe.h"
#include "models/hwif/nic_bus.h"

/* Creates the program, which keeps app and probe. Returns null if no memory is left. */
struct host_sw *team_program_create(const struct host_sw_params *params, struct nic_bus bus,
                                    const struct app_ops *app, void *app_self,
                                    const struct probe *probe);

#endif
