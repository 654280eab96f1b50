/* ABORT sends a reset and ends the connection. */
#ifndef TOESIM_TOE_COMMAND_CMD_ABORT_H
#define TOESIM_TOE_COMMAND_CMD_ABORT_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_abort;

#endif
