/* NOP completes without doing anything. */
#ifndef TOESIM_TOE_COMMAND_CMD_NOP_H
#define TOESIM_TOE_COMMAND_CMD_NOP_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_nop;

#endif
