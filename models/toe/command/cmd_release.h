/* RELEASE removes the tombstone or the reservation of a connection. */
#ifndef TOESIM_TOE_COMMAND_CMD_RELEASE_H
#define TOESIM_TOE_COMMAND_CMD_RELEASE_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_release;

#endif
