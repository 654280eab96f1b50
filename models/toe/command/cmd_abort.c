#include "models/toe/command/cmd_abort.h"

#include "models/base/planted.h"
#include "models/toe/command/common/locked.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_lock.h"
#include "models/toe/tx/tx_fifo.h"

static void on_cache(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                     uint64_t now_ps)
{
    if (!toe_locked_is_granted(engine, op, rsp, now_ps))
        return;
    struct conn_ctx *ctx = toe_lock_ctx(engine, CTX_WHO_DRIVER);
    struct tcp_result aborted;
    struct tcp_tx reset;
    tcp_on_app_abort(ctx, &aborted);
    tcp_build_reset(ctx, toe_now(engine, now_ps), &reset);
    if (aborted.send_reset)
        (void)toe_tx_emit(engine, ctx, &reset, now_ps);
    if (aborted.send_reset && PLANTED(second_reset))
        (void)toe_tx_emit(engine, ctx, &reset, now_ps);
    toe_lock_remove(engine, CTX_WHO_DRIVER, false, NIC_TERM_LOCAL_ABORT, now_ps);
}

/* ABORT is serial because it ends a connection, and the commands after it must see that. */
const struct toe_command toe_cmd_abort = {.name = "ABORT",
                                          .is_serial = true,
                                          .is_of_conn = true,
                                          .start = toe_locked_start,
                                          .on_cache = on_cache};
