#include "models/toe/rx/rx_park.h"

#include "models/base/planted.h"
#include "models/toe/rx/rx_state.h"
#include "models/toe/toe_core.h"

#include <assert.h>
#include <string.h>

void toe_rx_park_given(struct toe_engine *engine, const struct rx_item *item, uint64_t now_ps)
{
    if (item->conn == TOE_NO_INDEX || item->injected)
        return;
    struct toe_conn *c = &engine->conn[item->conn];
    if (toe_conn_is_active(c, item->gen)) {
        c->given_ps = c->awaited ? c->given_ps : item->frame->mac_time_ps;
        c->awaited++;
        c->await_until_ps = now_ps + engine->params.inject_wait_ps;
    } else {
        c->given_ps = c->given ? c->given_ps : item->frame->mac_time_ps;
        c->given++;
    }
}

void toe_rx_park_begin(struct toe_engine *engine, uint32_t conn, uint32_t listed, uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[conn];
    c->awaited += c->given > listed ? c->given - listed : 0;
    c->await_until_ps = now_ps + engine->params.inject_wait_ps;
    c->given = 0;
}

void toe_rx_park_await_list(struct toe_engine *engine, uint32_t conn, uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[conn];
    c->given_ps = c->given ? c->given_ps : now_ps;
    c->awaited++;
    c->await_until_ps = now_ps + engine->params.inject_wait_ps;
}

void toe_rx_park_list_here(struct toe_engine *engine, uint32_t conn)
{
    engine->conn[conn].awaited -= engine->conn[conn].awaited > 0;
}

void toe_rx_park_returned(struct toe_engine *engine, const struct rx_item *item)
{
    if (!item->injected || item->held || item->frame->port != engine->regs.nic_id)
        return;
    struct toe_conn *c = &engine->conn[item->want_conn];
    bool was_given = c->gen == item->want_gen && item->frame->mac_time_ps >= c->given_ps;
    c->awaited -= c->awaited > 0 && was_given;
}

static bool waits(const struct toe_engine *engine, const struct rx_item *item, uint64_t now_ps)
{
    const struct toe_conn *c = &engine->conn[item->conn];
    bool is_awaited = c->awaited > 0 && now_ps < c->await_until_ps;
    return toe_conn_is_active(c, item->gen) && (is_awaited || c->held_op != TOE_NONE);
}

static bool has_parked(const struct toe_rx *rx, uint32_t conn)
{
    for (uint32_t i = 0; i < rx->parked_count; i++)
        if (rx->parked[i].conn == conn)
            return true;
    return false;
}

bool toe_rx_park_must(const struct toe_engine *engine, const struct rx_item *item, uint64_t now_ps)
{
    if (PLANTED(given_overtaken) || item->step != RX_FOUND || item->conn == TOE_NO_INDEX ||
        item->injected)
        return false;
    return waits(engine, item, now_ps) || has_parked(engine->rx, item->conn);
}

bool toe_rx_park_put(struct toe_engine *engine, const struct rx_item *item)
{
    struct toe_rx *rx = engine->rx;
    if (rx->parked_count == PARKED_MAX) {
        engine->conn[rx->parked[0].conn].awaited = 0;
        return false;
    }
    rx->parked[rx->parked_count++] = *item;
    engine->stats.rx_parked++;
    return true;
}

bool toe_rx_park_take(struct toe_engine *engine, struct rx_item *item, uint64_t now_ps)
{
    struct toe_rx *rx = engine->rx;
    uint64_t next_ps = TIME_NEVER;
    for (uint32_t i = 0; i < rx->parked_count; i++) {
        if (waits(engine, &rx->parked[i], now_ps)) {
            const struct toe_conn *c = &engine->conn[rx->parked[i].conn];
            if (c->held_op == TOE_NONE) /* otherwise the last held frame ends the wait */
                next_ps = u64_min(next_ps, c->await_until_ps);
            continue;
        }
        *item = rx->parked[i];
        rx->parked_count--;
        memmove(&rx->parked[i], &rx->parked[i + 1], (rx->parked_count - i) * sizeof *rx->parked);
        return true;
    }
    if (next_ps < engine->due[UNIT_PARKED].at_ps)
        toe_due_set(engine, UNIT_PARKED, next_ps);
    return false;
}
