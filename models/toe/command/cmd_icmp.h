/* ICMP: an ICMP error about a connection, which the TCP core judges. */
#ifndef TOESIM_TOE_COMMAND_CMD_ICMP_H
#define TOESIM_TOE_COMMAND_CMD_ICMP_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_icmp;

#endif
