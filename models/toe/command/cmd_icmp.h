/* ICMP passes an ICMP error about a connection to the TCP core, which decides whether to believe it. */
#ifndef TOESIM_TOE_COMMAND_CMD_ICMP_H
#define TOESIM_TOE_COMMAND_CMD_ICMP_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_icmp;

#endif
