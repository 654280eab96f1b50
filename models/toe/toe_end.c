#include "models/toe/toe_end.h"

#include "models/toe/toe_core.h"
#include "models/toe/toe_event.h"
#include "models/toe/tx/tx_limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* End events that wait for a last frame. One slot for each entry of the transmit FIFO is enough. */
struct toe_ends {
    uint32_t capacity;
    bool *used;
    struct nic_event event[];
};

bool toe_end_create(struct toe_engine *engine)
{
    uint32_t capacity = engine->params.tx_queue_frames + TX_RESERVE;
    struct toe_ends *ends = calloc(1, sizeof *ends + capacity * sizeof ends->event[0]);
    engine->ends = ends;
    if (!ends)
        return false;
    ends->capacity = capacity;
    ends->used = calloc(capacity, sizeof *ends->used);
    return ends->used != NULL;
}

void toe_end_destroy(struct toe_engine *engine)
{
    if (engine->ends)
        free(engine->ends->used);
    free(engine->ends);
}

void toe_end_discard(struct toe_engine *engine)
{
    memset(engine->ends->used, 0, engine->ends->capacity * sizeof *engine->ends->used);
}

void toe_end_now(struct toe_engine *engine, const struct nic_event *end, uint8_t own,
                 uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[end->conn];
    bool closed = end->kind == NIC_EVENT_CLOSED;
    assert(c->tx_queued == 0 && c->end_slot == TOE_NO_INDEX);
    engine->stats.closed += closed;
    engine->stats.terminated += !closed;
    toe_conn_forget(c);
    toe_probe(engine,
              (struct probe_event){.kind = PROBE_CONN_GONE,
                                   .now_ps = now_ps,
                                   .conn = end->conn,
                                   .gen = end->gen,
                                   .ended.cause = closed ? (uint8_t)NIC_TERM_NONE : end->detail});
    toe_set_own(engine, end->conn, own, now_ps);
    toe_event_post(engine, end, now_ps);
}

void toe_end_after_frames(struct toe_engine *engine, const struct nic_event *end, uint64_t now_ps)
{
    struct toe_ends *ends = engine->ends;
    struct toe_conn *c = &engine->conn[end->conn];
    if (c->tx_queued == 0) {
        toe_end_now(engine, end, OWN_ABSENT, now_ps);
        return;
    }
    uint32_t slot = 0;
    while (ends->used[slot])
        slot++;
    assert(slot < ends->capacity);
    ends->used[slot] = true;
    ends->event[slot] = *end;
    c->end_slot = slot;
}

void toe_end_on_built(struct toe_engine *engine, uint32_t conn, uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[conn];
    if (c->tx_queued > 0 || c->end_slot == TOE_NO_INDEX)
        return;
    uint32_t slot = c->end_slot;
    c->end_slot = TOE_NO_INDEX;
    engine->ends->used[slot] = false;
    toe_end_now(engine, &engine->ends->event[slot], OWN_ABSENT, now_ps);
}
