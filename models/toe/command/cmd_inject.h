/* RX_INJECT processes one frame as if this NIC had received it. */
#ifndef TOESIM_TOE_COMMAND_CMD_INJECT_H
#define TOESIM_TOE_COMMAND_CMD_INJECT_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_inject;

#endif
