/* The command `equal`, which runs a scenario on the host, on the NICs without moves, and with moves, and compares what
 * each side received. */
#ifndef TOESIM_SIM_CLI_EQUAL_H
#define TOESIM_SIM_CLI_EQUAL_H

#include "sim/cli/cli_command.h"

int cli_equal(const struct cli_command *command, int argc, char **argv);

#endif
