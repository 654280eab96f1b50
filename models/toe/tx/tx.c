/*
 * The transmit pipeline. Decide takes one connection of the ready list at a time and, under its lock,
 * decides up to tx_burst segments. Fetch reads payloads by DMA, many at once. Send hands the frames to the
 * MAC strictly in the order of decision.
 */
#include "models/toe/tx/tx.h"

#include "models/toe/toe_core.h"
#include "models/toe/tx/tx_build.h"
#include "models/toe/tx/tx_decide.h"
#include "models/toe/tx/tx_limits.h"
#include "models/toe/tx/tx_state.h"

#include <stdlib.h>

static bool tx_create(struct toe_engine *engine)
{
    uint32_t capacity = engine->params.tx_queue_frames + TX_RESERVE;
    struct toe_tx *tx = calloc(1, sizeof *tx + capacity * sizeof tx->fifo[0]);
    engine->tx = tx;
    engine->ctx_handler[CTX_WHO_TX] = toe_tx_on_response;
    if (!tx)
        return false;
    tx->capacity = capacity;
    tx->ready_first = tx->ready_last = TOE_NO_INDEX;
    return true;
}

static void tx_kick(struct toe_engine *engine, uint64_t now_ps)
{
    toe_tx_decide_kick(engine, now_ps);
    toe_tx_send(engine, now_ps);
}

/* Drops all frames that are not yet built. */
static void tx_discard(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_tx *tx = engine->tx;
    (void)now_ps;
    for (uint32_t i = 0; i < tx->count; i++) {
        frame_free(engine->wiring.pool, tx_entry_at(tx, i)->frame);
        tx_entry_at(tx, i)->frame = NULL;
    }
    tx->count = tx->head = 0;
    tx->wire_bytes = 0;
    tx->building = tx->pool_wait = false;
    tx->ready_first = tx->ready_last = TOE_NO_INDEX;
}

static void tx_destroy(struct toe_engine *engine)
{
    if (engine->tx)
        tx_discard(engine, 0);
    free(engine->tx);
}

static bool tx_is_idle(const struct toe_engine *engine)
{
    return engine->tx->count == 0 && engine->tx->ready_first == TOE_NO_INDEX;
}

const struct toe_part toe_tx_part = {.name = "transmit",
                                     .create = tx_create,
                                     .destroy = tx_destroy,
                                     .kick = tx_kick,
                                     .discard = tx_discard,
                                     .is_idle = tx_is_idle};
