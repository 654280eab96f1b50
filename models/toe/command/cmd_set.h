/* SET changes the options of a connection. */
#ifndef TOESIM_TOE_COMMAND_CMD_SET_H
#define TOESIM_TOE_COMMAND_CMD_SET_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_set;

#endif
