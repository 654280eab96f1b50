#include "models/toe/command/common/tuple.h"

#include "models/hwif/conn_ctx.h"
#include "models/toe/command/ring/command_port.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_fence.h"

#include <assert.h>
#include <string.h>

enum { CONST_LINE_OFFSET = CTX_CONST_LINE * CTX_LINE_BYTES };

static void on_line(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (!toe_read_is_good(engine, cookie, ok, now_ps))
        return;
    struct toe_op *op = toe_op_at(engine, (uint32_t)cookie);
    struct tuple_slot *slot = op->state;
    struct conn_ctx image = {0};
    assert(len == CTX_LINE_BYTES);
    memcpy((uint8_t *)&image + CONST_LINE_OFFSET, data, len);
    toe_conn_flow_key(&image, &slot->key);
    op->key = &slot->key;
    toe_op_ask_cache_in_turn(engine, op, slot->ctx_op, now_ps);
    toe_kick(engine, now_ps);
}

void toe_tuple_start(struct toe_engine *engine, struct toe_op *op, uint8_t ctx_op, uint64_t now_ps)
{
    struct tuple_slot *slot = op->state;
    slot->ctx_op = ctx_op;
    if (engine->params.contract >= 2 && (op->cmd.flags & NIC_CMD_FLAG_TUPLE)) {
        nic_tuple_of_cmd(&op->cmd, &slot->key);
        op->key = &slot->key;
        toe_op_ask_cache_in_turn(engine, op, ctx_op, now_ps);
        return;
    }
    toe_read(engine, op->cmd.image + CONST_LINE_OFFSET, CTX_LINE_BYTES, toe_op_index(engine, op),
             on_line, now_ps);
}
