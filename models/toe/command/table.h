/* The table of the commands that the engine knows. */
#ifndef TOESIM_TOE_COMMAND_TABLE_H
#define TOESIM_TOE_COMMAND_TABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct toe_command;

/* Returns the table, indexed by enum nic_cmd_op, and its size. An entry without a command is null. */
const struct toe_command *const *toe_command_table(size_t *size);

/* The commands that there are, a bit (1 << enum nic_cmd_op) each. */
uint32_t toe_command_bits(void);

#ifdef __cplusplus
}
#endif

#endif
