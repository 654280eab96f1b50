/* The command `check`: it reads scenario files without running them, and prints the tables of keys and their JSON
 * Schemas. */
#ifndef TOESIM_SIM_CLI_CHECK_H
#define TOESIM_SIM_CLI_CHECK_H

#include "sim/cli/cli_command.h"

int cli_check(const struct cli_command *command, int argc, char **argv);

#endif
