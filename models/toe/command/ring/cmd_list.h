/*
 * FREEZE_LIST and INSTALL_LIST run one command for each entry of a list in host memory. The entries start in their order,
 * before the command behind the list, and overlap like commands of the ring. Their results are written to host memory
 * together, and one completion follows.
 */
#ifndef TOESIM_TOE_COMMAND_CMD_LIST_H
#define TOESIM_TOE_COMMAND_CMD_LIST_H

#include "models/toe/command/command.h"

extern const struct toe_command toe_cmd_freeze_list, toe_cmd_install_list;

/* Returns the next entry of the list that has not started yet, or null if the list has not been read yet. */
const struct nic_cmd *toe_list_first(const struct toe_op *list);

/* Returns when the entries of the list came to the NIC. toe_list_first() must not return null. */
uint64_t toe_list_here_ps(const struct toe_op *list);

/* Notes that this entry has started. After the last one, the command behind the list is the next. */
void toe_list_pop(struct toe_engine *engine, uint64_t now_ps);

/* Takes the result of a command that is an entry of a list; the last result ends the list. Returns false if the command
 * is not an entry. */
bool toe_list_take_result(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                          uint64_t frozen_ps, uint64_t drained_ps, uint64_t now_ps);

#endif
