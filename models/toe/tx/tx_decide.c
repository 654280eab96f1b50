#include "models/toe/tx/tx_decide.h"

#include "models/toe/toe_core.h"
#include "models/toe/toe_lock.h"
#include "models/toe/tx/tx_ready.h"
#include "models/toe/tx/tx_state.h"

#include <assert.h>

/* Schedules UNIT_AHEAD for the time when the line has less than the limit left to send, because no segment
 * may be decided now. If the frames in the FIFO alone reach the limit, time does not help; the next check
 * then follows when the next of them is built. */
static void look_later(struct toe_engine *engine, uint64_t now_ps)
{
    uint64_t ahead = toe_tx_ahead_ps(engine, now_ps), limit = engine->params.tx_ahead_ps;
    uint64_t waiting = ahead - toe_tx_line_ps(engine, now_ps);
    if (engine->tx->ready_first == TOE_NO_INDEX || ahead < limit || waiting >= limit)
        return;
    uint64_t at_ps = now_ps + ahead - limit + 1;
    if (engine->due[UNIT_AHEAD].at_ps != at_ps)
        toe_due_set(engine, UNIT_AHEAD, at_ps);
}

void toe_tx_decide_kick(struct toe_engine *engine, uint64_t now_ps)
{
    while (toe_lock_is_free(engine, CTX_WHO_TX) && !engine->tx->pool_wait) {
        if (!toe_tx_may_decide(engine, now_ps)) {
            look_later(engine, now_ps);
            return;
        }
        uint32_t conn = toe_tx_ready_pop(engine);
        if (conn == TOE_NO_INDEX)
            return;
        uint16_t gen = engine->conn[conn].gen;
        if (toe_conn_is_active(&engine->conn[conn], gen))
            toe_lock_ask(engine, CTX_WHO_TX, conn, gen, now_ps);
    }
}

void toe_tx_on_response(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    /* A connection that cannot be locked was frozen or has ended, and its doorbells were discarded at that time. */
    if (rsp->op == CTX_OP_READ_LOCK && rsp->result == CTX_OK)
        toe_due_cycles(engine, UNIT_TX, engine->params.tx_cycles, now_ps);
}

static void apply_doorbells(struct toe_engine *engine, struct toe_conn *c, struct conn_ctx *ctx)
{
    if (c->db & TOE_DB_TX)
        tcp_on_app_write(ctx, c->db_tx);
    if (c->db & TOE_DB_RX)
        tcp_on_app_read(ctx, c->db_rx, &engine->params.tcp);
    if (c->db & TOE_DB_FIN)
        tcp_on_app_close(ctx, c->db_tx);
    c->db = 0;
}

void toe_tx_decide(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_tx *tx = engine->tx;
    struct conn_ctx *ctx = toe_lock_ctx(engine, CTX_WHO_TX);
    struct tcp_tx seg;
    assert(!tx->spare);
    apply_doorbells(engine, &engine->conn[toe_lock_conn(engine, CTX_WHO_TX)], ctx);
    for (uint32_t i = 0; i < engine->params.tx_burst && toe_tx_may_decide(engine, now_ps); i++) {
        /* The frame is allocated first, because a decision of tcp_output() cannot be taken back. */
        tx->spare = frame_alloc(engine->wiring.pool, now_ps);
        if (!tx->spare) {
            tx->pool_wait = true;
            toe_retry_later(engine, now_ps);
            break;
        }
        if (!tcp_output(ctx, &engine->params.tcp, toe_now(engine, now_ps), &seg))
            break;
        (void)toe_tx_emit(engine, ctx, &seg, now_ps);
    }
    frame_free(engine->wiring.pool, tx->spare);
    tx->spare = NULL;
    toe_lock_write(engine, CTX_WHO_TX, now_ps);
}

void toe_tx_retry(struct toe_engine *engine, uint64_t now_ps)
{
    (void)now_ps;
    engine->tx->pool_wait = false;
}
