/* What ABORT, ICMP and SET have in common: they lock a context, work on it, and may end it. */
#ifndef TOESIM_TOE_COMMAND_LOCKED_H
#define TOESIM_TOE_COMMAND_LOCKED_H

#include "models/toe/command/command.h"

/* Asks for the lock of the command's connection. */
bool toe_locked_start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);

/* True: the context is locked for the command now. False: the answer has been dealt with; without the
 * context the command has ended, and when its context was removed, too. */
bool toe_locked_is_granted(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                           uint64_t now_ps);

/* Writes the context back and ends the command. */
void toe_locked_end(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps);

#endif
