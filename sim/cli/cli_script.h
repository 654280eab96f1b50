/*
 * The command `script`, which plays packet scripts in the whole simulated system under each port policy. Each script
 * and policy runs in a process of its own, because SystemC can elaborate only once per process.
 */
#ifndef TOESIM_SIM_CLI_SCRIPT_H
#define TOESIM_SIM_CLI_SCRIPT_H

#include "sim/cli/cli_command.h"

int cli_script(const struct cli_command *command, int argc, char **argv);

#endif
