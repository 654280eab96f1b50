/*
 * Timers of connections: one heap of the earliest deadline of each, an index rebuilt from the
 * context at every write-back. Which timer is due, only the TCP core knows (RFC 6298, RFC
 * 9293 3.8).
 */
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

/* Equal deadlines in order of connection id: the same on every run. */
static bool is_before(const struct toe_engine *e, uint32_t a, uint32_t b)
{
    if (e->conn[a].timer_ps != e->conn[b].timer_ps)
        return e->conn[a].timer_ps < e->conn[b].timer_ps;
    return a < b;
}

static void place(struct toe_engine *e, uint32_t at, uint32_t conn)
{
    e->heap[at] = conn;
    e->conn[conn].heap_at = at;
}

static void sift_up(struct toe_engine *e, uint32_t at)
{
    uint32_t conn = e->heap[at];
    while (at > 0 && is_before(e, conn, e->heap[(at - 1) / 2])) {
        place(e, at, e->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(e, at, conn);
}

static void sift_down(struct toe_engine *e, uint32_t at)
{
    uint32_t conn = e->heap[at];
    for (uint32_t child = 2 * at + 1; child < e->heap_count; child = 2 * at + 1) {
        if (child + 1 < e->heap_count && is_before(e, e->heap[child + 1], e->heap[child]))
            child++;
        if (!is_before(e, e->heap[child], conn))
            break;
        place(e, at, e->heap[child]);
        at = child;
    }
    place(e, at, conn);
}

static void heap_remove(struct toe_engine *e, uint32_t conn)
{
    uint32_t at = e->conn[conn].heap_at;
    assert(at < e->heap_count && e->heap[at] == conn);
    e->conn[conn].heap_at = TOE_NO_INDEX;
    uint32_t last = e->heap[--e->heap_count];
    if (last == conn)
        return;
    place(e, at, last);
    sift_up(e, at);
    sift_down(e, e->conn[last].heap_at);
}

/* TIME_NEVER: no timer. */
void toe_timer_set(struct toe_engine *e, uint32_t conn, uint64_t at_ps)
{
    struct toe_conn *c = &e->conn[conn];
    if (c->timer_ps == at_ps)
        return;
    if (c->heap_at != TOE_NO_INDEX)
        heap_remove(e, conn);
    c->timer_ps = at_ps;
    if (at_ps == TIME_NEVER)
        return;
    assert(e->heap_count < e->params.conn_max);
    place(e, e->heap_count, conn);
    e->heap_count++;
    sift_up(e, e->heap_count - 1);
}

static bool may_start(const struct toe_engine *e)
{
    return toe_is_running(e) && e->heap_count > 0 && toe_lock_is_free(e, CTX_WHO_TIMER) &&
           toe_tx_has_reserve(e);
}

/* While the timer unit cannot start, what frees it wakes the engine. */
uint64_t toe_timer_next(const struct toe_engine *e)
{
    return may_start(e) ? e->conn[e->heap[0]].timer_ps : TIME_NEVER;
}

void toe_timer_kick(struct toe_engine *e, uint64_t now_ps)
{
    while (may_start(e) && e->conn[e->heap[0]].timer_ps <= now_ps) {
        uint32_t conn = e->heap[0];
        toe_timer_set(e, conn, TIME_NEVER);
        if (toe_conn_is_active(&e->conn[conn], e->conn[conn].gen))
            toe_lock_ask(e, CTX_WHO_TIMER, conn, e->conn[conn].gen, now_ps);
    }
}

void toe_timer_on_lock(struct toe_engine *e, uint8_t result, uint64_t now_ps)
{
    if (result == CTX_OK) /* else frozen: its deadlines travel in the image; or ended */
        toe_due_cycles(e, UNIT_TIMER, e->params.timer_cycles, now_ps);
}

void toe_timer_serve(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_lock *lock = &e->lock[CTX_WHO_TIMER];
    struct tcp_result result;
    assert(lock->phase == LOCK_HELD);
    memset(&result, 0, sizeof result);
    tcp_on_timer(&lock->ctx, &e->params.tcp, toe_now(now_ps), &result);
    e->stats.timers_fired++;
    if (!toe_lock_settle(e, CTX_WHO_TIMER, &result, NULL, now_ps))
        toe_lock_write(e, CTX_WHO_TIMER, now_ps);
}
