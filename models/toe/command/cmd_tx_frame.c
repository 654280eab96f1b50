#include "models/toe/command/cmd_tx_frame.h"

#include "models/toe/command/common/frame_length.h"
#include "models/toe/tx/tx_fifo.h"

static bool may_start(const struct toe_engine *engine, const struct nic_cmd *cmd)
{
    (void)cmd;
    return toe_tx_has_space(engine);
}

static void on_read(struct toe_engine *engine, uint32_t cookie, uint64_t now_ps)
{
    toe_op_end(engine, toe_op_at(engine, cookie), NIC_RESULT_OK, now_ps);
}

static bool start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    struct toe_tx_read done = {.fn = on_read, .cookie = toe_op_index(engine, op)};
    return toe_tx_host_frame(engine, op->cmd.list, op->cmd.count, done, now_ps);
}

const struct toe_command toe_cmd_tx_frame = {
    .name = "TX_FRAME", .check = toe_frame_length_check, .may_start = may_start, .start = start};
