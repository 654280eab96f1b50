/*
 * Only the TCP core knows which timer of a connection is due (RFC 6298, RFC 9293 3.8). The heap knows the
 * earliest deadline of each connection.
 */
#include "models/toe/timer/timer_unit.h"

#include "models/toe/timer/timer_heap.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_lock.h"
#include "models/toe/toe_settle.h"
#include "models/toe/tx/tx_fifo.h"

#include <assert.h>
#include <string.h>

static bool may_start(const struct toe_engine *engine)
{
    return toe_is_running(engine) && toe_timer_first(engine) != TOE_NO_INDEX &&
           toe_lock_is_free(engine, CTX_WHO_TIMER) && toe_tx_has_reserve(engine);
}

uint64_t toe_timer_next_ps(const struct toe_engine *engine)
{
    return may_start(engine) ? engine->conn[toe_timer_first(engine)].timer_ps : TIME_NEVER;
}

static void timer_kick(struct toe_engine *engine, uint64_t now_ps)
{
    while (toe_timer_next_ps(engine) <= now_ps) {
        uint32_t conn = toe_timer_first(engine);
        uint16_t gen = engine->conn[conn].gen;
        toe_timer_set(engine, conn, TIME_NEVER);
        if (toe_conn_is_active(&engine->conn[conn], gen))
            toe_lock_ask(engine, CTX_WHO_TIMER, conn, gen, now_ps);
    }
}

static void on_response(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    /* A frozen connection takes its deadlines along in the image. In all other refused cases it has ended. */
    if (rsp->op == CTX_OP_READ_LOCK && rsp->result == CTX_OK)
        toe_due_cycles(engine, UNIT_TIMER, engine->params.timer_cycles, now_ps);
}

void toe_timer_serve(struct toe_engine *engine, uint64_t now_ps)
{
    struct conn_ctx *ctx = toe_lock_ctx(engine, CTX_WHO_TIMER);
    struct tcp_result result;
    memset(&result, 0, sizeof result);
    tcp_on_timer(ctx, &engine->params.tcp, toe_now(engine, now_ps), &result);
    engine->stats.timers_fired++;
    if (result.timed_out)
        toe_probe(engine, (struct probe_event){.kind = PROBE_REXMT_TIMEOUT,
                                               .now_ps = now_ps,
                                               .conn = ctx->conn_id,
                                               .gen = ctx->generation});
    if (!toe_lock_settle(engine, CTX_WHO_TIMER, &result, NULL, now_ps))
        toe_lock_write(engine, CTX_WHO_TIMER, now_ps);
}

static bool timer_create(struct toe_engine *engine)
{
    engine->ctx_handler[CTX_WHO_TIMER] = on_response;
    return toe_timer_heap_create(engine);
}

static void timer_discard(struct toe_engine *engine, uint64_t now_ps)
{
    (void)now_ps;
    for (uint32_t conn = toe_timer_first(engine); conn != TOE_NO_INDEX;
         conn = toe_timer_first(engine))
        toe_timer_set(engine, conn, TIME_NEVER);
}

/* A running timer does not count as work in flight, so only the lock of the timer unit is asked. */
static bool timer_is_idle(const struct toe_engine *engine)
{
    return toe_lock_is_free(engine, CTX_WHO_TIMER);
}

const struct toe_part toe_timer_part = {.name = "timers",
                                        .create = timer_create,
                                        .destroy = toe_timer_heap_destroy,
                                        .kick = timer_kick,
                                        .discard = timer_discard,
                                        .is_idle = timer_is_idle};
