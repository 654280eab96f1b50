/* The command `compare`. */
#ifndef TOESIM_SIM_CLI_COMPARE_H
#define TOESIM_SIM_CLI_COMPARE_H

#include "sim/cli/cli_command.h"

int cli_compare(const struct cli_command *command, int argc, char **argv);

#endif
