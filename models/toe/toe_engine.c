/*
 * Life cycle of the engine, its event queue, and what all parts share. The event queue has one row
 * per timed step (enum toe_unit), ordered by time and then by the order of scheduling; connection
 * timers are a heap of their own (toe_timer.c). Every entry point ends with toe_kick(), which lets
 * each part look once whether it can go on: no part has to know whom it unblocks.
 */
#include "models/base/planted.h"
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void toe_params_default(struct toe_params *params)
{
    memset(params, 0, sizeof *params);
    params->conn_max = 65536;
    params->cycle_ps = 4000;
    params->parse_cycles = 8;
    params->rx_cycles = 12;
    params->tx_cycles = 12;
    params->timer_cycles = 12;
    params->build_cycles = 8;
    params->rx_queue_frames = 256;
    params->tx_queue_frames = 64;
    params->tx_burst = 8;
    params->cmd_prefetch = 8;
    params->buffer_prefetch = 32;
    params->ack_policy = ACK_POLICY_POSTED;
    tcp_params_default(&params->tcp);
}

static bool params_are_sane(const struct toe_params *p)
{
    return p->conn_max > 0 && p->conn_max <= 65536 && p->cycle_ps > 0 && p->rx_queue_frames > 0 &&
           p->tx_queue_frames > 0 && p->tx_burst > 0 && p->cmd_prefetch > 0 &&
           p->cmd_prefetch <= PREFETCH_MAX && p->buffer_prefetch > 0 &&
           p->buffer_prefetch <= PREFETCH_MAX;
}

static bool alloc_arrays(struct toe_engine *e)
{
    e->tx.capacity = e->params.tx_queue_frames + TX_RESERVE;
    e->event_capacity = 2 * e->params.conn_max + EVENTS_EXTRA;
    e->conn = calloc(e->params.conn_max, sizeof *e->conn);
    e->heap = calloc(e->params.conn_max, sizeof *e->heap);
    e->events = calloc(e->event_capacity, sizeof *e->events);
    e->tx.fifo = calloc(e->tx.capacity, sizeof *e->tx.fifo);
    e->tx.ends = calloc(e->tx.capacity, sizeof *e->tx.ends);
    e->tx.end_used = calloc(e->tx.capacity, sizeof *e->tx.end_used);
    return e->conn && e->heap && e->events && e->tx.fifo && e->tx.ends && e->tx.end_used;
}

struct toe_engine *toe_engine_create(const struct toe_params *params, unsigned nic,
                                     const struct toe_wiring *wiring)
{
    assert(params_are_sane(params));
    assert(wiring->pool);
    struct toe_engine *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->params = *params;
    e->params.tcp.challenges = &e->stats.challenges;
    e->wiring = *wiring;
    e->nic = nic;
    if (!alloc_arrays(e)) {
        toe_engine_destroy(e);
        return NULL;
    }
    for (uint32_t i = 0; i < params->conn_max; i++) {
        e->conn[i].timer_ps = TIME_NEVER;
        e->conn[i].heap_at = TOE_NO_INDEX;
        e->conn[i].end_slot = TOE_NO_INDEX;
        e->conn[i].held_op = TOE_NONE;
    }
    for (int i = 0; i < UNIT_COUNT; i++)
        e->due[i].at_ps = TIME_NEVER;
    e->rx.queue_tail = &e->rx.queue;
    e->tx.ready_first = e->tx.ready_last = TOE_NO_INDEX;
    e->cmd.port_op = TOE_NONE;
    e->regs.link_up = true;
    toe_regs_power_on(e);
    return e;
}

void toe_engine_destroy(struct toe_engine *e)
{
    if (!e)
        return;
    if (e->conn && e->tx.fifo && e->rx.queue_tail) {
        toe_cmd_flush(e, 0);
        toe_tx_flush(e);
        for (struct frame *next; e->rx.queue; e->rx.queue = next) {
            next = e->rx.queue->next;
            frame_free(e->wiring.pool, e->rx.queue);
        }
        uint32_t taken = e->rx.window_count + e->rx.parsing; /* the last one is being parsed */
        for (uint32_t i = 0; i < taken; i++)
            frame_free(e->wiring.pool, e->rx.window[(e->rx.window_head + i) % RX_WINDOW].frame);
        for (uint32_t i = 0; i < e->rx.inject_count; i++)
            frame_free(e->wiring.pool, e->rx.inject[(e->rx.inject_head + i) % INJECT_MAX].frame);
        if (e->rx.phase != APPLY_IDLE && e->rx.item == &e->rx.held_item)
            frame_free(e->wiring.pool, e->rx.held_item.frame);
    }
    free(e->conn);
    free(e->heap);
    free(e->events);
    free(e->tx.fifo);
    free(e->tx.ends);
    free(e->tx.end_used);
    free(e);
}

void toe_due_set(struct toe_engine *e, enum toe_unit unit, uint64_t at_ps)
{
    assert(unit < UNIT_COUNT);
    e->due[unit] = (struct toe_due){.at_ps = at_ps, .sequence = e->due_sequence++};
}

/* The engine is synchronous: work starts at the next edge of its clock. */
void toe_due_cycles(struct toe_engine *e, enum toe_unit unit, uint32_t cycles, uint64_t now_ps)
{
    uint64_t edge = ceil_div(now_ps, e->params.cycle_ps) * e->params.cycle_ps;
    toe_due_set(e, unit, edge + cycles * e->params.cycle_ps);
}

static uint64_t engine_next(const void *self)
{
    const struct toe_engine *e = self;
    uint64_t next = toe_timer_next(e);
    for (int i = 0; i < UNIT_COUNT; i++)
        next = u64_min(next, e->due[i].at_ps);
    return next;
}

/* Not from inside run(): whoever drives the engine asks for its next event afterwards. */
void toe_wake(struct toe_engine *e)
{
    if (e->wiring.waker && !e->in_run)
        waker_wake(e->wiring.waker, engine_next(e));
}

bool toe_is_running(const struct toe_engine *e)
{
    return (e->regs.control & NIC_CONTROL_ENABLE) && !e->regs.fenced_by_link &&
           !e->regs.fenced_by_self;
}

struct tcp_now toe_now(uint64_t now_ps)
{
    return (struct tcp_now){.us = us_ticks(now_ps), .ms = ms_ticks(now_ps)};
}

static enum toe_unit first_due(const struct toe_engine *e, uint64_t now_ps)
{
    int best = UNIT_COUNT;
    for (int i = 0; i < UNIT_COUNT; i++) {
        if (e->due[i].at_ps > now_ps)
            continue;
        if (best == UNIT_COUNT || e->due[i].at_ps < e->due[best].at_ps ||
            (e->due[i].at_ps == e->due[best].at_ps && e->due[i].sequence < e->due[best].sequence))
            best = i;
    }
    return (enum toe_unit)best;
}

static void dispatch(struct toe_engine *e, enum toe_unit unit, uint64_t now_ps)
{
    e->due[unit].at_ps = TIME_NEVER;
    switch (unit) {
    case UNIT_PARSE:
        toe_rx_parse_done(e, now_ps);
        break;
    case UNIT_APPLY:
        toe_apply_on_time(e, now_ps);
        break;
    case UNIT_TX:
        toe_tx_decide(e, now_ps);
        break;
    case UNIT_TIMER:
        toe_timer_serve(e, now_ps);
        break;
    case UNIT_BUILD:
        toe_tx_build(e, now_ps);
        break;
    case UNIT_RETRY:
        e->tx.pool_wait = false; /* the kick that follows is the retry */
        break;
    case UNIT_IRQ_RECORD:
        toe_irq_fire(e, NIC_VECTOR_RECORD, now_ps);
        break;
    case UNIT_IRQ_EVENT:
        toe_irq_fire(e, NIC_VECTOR_EVENT, now_ps);
        break;
    case UNIT_HEARTBEAT:
        e->regs.fenced_by_self = true;
        toe_fence(e, now_ps);
        break;
    case UNIT_COUNT:
        assert(!"no such unit");
    }
}

static void engine_run(void *self, uint64_t now_ps)
{
    struct toe_engine *e = self;
    e->in_run = true;
    for (;;) {
        enum toe_unit unit = first_due(e, now_ps);
        if (unit == UNIT_COUNT && toe_timer_next(e) > now_ps)
            break;
        if (unit != UNIT_COUNT)
            dispatch(e, unit, now_ps);
        toe_kick(e, now_ps);
    }
    e->in_run = false;
}

/* Lets every part go on that can; what a part frees is used by those after it, or by itself. */
void toe_kick(struct toe_engine *e, uint64_t now_ps)
{
    if (toe_is_running(e)) {
        toe_event_kick(e, now_ps);
        toe_move_drain_kick(e, now_ps);
        toe_cmd_kick(e, now_ps);
        toe_cmd_port_kick(e, now_ps);
        toe_apply_kick(e, now_ps);
        toe_rx_parse_kick(e, now_ps);
        toe_timer_kick(e, now_ps);
        toe_tx_kick(e, now_ps);
        toe_tx_send(e, now_ps);
        toe_ring_fetch_buffers(e, now_ps);
    }
    toe_wake(e);
}

struct stage toe_engine_stage(struct toe_engine *engine, const char *name)
{
    return (struct stage){.name = name, .self = engine, .run = engine_run, .next_ps = engine_next};
}

struct frame_sink toe_engine_rx_sink(struct toe_engine *engine)
{
    return (struct frame_sink){.accept = toe_rx_accept, .self = engine};
}

struct ctx_client toe_engine_client(struct toe_engine *engine)
{
    return (struct ctx_client){.on_response = toe_ctx_on_response, .self = engine};
}

void toe_engine_on_tx_room(void *engine, uint64_t now_ps) { toe_kick(engine, now_ps); }

void toe_engine_on_link(struct toe_engine *e, bool up, uint64_t now_ps)
{
    e->regs.link_up = up;
    toe_probe(
        e, (struct probe_event){
               .kind = PROBE_PORT_LINK, .now_ps = now_ps, .conn = PROBE_NO_CONN, .port.is_up = up});
    if (!toe_is_running(e))
        return;
    struct nic_event event = {
        .kind = NIC_EVENT_LINK, .conn = TOE_NO_INDEX, .a = up, .link_ps = now_ps};
    toe_event_post(e, &event, now_ps);
    toe_kick(e, now_ps);
}

bool toe_engine_has_context(const struct toe_engine *e, uint32_t conn)
{
    assert(conn < e->params.conn_max);
    uint8_t own = e->conn[conn].own_state;
    return own == OWN_ACTIVE || own == OWN_QUIESCE || own == OWN_FROZEN;
}

const struct toe_stats *toe_engine_stats(const struct toe_engine *engine) { return &engine->stats; }

uint32_t toe_engine_rx_queued(const struct toe_engine *engine) { return engine->rx.queue_count; }

bool toe_engine_is_idle(const struct toe_engine *e)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++)
        if (e->port[who].busy || e->port[who].count > 0 || e->lock[who].phase != LOCK_IDLE)
            return false;
    return e->rx.queue_count == 0 && !e->rx.parsing && e->rx.window_count == 0 &&
           e->rx.inject_count == 0 && e->rx.phase == APPLY_IDLE && e->tx.count == 0 &&
           e->tx.ready_first == TOE_NO_INDEX && e->cmd.count == 0 && e->cmd.ops_used == 0 &&
           e->rx.writes_visible == e->rx.writes && !e->rx.flushing && e->event_count == 0 &&
           !e->cmd_ring.fetching && !e->buffer_ring.fetching &&
           e->cmd_ring.consumer == e->cmd_ring.producer;
}

void toe_probe(struct toe_engine *e, struct probe_event event)
{
    if (!probe_wants(e->wiring.probe, (enum probe_kind)event.kind))
        return;
    event.nic = (uint8_t)e->nic;
    probe_emit(e->wiring.probe, &event);
}

/* frame: MARK_FOREIGN only, whose connection the NIC may not know. */
void toe_mark(struct toe_engine *e, enum move_mark mark, uint32_t conn, uint16_t gen,
              const struct frame *frame, uint64_t now_ps)
{
    toe_probe(e, (struct probe_event){.kind = PROBE_MOVE_MARK,
                                      .now_ps = now_ps,
                                      .conn = conn,
                                      .gen = gen,
                                      .mark.mark = (uint8_t)mark,
                                      .mark.at_ps = now_ps,
                                      .mark.frame = frame});
}

void toe_set_own(struct toe_engine *e, uint32_t conn, uint8_t state, uint64_t now_ps)
{
    struct toe_conn *c = &e->conn[conn];
    if (c->own_state == state)
        return;
    bool was = c->own_state == OWN_ACTIVE, is = state == OWN_ACTIVE;
    e->active += is;
    e->active -= was;
    e->stats.active_max = u32_max(e->stats.active_max, e->active);
    c->own_state = state;
    toe_probe(e, (struct probe_event){.kind = PROBE_OWN_STATE,
                                      .now_ps = now_ps,
                                      .conn = conn,
                                      .gen = c->gen,
                                      .own.state = state});
}

uint64_t toe_cookie(const struct toe_engine *e, uint32_t index)
{
    return (uint64_t)e->epoch << 32 | index;
}

bool toe_cookie_is_now(const struct toe_engine *e, uint64_t cookie)
{
    return (uint32_t)(cookie >> 32) == e->epoch;
}

bool toe_read_is_good(struct toe_engine *e, uint64_t cookie, bool ok, uint64_t now_ps)
{
    if (!toe_cookie_is_now(e, cookie))
        return false;
    if (!ok)
        toe_link_lost(e, now_ps);
    return ok;
}

/* Locks that are held go back; a lock still asked for is given back when it is granted. */
static void drop_locks(struct toe_engine *e, uint64_t now_ps)
{
    for (int who = 0; who < CTX_WHO_COUNT; who++) {
        struct toe_lock *lock = &e->lock[who];
        if (lock->phase == LOCK_HELD) {
            struct ctx_req req = {.op = CTX_OP_UNLOCK,
                                  .who = (uint8_t)who,
                                  .conn = lock->conn,
                                  .gen = lock->gen,
                                  .tag = toe_cookie(e, 0)};
            toe_ctx_send(e, &req, now_ps);
        }
        lock->phase = LOCK_IDLE;
    }
}

/* Everything under way is void: frames are lost with a reason, derived state goes. */
static void discard_all(struct toe_engine *e, uint64_t now_ps)
{
    e->epoch++;
    drop_locks(e, now_ps);
    toe_rx_flush(e, now_ps);
    toe_cmd_flush(e, now_ps);
    toe_tx_flush(e);
    for (int i = 0; i < UNIT_COUNT; i++)
        e->due[i].at_ps = TIME_NEVER;
    for (uint32_t i = 0; i < e->params.conn_max; i++) {
        struct toe_conn *c = &e->conn[i];
        toe_timer_set(e, i, TIME_NEVER);
        toe_set_own(e, i, OWN_ABSENT, now_ps);
        toe_conn_forget(c);
        c->end_slot = TOE_NO_INDEX;
        c->held_op = TOE_NONE;
        c->tx_queued = 0;
        c->busy = c->ready = c->stale_told = false;
    }
    e->event_head = e->event_count = 0;
    e->buffer_head = e->buffer_count = 0;
    e->cmd_ring.fetching = e->buffer_ring.fetching = false;
    memset(e->irq, 0, sizeof e->irq);
}

void toe_set_dark(struct toe_engine *e, bool is_dark, uint64_t now_ps)
{
    if (e->is_dark == is_dark)
        return;
    e->is_dark = is_dark;
    if (e->wiring.set_carrier && !PLANTED(claim_carrier_stays))
        e->wiring.set_carrier(e->wiring.carrier_self, !is_dark, now_ps);
}

/* The flags in regs say why. Afterwards the driver has to reset and set up this NIC again. */
void toe_fence(struct toe_engine *e, uint64_t now_ps)
{
    assert(e->regs.fenced_by_link || e->regs.fenced_by_self);
    e->regs.control = 0;
    e->fenced_ps = now_ps;
    if (e->wiring.mac_set_fenced)
        e->wiring.mac_set_fenced(e->wiring.mac_self, true, now_ps);
    toe_set_dark(e, true, now_ps);
    toe_probe(e, (struct probe_event){.kind = PROBE_FENCE,
                                      .now_ps = now_ps,
                                      .conn = PROBE_NO_CONN,
                                      .fence.is_fenced = true});
    discard_all(e, now_ps);
}

/* A DMA read failed: the link is dead, whatever it says. */
void toe_link_lost(struct toe_engine *e, uint64_t now_ps)
{
    e->regs.fenced_by_self = true;
    toe_fence(e, now_ps);
}

/* Register reset: power-on state, the context cache included, and a fence of our own making ends. */
void toe_reset(struct toe_engine *e, uint64_t now_ps)
{
    bool was_fenced = e->regs.fenced_by_self;
    discard_all(e, now_ps);
    toe_ctx_reset(e, now_ps);
    toe_regs_power_on(e);
    if (was_fenced && !e->regs.fenced_by_link) {
        if (e->wiring.mac_set_fenced)
            e->wiring.mac_set_fenced(e->wiring.mac_self, false, now_ps);
        toe_probe(
            e, (struct probe_event){.kind = PROBE_FENCE, .now_ps = now_ps, .conn = PROBE_NO_CONN});
    }
}
