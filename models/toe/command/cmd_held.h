/* HELD gives a granted INSTALL its list of held frames. */
#ifndef TOESIM_TOE_COMMAND_CMD_HELD_H
#define TOESIM_TOE_COMMAND_CMD_HELD_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_held;

#endif
