#include "models/toe/timer/timer_heap.h"

#include "models/toe/toe_core.h"

#include <assert.h>
#include <stdlib.h>

struct toe_timers {
    uint32_t count;
    uint32_t heap[]; /* connections, ordered by their deadlines */
};

bool toe_timer_heap_create(struct toe_engine *engine)
{
    engine->timers = calloc(1, sizeof *engine->timers +
                                   engine->params.conn_max * sizeof engine->timers->heap[0]);
    return engine->timers != NULL;
}

void toe_timer_heap_destroy(struct toe_engine *engine) { free(engine->timers); }

/* Orders equal deadlines by connection id, so that every run gives the same order. */
static bool is_before(const struct toe_engine *engine, uint32_t a, uint32_t b)
{
    if (engine->conn[a].timer_ps != engine->conn[b].timer_ps)
        return engine->conn[a].timer_ps < engine->conn[b].timer_ps;
    return a < b;
}

static void place(struct toe_engine *engine, uint32_t at, uint32_t conn)
{
    engine->timers->heap[at] = conn;
    engine->conn[conn].heap_at = at;
}

static void sift_up(struct toe_engine *engine, uint32_t at)
{
    const uint32_t *heap = engine->timers->heap;
    uint32_t conn = heap[at];
    while (at > 0 && is_before(engine, conn, heap[(at - 1) / 2])) {
        place(engine, at, heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(engine, at, conn);
}

static void sift_down(struct toe_engine *engine, uint32_t at)
{
    const uint32_t *heap = engine->timers->heap;
    uint32_t count = engine->timers->count;
    uint32_t conn = heap[at];
    for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(engine, heap[child + 1], heap[child]))
            child++;
        if (!is_before(engine, heap[child], conn))
            break;
        place(engine, at, heap[child]);
        at = child;
    }
    place(engine, at, conn);
}

static void heap_remove(struct toe_engine *engine, uint32_t conn)
{
    struct toe_timers *timers = engine->timers;
    uint32_t at = engine->conn[conn].heap_at;
    assert(at < timers->count && timers->heap[at] == conn);
    engine->conn[conn].heap_at = TOE_NO_INDEX;
    uint32_t last = timers->heap[--timers->count];
    if (last == conn)
        return;
    place(engine, at, last);
    sift_up(engine, at);
    sift_down(engine, engine->conn[last].heap_at);
}

void toe_timer_set(struct toe_engine *engine, uint32_t conn, uint64_t at_ps)
{
    struct toe_timers *timers = engine->timers;
    struct toe_conn *c = &engine->conn[conn];
    assert(toe_conn_is_sane(c));
    if (c->timer_ps == at_ps)
        return;
    if (c->heap_at != TOE_NO_INDEX)
        heap_remove(engine, conn);
    c->timer_ps = at_ps;
    if (at_ps == TIME_NEVER)
        return;
    assert(timers->count < engine->params.conn_max);
    place(engine, timers->count, conn);
    timers->count++;
    sift_up(engine, timers->count - 1);
}

uint32_t toe_timer_first(const struct toe_engine *engine)
{
    return engine->timers->count > 0 ? engine->timers->heap[0] : TOE_NO_INDEX;
}
