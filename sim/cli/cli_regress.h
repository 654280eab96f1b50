/* The command `regress`, which calls regress_run_case() for each scenario. */
#ifndef TOESIM_SIM_CLI_REGRESS_H
#define TOESIM_SIM_CLI_REGRESS_H

#include "sim/cli/cli_command.h"

int cli_regress(const struct cli_command *command, int argc, char **argv);

#endif
