#include "models/toe/command/cmd_set.h"

#include "models/toe/command/common/locked.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_lock.h"

static void on_cache(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                     uint64_t now_ps)
{
    if (!toe_locked_is_granted(engine, op, rsp, now_ps))
        return;
    struct nic_options options;
    nic_options_of_cmd(&op->cmd, &options);
    tcp_on_app_set(toe_lock_ctx(engine, CTX_WHO_DRIVER), &options, &engine->params.tcp,
                   toe_now(engine, now_ps));
    toe_locked_end(engine, op, NIC_RESULT_OK, now_ps);
}

/* SET is serial because it changes a connection, and the commands after it must see that. */
const struct toe_command toe_cmd_set = {.name = "SET",
                                        .is_serial = true,
                                        .is_of_conn = true,
                                        .start = toe_locked_start,
                                        .on_cache = on_cache};
