#include "models/toe/command/ring/command_port.h"

#include "models/toe/command/ring/command_state.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_ctx.h"
#include "models/toe/toe_lock.h"
#include "models/toe/tx/tx_fifo.h"

#include <assert.h>

void toe_op_ask_cache(struct toe_engine *engine, struct toe_op *op, uint8_t ctx_op, uint64_t now_ps)
{
    struct toe_commands *commands = engine->commands;
    assert(op->command && op->command->on_cache);
    assert(commands->port_count < OPS_MAX);
    op->ctx_op = ctx_op;
    commands->port_queue[(commands->port_head + commands->port_count++) % OPS_MAX] = op;
    toe_command_port_kick(engine, now_ps);
}

void toe_op_take_turn(struct toe_engine *engine, struct toe_op *op)
{
    struct toe_commands *commands = engine->commands;
    assert(op->command->is_ordered && commands->ordered_count < OPS_MAX);
    commands->ordered_used++;
    commands->ordered[(commands->ordered_head + commands->ordered_count++) % OPS_MAX] = op;
}

void toe_op_ask_cache_in_turn(struct toe_engine *engine, struct toe_op *op, uint8_t ctx_op,
                              uint64_t now_ps)
{
    struct toe_commands *commands = engine->commands;
    op->ctx_op = ctx_op;
    op->is_ready = true;
    while (commands->ordered_count > 0 && commands->ordered[commands->ordered_head]->is_ready) {
        struct toe_op *first = commands->ordered[commands->ordered_head];
        commands->ordered_head = (commands->ordered_head + 1) % OPS_MAX;
        commands->ordered_count--;
        toe_op_ask_cache(engine, first, first->ctx_op, now_ps);
    }
}

void toe_op_release_port(struct toe_engine *engine, const struct toe_op *op)
{
    assert(engine->commands->port_op == op);
    engine->commands->port_op = NULL;
}

void toe_command_port_kick(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_commands *commands = engine->commands;
    if (commands->port_count == 0 || commands->port_op || !toe_lock_is_free(engine, CTX_WHO_DRIVER))
        return;
    struct toe_op *op = commands->port_queue[commands->port_head];
    if (op->ctx_op == CTX_OP_READ_LOCK && !toe_tx_has_reserve(engine))
        return;
    commands->port_head = (commands->port_head + 1) % OPS_MAX;
    commands->port_count--;
    commands->port_op = op;
    if (op->ctx_op == CTX_OP_READ_LOCK) {
        toe_lock_ask(engine, CTX_WHO_DRIVER, op->cmd.conn, op->cmd.gen, now_ps);
        return;
    }
    struct ctx_req req = {.op = op->ctx_op,
                          .who = CTX_WHO_DRIVER,
                          .conn = op->cmd.conn,
                          .gen = op->cmd.gen,
                          .tag = toe_cookie(engine, toe_op_index(engine, op)),
                          .image = (const uint8_t *)op->live};
    if (op->key)
        req.key = *op->key;
    toe_ctx_send(engine, &req, now_ps);
}

void toe_command_on_response(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct toe_op *op = engine->commands->port_op;
    assert(op && op->command);
    if (rsp->op != CTX_OP_READ_LOCK)
        toe_op_release_port(engine, op);
    op->command->on_cache(engine, op, rsp, now_ps);
}
