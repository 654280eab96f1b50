/*
 * toesim script: packet scripts in the whole simulated system, under each port policy. SystemC
 * elaborates once per process, so each script and policy is a process of its own.
 */
#ifndef TOESIM_SIM_CLI_SCRIPT_H
#define TOESIM_SIM_CLI_SCRIPT_H

#include "sim/cli_command.h"

int cli_script(const struct cli_command *command, int argc, char **argv);

#endif
