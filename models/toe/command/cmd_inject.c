#include "models/toe/command/cmd_inject.h"

#include "models/toe/command/common/frame_length.h"
#include "models/toe/rx/rx_inject.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"

/* The frame must not overtake a command of its connection. */
static bool may_start(const struct toe_engine *engine, const struct nic_cmd *cmd)
{
    return toe_rx_inject_has_space(engine) && toe_command_conn_is_free(engine, cmd->conn);
}

static void on_frame(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                     uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    const struct nic_cmd *cmd = toe_rx_inject_arrived(engine, (uint32_t)cookie, data, len);
    toe_command_complete(engine, cmd, NIC_RESULT_OK, now_ps);
    toe_kick(engine, now_ps);
}

/* The receive part takes over the frame and the command, so the slot is free at once. */
static bool start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct frame *frame = frame_alloc(engine->wiring.pool, now_ps);
    if (!frame)
        return false;
    uint32_t at = toe_rx_inject_reserve(engine, &op->cmd, frame);
    toe_read(engine, op->cmd.list, op->cmd.count, at, on_frame, now_ps);
    toe_op_free(engine, op);
    return true;
}

const struct toe_command toe_cmd_inject = {
    .name = "RX_INJECT", .check = toe_frame_length_check, .may_start = may_start, .start = start};
