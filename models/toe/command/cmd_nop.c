#include "models/toe/command/cmd_nop.h"

static bool start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    toe_op_end(engine, op, NIC_RESULT_OK, now_ps);
    return true;
}

const struct toe_command toe_cmd_nop = {.name = "NOP", .start = start};
