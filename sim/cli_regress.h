/* regress: the command around regress_run_case(). */
#ifndef TOESIM_SIM_CLI_REGRESS_H
#define TOESIM_SIM_CLI_REGRESS_H

#include "sim/cli_command.h"

int cli_regress(const struct cli_command *command, int argc, char **argv);

#endif
