/*
 * The base of all parts of the engine. The event queue has one row per timed step (enum toe_unit), ordered
 * by time and then by the order of scheduling. Every entry point ends with toe_kick(), which lets each part
 * check once whether it can continue, so no part has to know which others it unblocks.
 */
#include "models/toe/toe_core.h"

#include "models/base/planted.h"

#include <assert.h>

enum { RETRY_US = 1 };

void toe_due_set(struct toe_engine *engine, enum toe_unit unit, uint64_t at_ps)
{
    assert(unit < UNIT_COUNT);
    engine->due[unit] = (struct toe_due){.at_ps = at_ps, .sequence = engine->due_sequence++};
}

void toe_due_cycles(struct toe_engine *engine, enum toe_unit unit, uint32_t cycles, uint64_t now_ps)
{
    uint64_t edge = ceil_div(now_ps, engine->params.cycle_ps) * engine->params.cycle_ps;
    toe_due_set(engine, unit, edge + cycles * engine->params.cycle_ps);
}

void toe_retry_later(struct toe_engine *engine, uint64_t now_ps)
{
    toe_due_set(engine, UNIT_RETRY, now_ps + RETRY_US * PS_PER_US);
}

uint64_t toe_next_ps(const struct toe_engine *engine)
{
    uint64_t next = engine->timer_next_ps(engine);
    for (int i = 0; i < UNIT_COUNT; i++)
        next = u64_min(next, engine->due[i].at_ps);
    return next;
}

void toe_wake(struct toe_engine *engine)
{
    if (engine->wiring.waker && !engine->in_run)
        waker_wake(engine->wiring.waker, toe_next_ps(engine));
}

void toe_kick(struct toe_engine *engine, uint64_t now_ps)
{
    /* A part may fence the engine; then the parts after it must not run. */
    for (size_t i = 0; toe_is_running(engine) && engine->parts[i]; i++)
        if (engine->parts[i]->kick)
            engine->parts[i]->kick(engine, now_ps);
    toe_wake(engine);
}

bool toe_is_running(const struct toe_engine *engine)
{
    return (engine->regs.control & NIC_CONTROL_ENABLE) && !engine->regs.fenced_by_link &&
           !engine->regs.fenced_by_self;
}

struct tcp_now toe_now(const struct toe_engine *engine, uint64_t now_ps)
{
    return nic_clock_ticks(&engine->clock, now_ps);
}

uint64_t toe_time_ps(const struct toe_engine *engine, uint64_t now_ps)
{
    return (uint64_t)nic_clock_time_ps(&engine->clock, now_ps);
}

void toe_probe(struct toe_engine *engine, struct probe_event event)
{
    if (!probe_wants(engine->wiring.probe, (enum probe_kind)event.kind))
        return;
    event.nic = (uint8_t)engine->nic;
    probe_emit(engine->wiring.probe, &event);
}

void toe_mark(struct toe_engine *engine, enum move_mark mark, uint32_t conn, uint16_t gen,
              const struct frame *frame, uint64_t now_ps)
{
    toe_probe(engine, (struct probe_event){.kind = PROBE_MOVE_MARK,
                                           .now_ps = now_ps,
                                           .conn = conn,
                                           .gen = gen,
                                           .mark.mark = (uint8_t)mark,
                                           .mark.at_ps = now_ps,
                                           .mark.frame = frame});
}

void toe_set_own(struct toe_engine *engine, uint32_t conn, uint8_t state, uint64_t now_ps)
{
    struct toe_conn *c = &engine->conn[conn];
    assert(toe_conn_is_sane(c));
    if (c->own_state == state)
        return;
    bool was = c->own_state == OWN_ACTIVE, is = state == OWN_ACTIVE;
    assert(!was || engine->active > 0);
    engine->active += is;
    engine->active -= was;
    engine->stats.active_max = u32_max(engine->stats.active_max, engine->active);
    c->own_state = state;
    /* Not when it becomes reserved: the cache may have had the reservation for some time, and frames were given since. */
    if (state == OWN_ABSENT || state == OWN_TOMBSTONE ||
        (state == OWN_RESERVED && PLANTED(given_while_reserving)))
        c->given = c->awaited = 0;
    toe_probe(engine, (struct probe_event){.kind = PROBE_OWN_STATE,
                                           .now_ps = now_ps,
                                           .conn = conn,
                                           .gen = c->gen,
                                           .own.state = state});
}

uint64_t toe_cookie(const struct toe_engine *engine, uint32_t index)
{
    return (uint64_t)engine->epoch << 32 | index;
}

bool toe_cookie_is_now(const struct toe_engine *engine, uint64_t cookie)
{
    return (uint32_t)(cookie >> 32) == engine->epoch;
}
