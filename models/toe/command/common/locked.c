#include "models/toe/command/common/locked.h"

#include "models/toe/command/ring/command_port.h"
#include "models/toe/toe_lock.h"

#include <assert.h>

bool toe_locked_start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    toe_op_ask_cache(engine, op, CTX_OP_READ_LOCK, now_ps);
    return true;
}

bool toe_locked_is_granted(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                           uint64_t now_ps)
{
    if (rsp->op == CTX_OP_REMOVE) {
        toe_op_end(engine, op, op->result, now_ps);
        return false;
    }
    assert(rsp->op == CTX_OP_READ_LOCK);
    op->result = toe_command_result(rsp->result);
    if (rsp->result == CTX_OK)
        return true;
    if (rsp->result != CTX_BAD) { /* with CTX_BAD the command ends when the context is removed */
        toe_op_release_port(engine, op);
        toe_op_end(engine, op, op->result, now_ps);
    }
    return false;
}

void toe_locked_end(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps)
{
    toe_lock_write(engine, CTX_WHO_DRIVER, now_ps);
    toe_op_release_port(engine, op);
    toe_op_end(engine, op, result, now_ps);
}
