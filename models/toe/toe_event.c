#include "models/toe/toe_event.h"

#include "models/toe/toe_core.h"
#include "models/toe/toe_irq.h"
#include "models/toe/toe_ring.h"

#include <assert.h>
#include <stdlib.h>

enum { EVENTS_EXTRA = 256 }; /* room for waiting events beyond two per connection */

struct toe_events {
    uint32_t capacity, head, count;
    struct nic_event waiting[];
};

static bool events_create(struct toe_engine *engine)
{
    uint32_t capacity = 2 * engine->params.conn_max + EVENTS_EXTRA;
    struct toe_events *events = calloc(1, sizeof *events + capacity * sizeof events->waiting[0]);
    engine->events = events;
    if (!events)
        return false;
    events->capacity = capacity;
    return true;
}

static void events_destroy(struct toe_engine *engine) { free(engine->events); }

/* Reports that a completion is visible to the host. MARK_IMAGE_SEEN of a move may follow, because posted
 * writes do not pass each other, so the image is visible too. event_write() makes the cookie. */
static void on_done_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (now_ps != TIME_NEVER)
        toe_probe(engine, (struct probe_event){.kind = PROBE_CMD_DONE,
                                               .now_ps = now_ps,
                                               .conn = (uint32_t)cookie,
                                               .gen = (uint16_t)(cookie >> 32),
                                               .done.op = (uint8_t)(cookie >> 48)});
}

static void event_write(struct toe_engine *engine, const struct nic_event *event, uint64_t now_ps)
{
    struct toe_ring *ring = &engine->rings->event;
    struct nic_event out = *event;
    out.flags = toe_ring_phase(ring);
    out.nic = (uint8_t)engine->regs.nic_id;
    engine->stats.events++;
    if (event->kind == NIC_EVENT_STALE_DOORBELL && event->conn < engine->params.conn_max)
        engine->conn[event->conn].stale_reported = false;
    struct pcie_done visible = {0};
    if (event->kind == NIC_EVENT_CMD_DONE)
        visible = (struct pcie_done){on_done_visible, engine,
                                     (uint64_t)event->op << 48 | (uint64_t)event->gen << 32 |
                                         event->conn};
    toe_ring_push(engine, ring, &out, visible, now_ps);
    toe_irq_fire(engine, NIC_VECTOR_EVENT, now_ps);
}

void toe_event_post(struct toe_engine *engine, const struct nic_event *event, uint64_t now_ps)
{
    struct toe_events *events = engine->events;
    if (events->count == 0 && toe_ring_has_space(&engine->rings->event)) {
        event_write(engine, event, now_ps);
        return;
    }
    assert(events->count < events->capacity);
    engine->stats.event_stalls++;
    events->waiting[(events->head + events->count++) % events->capacity] = *event;
}

bool toe_event_waits(const struct toe_engine *engine) { return engine->events->count > 0; }

static void events_kick(struct toe_engine *engine, uint64_t now_ps)
{
    struct toe_events *events = engine->events;
    while (events->count > 0 && toe_ring_has_space(&engine->rings->event)) {
        event_write(engine, &events->waiting[events->head], now_ps);
        events->head = (events->head + 1) % events->capacity;
        events->count--;
    }
}

static void events_discard(struct toe_engine *engine, uint64_t now_ps)
{
    (void)now_ps;
    engine->events->head = engine->events->count = 0;
    toe_irq_discard(engine);
}

static bool events_are_idle(const struct toe_engine *engine) { return engine->events->count == 0; }

const struct toe_part toe_event_part = {.name = "events",
                                        .create = events_create,
                                        .destroy = events_destroy,
                                        .kick = events_kick,
                                        .discard = events_discard,
                                        .is_idle = events_are_idle};
