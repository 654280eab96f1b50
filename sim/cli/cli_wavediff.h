/* The command `wavediff`, which calls wavediff_compare(). */
#ifndef TOESIM_SIM_CLI_WAVEDIFF_H
#define TOESIM_SIM_CLI_WAVEDIFF_H

#include "sim/cli/cli_command.h"

int cli_wavediff(const struct cli_command *command, int argc, char **argv);

#endif
