#include "models/toe/command/cmd_held.h"

#include "models/toe/command/cmd_install.h"
#include "models/toe/command/install_slot.h"

/* Returns the granted INSTALL that waits for this list, or null if there is none. */
static struct toe_op *find_install(const struct toe_engine *engine, const struct nic_cmd *cmd)
{
    struct toe_op *op = toe_op_next(engine, &toe_cmd_install, NULL);
    for (; op; op = toe_op_next(engine, &toe_cmd_install, op)) {
        const struct install_slot *slot = op->state;
        if (op->cmd.conn == cmd->conn && op->cmd.gen == cmd->gen && slot->list_due)
            return op;
    }
    return NULL;
}

static bool start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct toe_op *install = find_install(engine, &op->cmd);
    uint8_t result = NIC_RESULT_OK;
    if (op->cmd.count > HELD_MAX)
        result = NIC_RESULT_UNSUPPORTED;
    else if (!install)
        result = NIC_RESULT_STALE;
    else
        install_held_set(engine, install, op->cmd.list, op->cmd.count, now_ps);
    toe_op_end(engine, op, result, now_ps);
    return true;
}

const struct toe_command toe_cmd_held = {.name = "HELD", .start = start};
