/* Common code of ABORT, ICMP and SET. They lock a context, work on it, and may end the connection. */
#ifndef TOESIM_TOE_COMMAND_LOCKED_H
#define TOESIM_TOE_COMMAND_LOCKED_H

#include "models/toe/command/command.h"

/* Requests the lock of the command's connection. */
bool toe_locked_start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);

/* Returns true if the context is now locked for the command. Otherwise the response has been handled
 * completely: the lock was refused and the command has ended, or it ends when its context is removed. */
bool toe_locked_is_granted(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                           uint64_t now_ps);

/* Writes the context back and ends the command. */
void toe_locked_end(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps);

#endif
