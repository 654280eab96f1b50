/* toesim sweep: runs a study. */
#ifndef TOESIM_SIM_CLI_SWEEP_H
#define TOESIM_SIM_CLI_SWEEP_H

#include "sim/cli/cli_command.h"

int cli_sweep(const struct cli_command *command, int argc, char **argv);

#endif
