#include "models/toe/rx/rx.h"

#include "models/toe/rx/rx_apply.h"
#include "models/toe/rx/rx_drop.h"
#include "models/toe/rx/rx_inject.h"
#include "models/toe/rx/rx_parse.h"
#include "models/toe/rx/rx_queue.h"
#include "models/toe/rx/rx_state.h"
#include "models/toe/rx/rx_write.h"
#include "models/toe/toe_core.h"

#include <stdlib.h>

static void on_response(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    if (rsp->op == CTX_OP_LOOKUP)
        toe_rx_on_lookup(engine, rsp, now_ps);
    else if (rsp->op == CTX_OP_READ_LOCK)
        toe_apply_on_lock(engine, rsp->result, now_ps);
}

static bool rx_create(struct toe_engine *engine)
{
    struct toe_rx *rx = calloc(1, sizeof *rx);
    engine->rx = rx;
    engine->ctx_handler[CTX_WHO_RX] = on_response;
    if (!rx)
        return false;
    rx->queue_tail = &rx->queue;
    return toe_writes_create(engine);
}

static void rx_kick(struct toe_engine *engine, uint64_t now_ps)
{
    toe_apply_kick(engine, now_ps);
    toe_rx_parse_kick(engine, now_ps);
}

/* Calls `fn` for every frame without a verdict, in order. `fn` frees the frame. */
static void for_each_frame(struct toe_engine *engine, uint64_t now_ps,
                           void (*fn)(struct toe_engine *, struct frame *, uint16_t, uint64_t))
{
    struct toe_rx *rx = engine->rx;
    if (rx->parsing)
        fn(engine, rx_window_at(rx, rx->window_count)->frame, DROP_FENCED, now_ps);
    if (rx->phase != APPLY_IDLE && rx->item == &rx->held_item)
        fn(engine, rx->held_item.frame, DROP_FENCED, now_ps);
    if (rx->phase != APPLY_IDLE && rx->item == &rx->parked_item)
        fn(engine, rx->parked_item.frame, DROP_FENCED, now_ps);
    for (uint32_t i = 0; i < rx->parked_count; i++)
        fn(engine, rx->parked[i].frame, DROP_FENCED, now_ps);
    for (uint32_t i = 0; i < rx->window_count; i++)
        fn(engine, rx_window_at(rx, i)->frame, DROP_FENCED, now_ps);
    for (uint32_t i = 0; i < rx->inject_count; i++)
        fn(engine, rx->inject[(rx->inject_head + i) % INJECT_MAX].frame, DROP_FENCED, now_ps);
    while (rx->queue)
        fn(engine, toe_rx_queue_take(engine), DROP_FENCED, now_ps);
}

/* Drops every frame that is not yet decided. */
static void rx_discard(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    for_each_frame(engine, now_ps, toe_rx_discard);
    rx->parsing = false;
    rx->phase = APPLY_IDLE;
    rx->item = NULL;
    rx->window_sequence += rx->window_count;
    rx->window_count = rx->inject_count = rx->parked_count = 0;
    toe_writes_discard(engine);
}

static void free_frame(struct toe_engine *engine, struct frame *frame, uint16_t reason,
                       uint64_t now_ps)
{
    (void)reason;
    (void)now_ps;
    frame_free(engine->wiring.pool, frame);
}

static void rx_destroy(struct toe_engine *engine)
{
    if (engine->rx)
        for_each_frame(engine, 0, free_frame);
    toe_writes_destroy(engine);
    free(engine->rx);
}

static bool rx_is_idle(const struct toe_engine *engine)
{
    const struct toe_rx *rx = engine->rx;
    return rx->queue_count == 0 && !rx->parsing && rx->window_count == 0 && rx->inject_count == 0 &&
           rx->parked_count == 0 && rx->phase == APPLY_IDLE && toe_writes_are_idle(engine);
}

const struct toe_part toe_rx_part = {.name = "receive",
                                     .create = rx_create,
                                     .destroy = rx_destroy,
                                     .kick = rx_kick,
                                     .discard = rx_discard,
                                     .is_idle = rx_is_idle};
