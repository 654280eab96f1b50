#include "models/toe/tx/tx_ready.h"

#include "models/toe/toe_core.h"
#include "models/toe/tx/tx_state.h"

#include <assert.h>

void toe_tx_ready(struct toe_engine *engine, uint32_t conn)
{
    struct toe_tx *tx = engine->tx;
    struct toe_conn *c = &engine->conn[conn];
    assert((tx->ready_first == TOE_NO_INDEX) == (tx->ready_last == TOE_NO_INDEX));
    if (c->ready)
        return;
    c->ready = true;
    c->ready_next = TOE_NO_INDEX;
    if (tx->ready_last == TOE_NO_INDEX)
        tx->ready_first = conn;
    else
        engine->conn[tx->ready_last].ready_next = conn;
    tx->ready_last = conn;
}

uint32_t toe_tx_ready_pop(struct toe_engine *engine)
{
    struct toe_tx *tx = engine->tx;
    uint32_t conn = tx->ready_first;
    if (conn == TOE_NO_INDEX)
        return conn;
    struct toe_conn *c = &engine->conn[conn];
    assert(c->ready);
    c->ready = false;
    tx->ready_first = c->ready_next;
    if (tx->ready_first == TOE_NO_INDEX)
        tx->ready_last = TOE_NO_INDEX;
    return conn;
}
