/* The commands that the engine knows. */
#ifndef TOESIM_TOE_COMMAND_TABLE_H
#define TOESIM_TOE_COMMAND_TABLE_H

#include <stddef.h>

struct toe_command;

/* Indexed by enum nic_cmd_op; an entry without a command is null. */
const struct toe_command *const *toe_command_table(size_t *size);

#endif
