/* TX_FRAME sends one frame of the host's TCP unchanged. */
#ifndef TOESIM_TOE_COMMAND_CMD_TX_FRAME_H
#define TOESIM_TOE_COMMAND_CMD_TX_FRAME_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_tx_frame;

#endif
