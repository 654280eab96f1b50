/* INSTALL reads an image, activates the connection, and applies the held frames in order. */
#ifndef TOESIM_TOE_COMMAND_CMD_INSTALL_H
#define TOESIM_TOE_COMMAND_CMD_INSTALL_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_install;

#endif
