#include "models/toe/command/cmd_release.h"

#include "models/toe/command/common/tuple.h"
#include "models/toe/toe_core.h"

static bool start(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps)
{
    toe_tuple_start(engine, op, CTX_OP_RELEASE, now_ps);
    return true;
}

static void on_cache(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                     uint64_t now_ps)
{
    if (rsp->result == CTX_OK && engine->conn[op->cmd.conn].gen == op->cmd.gen)
        toe_set_own(engine, op->cmd.conn, OWN_ABSENT, now_ps);
    toe_op_end(engine, op, toe_command_result(rsp->result), now_ps);
}

/* RELEASE is ordered because it changes the owner of a tuple, and later commands for this tuple must see that. */
const struct toe_command toe_cmd_release = {.name = "RELEASE",
                                            .is_ordered = true,
                                            .is_of_conn = true,
                                            .slot_bytes = sizeof(struct tuple_slot),
                                            .start = start,
                                            .on_cache = on_cache};
