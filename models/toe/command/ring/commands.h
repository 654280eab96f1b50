/* The command part of the engine. It takes commands from their ring and starts them. */
#ifndef TOESIM_TOE_COMMAND_COMMANDS_H
#define TOESIM_TOE_COMMAND_COMMANDS_H

struct toe_part;

extern const struct toe_part toe_command_part;

#endif
