/* The DRIVER port of the context cache. It serves one request at a time, in order of arrival. */
#ifndef TOESIM_TOE_COMMAND_COMMAND_PORT_H
#define TOESIM_TOE_COMMAND_COMMAND_PORT_H

#include "models/hwif/ctx_store.h"

struct toe_engine;
struct toe_op;

/* Sends `ctx_op` to the cache; the command's `on_cache` gets the response. After READ_LOCK the command
 * keeps the port until toe_op_release_port(), or until the context is removed. */
void toe_op_ask_cache(struct toe_engine *engine, struct toe_op *op, uint8_t ctx_op,
                      uint64_t now_ps);
/* Gives an ordered command its turn behind the ordered commands that were started before it. */
void toe_op_take_turn(struct toe_engine *engine, struct toe_op *op);

/* Like toe_op_ask_cache(), for an ordered command: the request is sent when all commands whose turn is earlier have sent
 * theirs. */
void toe_op_ask_cache_in_turn(struct toe_engine *engine, struct toe_op *op, uint8_t ctx_op,
                              uint64_t now_ps);
void toe_op_release_port(struct toe_engine *engine, const struct toe_op *op);

void toe_command_port_kick(struct toe_engine *engine, uint64_t now_ps);

/* Passes a response of the cache to the command that waits for it. */
void toe_command_on_response(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps);

#endif
