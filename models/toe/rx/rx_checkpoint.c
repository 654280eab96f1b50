#include "models/toe/rx/rx_checkpoint.h"

#include "models/hwif/checkpoint.h"
#include "models/toe/toe_core.h"

#include <assert.h>

/* All that on_visible() has to know of a checkpoint is in the cookie of its write. */
static uint64_t cookie_of(uint32_t conn, uint32_t number) { return (uint64_t)conn << 32 | number; }

static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (now_ps == TIME_NEVER)
        return; /* the link has lost it, at least in part */
    toe_probe(engine, (struct probe_event){.kind = PROBE_CHECKPOINT,
                                           .now_ps = now_ps,
                                           .conn = (uint32_t)(cookie >> 32),
                                           .gen = (uint16_t)((uint32_t)cookie >> 16),
                                           .payload.seq = (uint32_t)cookie});
}

static void write_checkpoint(struct toe_engine *engine, const struct conn_ctx *ctx, uint32_t conn,
                             uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[conn];
    uint32_t lines = engine->regs.checkpoint_lines;
    assert(lines <= CHECKPOINT_LINES_MAX && ctx->conn_id == conn);
    struct conn_ctx saved = *ctx;
    c->checkpoints = c->checkpoints == UINT16_MAX ? 1 : (uint16_t)(c->checkpoints + 1);
    c->unsaved = 0;
    c->saved_state = ctx->tcp_state;
    uint32_t number = checkpoint_number(c->gen, c->checkpoints);
    checkpoint_stamp(&saved, number);
    engine->stats.checkpoints++;
    engine->wiring.pcie.ops->write(
        engine->wiring.pcie.self, engine->regs.checkpoint_base + (uint64_t)conn * CHECKPOINT_STRIDE,
        &saved, lines * CTX_LINE_BYTES, (struct pcie_done){0},
        (struct pcie_done){on_visible, engine, cookie_of(conn, number)}, now_ps);
}

void toe_checkpoint_first(struct toe_engine *engine, const struct conn_ctx *ctx, uint32_t conn,
                          uint64_t now_ps)
{
    engine->conn[conn].checkpoints = 0;
    if (engine->regs.checkpoint_lines > 0)
        write_checkpoint(engine, ctx, conn, now_ps);
}

void toe_checkpoint_on_record(struct toe_engine *engine, const struct conn_ctx *ctx, uint32_t conn,
                              uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[conn];
    if (engine->regs.checkpoint_lines == 0)
        return;
    c->unsaved++;
    if (c->unsaved >= engine->params.checkpoint_records || c->saved_state != ctx->tcp_state)
        write_checkpoint(engine, ctx, conn, now_ps);
}
