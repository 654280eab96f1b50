#include "models/toe/rx/rx_inject.h"

#include "models/toe/rx/rx_state.h"
#include "models/toe/toe_core.h"

#include <assert.h>
#include <string.h>

bool toe_rx_inject_has_space(const struct toe_engine *engine)
{
    return engine->rx->inject_count < INJECT_MAX;
}

uint32_t toe_rx_inject_reserve(struct toe_engine *engine, const struct nic_cmd *cmd,
                               struct frame *frame)
{
    struct toe_rx *rx = engine->rx;
    assert(toe_rx_inject_has_space(engine));
    uint32_t at = (rx->inject_head + rx->inject_count++) % INJECT_MAX;
    frame->id = cmd->frame_id;
    frame->mac_time_ps = cmd->frame_time_ps;
    frame->port = cmd->frame_port;
    rx->inject[at] = (struct inject_slot){.frame = frame, .cmd = *cmd};
    return at;
}

const struct nic_cmd *toe_rx_inject_arrived(struct toe_engine *engine, uint32_t at,
                                            const uint8_t *data, uint32_t len)
{
    struct inject_slot *slot = &engine->rx->inject[at];
    assert(slot->frame && !slot->here);
    memcpy(slot->frame->data, data, len);
    slot->frame->len = len;
    slot->here = true;
    return &slot->cmd;
}

bool toe_rx_inject_is_here(const struct toe_engine *engine)
{
    return engine->rx->inject_count > 0 && engine->rx->inject[engine->rx->inject_head].here;
}

void toe_rx_inject_take(struct toe_engine *engine, struct rx_item *item)
{
    struct toe_rx *rx = engine->rx;
    struct inject_slot *slot = &rx->inject[rx->inject_head];
    assert(toe_rx_inject_is_here(engine));
    item->frame = slot->frame;
    item->injected = true;
    item->buffer = slot->cmd.list;
    item->want_conn = slot->cmd.conn;
    item->want_gen = slot->cmd.gen;
    slot->frame = NULL;
    rx->inject_head = (rx->inject_head + 1) % INJECT_MAX;
    rx->inject_count--;
}
