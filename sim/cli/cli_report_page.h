/* The command `report`. */
#ifndef TOESIM_SIM_CLI_REPORT_PAGE_H
#define TOESIM_SIM_CLI_REPORT_PAGE_H

#include "sim/cli/cli_command.h"

int cli_report_page(const struct cli_command *command, int argc, char **argv);

#endif
