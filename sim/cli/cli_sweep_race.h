/* toesim sweep-race. */
#ifndef TOESIM_SIM_CLI_SWEEP_RACE_H
#define TOESIM_SIM_CLI_SWEEP_RACE_H

#include "sim/cli/cli_command.h"

int cli_sweep_race(const struct cli_command *command, int argc, char **argv);

#endif
