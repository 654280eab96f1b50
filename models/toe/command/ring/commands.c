/* Starts the commands of the ring, or of the push window, in their order; command.h says which of them overlap. */
#include "models/toe/command/ring/commands.h"

#include "models/toe/command/ring/cmd_list.h"
#include "models/toe/command/ring/command_port.h"
#include "models/toe/command/ring/command_state.h"
#include "models/toe/command/ring/image_slots.h"
#include "models/toe/command/ring/push_window.h"
#include "models/toe/command/table.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_event.h"
#include "models/toe/toe_fence.h"
#include "models/toe/toe_ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Returns false if the command must stay in the queue and wait for a resource. */
static bool may_start(const struct toe_engine *engine, const struct nic_cmd *cmd)
{
    const struct toe_commands *commands = engine->commands;
    const struct toe_command *command = toe_command_of(engine, cmd);
    if (commands->serial || commands->ops_used == OPS_MAX || toe_event_waits(engine))
        return false;
    if (!command)
        return true; /* an unknown command ends at once */
    if (command->is_serial && commands->ordered_used > 0)
        return false;
    if (command->may_start && !command->may_start(engine, cmd))
        return false;
    return !command->is_of_conn || toe_command_conn_is_free(engine, cmd->conn);
}

/* Returns NIC_RESULT_OK unless the descriptor alone shows that the command is wrong. */
static uint8_t check(const struct toe_engine *engine, const struct nic_cmd *cmd)
{
    const struct toe_command *command = toe_command_of(engine, cmd);
    if (!command)
        return NIC_RESULT_UNSUPPORTED;
    uint8_t result = command->check ? command->check(cmd) : (uint8_t)NIC_RESULT_OK;
    if (result == NIC_RESULT_OK && command->is_of_conn && cmd->conn >= engine->params.conn_max)
        result = NIC_RESULT_ABSENT;
    return result;
}

static struct toe_op *alloc_op(struct toe_engine *engine, const struct nic_cmd *cmd)
{
    struct toe_commands *commands = engine->commands;
    const struct toe_command *command = toe_command_of(engine, cmd);
    uint32_t index = 0;
    while (commands->op[index].command)
        index++;
    assert(index < OPS_MAX);
    struct toe_op *op = &commands->op[index];
    *op = (struct toe_op){.command = command, .cmd = *cmd};
    if (command->slot_bytes > 0) {
        op->state = commands->state[cmd->op] + index * command->slot_bytes;
        memset(op->state, 0, command->slot_bytes);
    }
    commands->ops_used++;
    commands->serial = command->is_serial;
    if (command->is_ordered)
        toe_op_take_turn(engine, op);
    if (command->is_of_conn)
        engine->conn[cmd->conn].busy = true;
    return op;
}

/* Returns false if the frame pool is empty; then the command stays first in the queue. */
static bool start(struct toe_engine *engine, const struct nic_cmd *cmd, uint64_t now_ps)
{
    uint8_t result = check(engine, cmd);
    if (result != NIC_RESULT_OK) {
        toe_command_complete(engine, cmd, result, now_ps);
        return true;
    }
    struct toe_op *op = alloc_op(engine, cmd);
    if (op->command->start(engine, op, now_ps))
        return true;
    toe_op_free(engine, op);
    return false;
}

static void on_cmds(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct toe_engine *engine = self;
    struct toe_commands *commands = engine->commands;
    struct toe_ring *ring = &engine->rings->cmd;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    uint32_t n = len / (uint32_t)sizeof(struct nic_cmd);
    ring->fetching = false;
    ring->consumer += n;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (commands->head + commands->count + i) % QUEUE_MAX;
        toe_command_copy(&commands->queue[at], data + i * sizeof(struct nic_cmd));
        commands->here_ps[at] = now_ps;
    }
    commands->count += n;
    assert(commands->count <= TOE_PREFETCH_MAX);
    toe_kick(engine, now_ps);
}

static void fetch(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_ring *ring = &engine->rings->cmd;
    uint32_t space = TOE_PREFETCH_MAX - engine->commands->count;
    uint32_t n = toe_ring_batch(ring, u32_min(engine->params.cmd_prefetch, space));
    if (ring->fetching || n == 0 || ring->base == 0)
        return;
    ring->fetching = true;
    toe_read(engine, toe_ring_address(ring, sizeof(struct nic_cmd)),
             n * (uint32_t)sizeof(struct nic_cmd), 0, on_cmds, now_ps);
}

static void kick_ops(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_commands *commands = engine->commands;
    for (uint32_t i = 0; commands->ops_used > 0 && i < OPS_MAX; i++) {
        struct toe_op *op = &commands->op[i];
        if (op->command && op->command->kick)
            op->command->kick(engine, op, now_ps);
    }
}

/* Returns the command that starts next, or null if it is not known yet. The entries of a list come before the commands
 * behind the list. */
static const struct nic_cmd *first_command(const struct toe_commands *commands)
{
    if (commands->list)
        return toe_list_first(commands->list);
    return commands->count > 0 ? &commands->queue[commands->head] : NULL;
}

/* Returns when first_command() came to the NIC. */
static uint64_t first_here_ps(const struct toe_commands *commands)
{
    return commands->list ? toe_list_here_ps(commands->list) : commands->here_ps[commands->head];
}

static void report_started(struct toe_engine *engine, const struct nic_cmd *cmd, uint64_t here_ps,
                           uint64_t now_ps)
{
    const struct toe_command *command = toe_command_of(engine, cmd);
    if (!command || !command->is_of_conn)
        return;
    toe_probe(engine, (struct probe_event){.kind = PROBE_CMD_STARTED,
                                           .now_ps = now_ps,
                                           .conn = cmd->conn,
                                           .gen = cmd->gen,
                                           .started.since_ps = here_ps,
                                           .started.op = cmd->op});
}

static void commands_kick(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_commands *commands = engine->commands;
    kick_ops(engine, now_ps);
    const struct nic_cmd *next;
    while ((next = first_command(commands)) != NULL && may_start(engine, next)) {
        bool is_entry = commands->list != NULL;
        struct nic_cmd cmd = *next;
        uint64_t here_ps = first_here_ps(commands);
        if (!start(engine, &cmd, now_ps)) {
            toe_retry_later(engine, now_ps);
            break;
        }
        engine->stats.commands++;
        report_started(engine, &cmd, here_ps, now_ps);
        if (is_entry) {
            toe_list_pop(engine, now_ps);
        } else {
            commands->head = (commands->head + 1) % QUEUE_MAX;
            commands->count--;
        }
    }
    if (!toe_push_is_on(engine))
        fetch(engine, now_ps);
    toe_command_port_kick(engine, now_ps);
}

/* Ends all commands without a completion. */
static void commands_discard(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_commands *commands = engine->commands;
    for (uint32_t i = 0; i < OPS_MAX; i++) {
        struct toe_op *op = &commands->op[i];
        if (op->command && op->command->flush)
            op->command->flush(engine, op, now_ps);
        op->command = NULL;
    }
    commands->ops_used = commands->count = commands->head = commands->pushed = 0;
    commands->serial = false;
    commands->ordered_used = commands->ordered_head = commands->ordered_count = 0;
    commands->way = WAY_OPEN;
    toe_slots_discard(engine);
    commands->port_head = commands->port_count = 0;
    commands->port_op = NULL;
    commands->list = NULL;
    commands->lists = 0;
    engine->rings->cmd.fetching = false;
}

static bool alloc_states(struct toe_commands *commands)
{
    commands->state = calloc(commands->table_size, sizeof *commands->state);
    if (!commands->state)
        return false;
    for (size_t i = 0; i < commands->table_size; i++) {
        size_t bytes = commands->table[i] ? commands->table[i]->slot_bytes : 0;
        if (bytes > 0 && !(commands->state[i] = calloc(OPS_MAX, bytes)))
            return false;
    }
    return true;
}

static bool commands_create(struct toe_engine *engine)
{
    struct toe_commands *commands = calloc(1, sizeof *commands);
    engine->commands = commands;
    engine->ctx_handler[CTX_WHO_DRIVER] = toe_command_on_response;
    if (!commands)
        return false;
    commands->table = toe_command_table(&commands->table_size);
    if (!alloc_states(commands))
        return false;
    for (size_t i = 0; i < commands->table_size; i++)
        if (commands->table[i] && commands->table[i]->init)
            commands->table[i]->init(engine);
    return true;
}

static void commands_destroy(struct toe_engine *engine)
{
    struct toe_commands *commands = engine->commands;
    if (!commands)
        return;
    for (uint32_t i = 0; i < OPS_MAX; i++)
        if (commands->op[i].command && commands->op[i].command->release)
            commands->op[i].command->release(engine, &commands->op[i]);
    for (size_t i = 0; commands->state && i < commands->table_size; i++)
        free(commands->state[i]);
    free(commands->state);
    free(commands);
}

static bool commands_are_idle(const struct toe_engine *engine)
{
    const struct toe_commands *commands = engine->commands;
    const struct toe_ring *ring = &engine->rings->cmd;
    return commands->count == 0 && commands->ops_used == 0 && !ring->fetching &&
           (ring->consumer == ring->producer || toe_push_is_on(engine));
}

const struct toe_part toe_command_part = {.name = "commands",
                                          .create = commands_create,
                                          .destroy = commands_destroy,
                                          .kick = commands_kick,
                                          .discard = commands_discard,
                                          .is_idle = commands_are_idle};
