/* The command `show`. */
#ifndef TOESIM_SIM_CLI_SHOW_H
#define TOESIM_SIM_CLI_SHOW_H

#include "sim/cli/cli_command.h"

int cli_show(const struct cli_command *command, int argc, char **argv);

#endif
