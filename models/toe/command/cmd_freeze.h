/* FREEZE stops a connection, drains its work, and writes its image. */
#ifndef TOESIM_TOE_COMMAND_CMD_FREEZE_H
#define TOESIM_TOE_COMMAND_CMD_FREEZE_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_freeze;

#endif
