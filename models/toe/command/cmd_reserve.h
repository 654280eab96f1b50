/* RESERVE keeps a lookup entry for a connection that will be installed. */
#ifndef TOESIM_TOE_COMMAND_CMD_RESERVE_H
#define TOESIM_TOE_COMMAND_CMD_RESERVE_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_reserve;

#endif
