#include "models/toe/toe_settle.h"

#include "models/toe/toe_core.h"
#include "models/toe/toe_event.h"
#include "models/toe/toe_lock.h"
#include "models/toe/tx/tx_fifo.h"
#include "models/toe/tx/tx_limits.h"

static void post_notice(struct toe_engine *engine, enum ctx_who who, uint8_t notice,
                        uint64_t now_ps)
{
    struct nic_event event = {.kind = NIC_EVENT_NOTICE,
                              .gen = toe_lock_gen(engine, who),
                              .conn = toe_lock_conn(engine, who),
                              .detail = notice};
    toe_event_post(engine, &event, now_ps);
}

static void send_reset(struct toe_engine *engine, const struct conn_ctx *ctx,
                       const struct tcp_result *result, const struct tcp_segment *seg,
                       uint64_t now_ps)
{
    struct tcp_tx tx;
    if (result->send_reset) {
        tcp_build_reset(ctx, toe_now(engine, now_ps), &tx);
        (void)toe_tx_emit(engine, ctx, &tx, now_ps);
    } else if (result->reset_for_segment && seg &&
               tcp_build_reset_to(ctx, seg, toe_now(engine, now_ps), &tx)) {
        (void)toe_tx_emit(engine, ctx, &tx, now_ps);
    }
}

bool toe_lock_settle(struct toe_engine *engine, enum ctx_who who, const struct tcp_result *result,
                     const struct tcp_segment *seg, uint64_t now_ps)
{
    struct conn_ctx *ctx = toe_lock_ctx(engine, who);
    struct tcp_tx tx;
    bool ends = result->closed || result->terminated != NIC_TERM_NONE;
    send_reset(engine, ctx, result, seg, now_ps);
    if (result->notice != NIC_NOTICE_NONE && !ends)
        post_notice(engine, who, result->notice, now_ps);
    if (!ends)
        return false;
    for (int i = 1; result->closed && i < TX_END_MAX; i++) {
        if (!tcp_output(ctx, &engine->params.tcp, toe_now(engine, now_ps), &tx))
            break;
        (void)toe_tx_emit(engine, ctx, &tx, now_ps);
    }
    bool closed = result->terminated == NIC_TERM_NONE;
    toe_lock_remove(engine, who, closed, result->terminated, now_ps);
    return true;
}
