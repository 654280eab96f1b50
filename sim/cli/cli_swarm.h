/* The command `swarm`, which draws random systems from seeds and tries each in a process of its own. */
#ifndef TOESIM_SIM_CLI_SWARM_H
#define TOESIM_SIM_CLI_SWARM_H

#include "sim/cli/cli_command.h"

int cli_swarm(const struct cli_command *command, int argc, char **argv);

#endif
