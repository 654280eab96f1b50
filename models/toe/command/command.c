#include "models/toe/command/command.h"

#include "models/toe/command/ring/cmd_list.h"
#include "models/toe/command/ring/command_state.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_event.h"

#include <assert.h>
#include <string.h>

uint32_t toe_op_index(const struct toe_engine *engine, const struct toe_op *op)
{
    ptrdiff_t index = op - engine->commands->op;
    assert(index >= 0 && index < OPS_MAX);
    return (uint32_t)index;
}

struct toe_op *toe_op_at(struct toe_engine *engine, uint32_t index)
{
    assert(index < OPS_MAX);
    assert(engine->commands->op[index].command);
    return &engine->commands->op[index];
}

struct toe_op *toe_op_next(const struct toe_engine *engine, const struct toe_command *command,
                           const struct toe_op *after)
{
    struct toe_commands *commands = engine->commands;
    for (uint32_t i = after ? toe_op_index(engine, after) + 1 : 0; i < OPS_MAX; i++)
        if (commands->op[i].command == command)
            return &commands->op[i];
    return NULL;
}

const struct toe_command *toe_command_of(const struct toe_engine *engine, const struct nic_cmd *cmd)
{
    const struct toe_commands *commands = engine->commands;
    return cmd->op < commands->table_size ? commands->table[cmd->op] : NULL;
}

void toe_command_copy(struct nic_cmd *copy, const void *written)
{
    memcpy(copy, written, sizeof *copy);
    memset(copy->reserved, 0, sizeof copy->reserved);
}

static void post(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                 uint64_t frozen_ps, uint64_t drained_ps, uint64_t now_ps)
{
    const struct toe_command *command = toe_command_of(engine, cmd);
    if (result != NIC_RESULT_OK && command && command->failed)
        command->failed(engine, cmd, result, now_ps);
    if (toe_list_take_result(engine, cmd, result, frozen_ps, drained_ps, now_ps))
        return;
    if (result == NIC_RESULT_OK && (cmd->flags & NIC_CMD_FLAG_NO_COMPLETION))
        return;
    struct nic_event event = {.kind = NIC_EVENT_CMD_DONE,
                              .gen = cmd->gen,
                              .conn = cmd->conn,
                              .result = result,
                              .op = cmd->op,
                              .cookie = cmd->cookie,
                              .frozen_ps = frozen_ps,
                              .drained_ps = drained_ps};
    toe_event_post(engine, &event, now_ps);
}

void toe_command_complete(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                          uint64_t now_ps)
{
    post(engine, cmd, result, 0, 0, now_ps);
}

void toe_op_done(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps)
{
    assert(op->command);
    assert(!op->completed);
    op->completed = true;
    post(engine, &op->cmd, result, op->frozen_ps, op->drained_ps, now_ps);
}

void toe_op_free(struct toe_engine *engine, struct toe_op *op)
{
    struct toe_commands *commands = engine->commands;
    assert(op->command);
    assert(commands->ops_used > 0);
    if (op->command->is_serial)
        commands->serial = false;
    if (op->command->is_ordered)
        commands->ordered_used--;
    if (op->command->is_of_conn) {
        assert(engine->conn[op->cmd.conn].busy);
        engine->conn[op->cmd.conn].busy = false;
    }
    op->command = NULL;
    commands->ops_used--;
}

void toe_op_end(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps)
{
    toe_op_done(engine, op, result, now_ps);
    toe_op_free(engine, op);
}

bool toe_command_conn_is_free(const struct toe_engine *engine, uint32_t conn)
{
    if (conn >= engine->params.conn_max)
        return true;
    return !engine->conn[conn].busy && engine->conn[conn].end_slot == TOE_NO_INDEX;
}

bool toe_command_is_next(const struct toe_engine *engine, uint32_t conn)
{
    const struct toe_commands *commands = engine->commands;
    const struct nic_cmd *next = &commands->queue[commands->head];
    const struct toe_command *command = commands->count ? toe_command_of(engine, next) : NULL;
    return command && command->is_of_conn && next->conn == conn;
}

uint8_t toe_command_result(uint8_t ctx_result)
{
    switch ((enum ctx_result)ctx_result) {
    case CTX_OK:
        return NIC_RESULT_OK;
    case CTX_ABSENT:
    case CTX_NOT_LOCKED:
    case CTX_END:
        return NIC_RESULT_ABSENT;
    case CTX_FULL:
        return NIC_RESULT_FULL;
    case CTX_DUPLICATE:
        return NIC_RESULT_DUPLICATE;
    case CTX_BAD:
        return NIC_RESULT_CTX_ERROR;
    case CTX_STALE:
    case CTX_FROZEN:
    case CTX_NOT_FROZEN:
    case CTX_UNKNOWN: /* the engine never sends such a request */
        break;
    }
    return NIC_RESULT_STALE;
}
