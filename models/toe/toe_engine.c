/*
 * Life cycle of the engine and its main loop. The engine is a list of parts (struct toe_part), each built
 * on toe_core.c; only this file knows all of them.
 */
#include "models/toe/command/ring/commands.h"
#include "models/toe/rx/rx.h"
#include "models/toe/rx/rx_apply.h"
#include "models/toe/rx/rx_parse.h"
#include "models/toe/rx/rx_queue.h"
#include "models/toe/timer/timer_unit.h"
#include "models/toe/toe_buffer.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_event.h"
#include "models/toe/toe_fence.h"
#include "models/toe/toe_irq.h"
#include "models/toe/toe_lock.h"
#include "models/toe/toe_record.h"
#include "models/toe/toe_regs.h"
#include "models/toe/toe_ring.h"
#include "models/toe/tx/tx.h"
#include "models/toe/tx/tx_build.h"
#include "models/toe/tx/tx_decide.h"
#include "models/toe/tx/tx_fifo.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The order matters. Room for events lets commands start, and commands hand frames to the receive part.
 * Receive goes before timers and new segments because it frees resources they need. Buffer descriptors are
 * fetched after all other parts have taken buffers. */
static const struct toe_part *const parts[] = {
    &toe_event_part, &toe_command_part, &toe_rx_part,   &toe_timer_part,
    &toe_tx_part,    &toe_buffer_part,  &toe_lock_part, NULL,
};

/* Runs for steps that have no work of their own. The kick after every step lets each part check for work. */
static void only_kick(struct toe_engine *engine, uint64_t now_ps)
{
    (void)engine;
    (void)now_ps;
}

/* The functions that run when the time of a step has come. */
static void (*const unit_run[UNIT_COUNT])(struct toe_engine *engine, uint64_t now_ps) = {
    [UNIT_PARSE] = toe_rx_parse_done,
    [UNIT_APPLY] = toe_apply_on_time,
    [UNIT_TX] = toe_tx_decide,
    [UNIT_TIMER] = toe_timer_serve,
    [UNIT_BUILD] = toe_tx_build,
    [UNIT_RETRY] = toe_tx_retry,
    [UNIT_AHEAD] = only_kick,
    [UNIT_PARKED] = only_kick,
    [UNIT_GRANT] = only_kick,
    [UNIT_LEFT] = only_kick,
    [UNIT_IRQ_RECORD] = toe_irq_fire_record,
    [UNIT_IRQ_EVENT] = toe_irq_fire_event,
    [UNIT_HEARTBEAT] = toe_heartbeat_missed,
};

void toe_params_default(struct toe_params *params)
{
    memset(params, 0, sizeof *params);
    params->contract = NIC_INTERFACE_VERSION;
    params->conn_max = 65536;
    params->cycle_ps = 4000;
    params->parse_cycles = 8;
    params->rx_cycles = 12;
    params->tx_cycles = 12;
    params->timer_cycles = 12;
    params->build_cycles = 8;
    params->rx_queue_frames = 256;
    params->tx_queue_frames = 64;
    params->tx_ahead_ps = PS_PER_US;
    params->inject_wait_ps = 50 * PS_PER_US;
    params->tx_burst = 8;
    params->push_log2 = 6;
    params->image_slots = NIC_IMAGE_SLOTS_MAX;
    params->cmd_prefetch = 8;
    params->buffer_prefetch = 32;
    params->checkpoint_records = 1;
    params->ack_policy = ACK_POLICY_POSTED;
    tcp_params_default(&params->tcp);
}

static bool params_are_sane(const struct toe_params *p)
{
    return p->contract >= 1 && p->contract <= NIC_INTERFACE_VERSION && p->conn_max > 0 &&
           p->conn_max <= 65536 && p->cycle_ps > 0 && p->rx_queue_frames > 0 &&
           p->tx_queue_frames > 0 && p->tx_ahead_ps > 0 && p->tx_burst > 0 && p->cmd_prefetch > 0 &&
           p->cmd_prefetch <= TOE_PREFETCH_MAX && p->checkpoint_records > 0 &&
           p->image_slots <= NIC_IMAGE_SLOTS_MAX && p->buffer_prefetch > 0 &&
           p->buffer_prefetch <= TOE_PREFETCH_MAX;
}

static bool create_parts(struct toe_engine *engine)
{
    if (!toe_rings_create(engine) || !toe_records_create(engine))
        return false;
    for (size_t i = 0; parts[i]; i++)
        if (!parts[i]->create(engine))
            return false;
    return true;
}

struct toe_engine *toe_engine_create(const struct toe_params *params, unsigned nic,
                                     const struct toe_wiring *wiring)
{
    assert(params_are_sane(params));
    assert(wiring->pool);
    struct toe_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    engine->params = *params;
    engine->params.tcp.challenges = &engine->stats.challenges;
    engine->wiring = *wiring;
    engine->nic = nic;
    engine->parts = parts;
    engine->timer_next_ps = toe_timer_next_ps;
    engine->conn = calloc(params->conn_max, sizeof *engine->conn);
    if (!engine->conn || !create_parts(engine)) {
        toe_engine_destroy(engine);
        return NULL;
    }
    for (uint32_t i = 0; i < params->conn_max; i++) {
        engine->conn[i].timer_ps = TIME_NEVER;
        engine->conn[i].heap_at = TOE_NO_INDEX;
        engine->conn[i].end_slot = TOE_NO_INDEX;
        engine->conn[i].held_op = TOE_NONE;
    }
    for (int i = 0; i < UNIT_COUNT; i++)
        engine->due[i].at_ps = TIME_NEVER;
    engine->regs.link_up = true;
    toe_regs_power_on(engine);
    return engine;
}

void toe_engine_destroy(struct toe_engine *engine)
{
    if (!engine)
        return;
    for (size_t i = 0; parts[i]; i++)
        parts[i]->destroy(engine);
    toe_records_destroy(engine);
    toe_rings_destroy(engine);
    free(engine->conn);
    free(engine);
}

static enum toe_unit first_due(const struct toe_engine *engine, uint64_t now_ps)
{
    int best = UNIT_COUNT;
    for (int i = 0; i < UNIT_COUNT; i++) {
        if (engine->due[i].at_ps > now_ps)
            continue;
        if (best == UNIT_COUNT || engine->due[i].at_ps < engine->due[best].at_ps ||
            (engine->due[i].at_ps == engine->due[best].at_ps &&
             engine->due[i].sequence < engine->due[best].sequence))
            best = i;
    }
    return (enum toe_unit)best;
}

static uint64_t engine_next(const void *self) { return toe_next_ps(self); }

static void engine_run(void *self, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    engine->in_run = true;
    for (;;) {
        enum toe_unit unit = first_due(engine, now_ps);
        if (unit == UNIT_COUNT && toe_timer_next_ps(engine) > now_ps)
            break;
        if (unit != UNIT_COUNT) {
            engine->due[unit].at_ps = TIME_NEVER;
            unit_run[unit](engine, now_ps);
        }
        toe_kick(engine, now_ps);
    }
    engine->in_run = false;
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
    return (struct ctx_client){.on_response = toe_lock_on_response, .self = engine};
}

struct pcie_device toe_engine_device(struct toe_engine *engine)
{
    static const struct pcie_device_ops ops = {
        .mmio_write = toe_regs_write, .mmio_read32 = toe_regs_read, .fence = toe_regs_fence};
    return (struct pcie_device){.ops = &ops, .self = engine};
}

void toe_engine_on_tx_space(void *engine, uint64_t now_ps) { toe_kick(engine, now_ps); }

void toe_engine_on_link(struct toe_engine *engine, bool up, uint64_t now_ps)
{
    engine->regs.link_up = up;
    toe_probe(engine, (struct probe_event){.kind = PROBE_PORT_LINK,
                                           .now_ps = now_ps,
                                           .conn = PROBE_NO_CONN,
                                           .port.is_up = up});
    if (!toe_is_running(engine))
        return;
    struct nic_event event = {.kind = NIC_EVENT_LINK,
                              .conn = TOE_NO_INDEX,
                              .a = up,
                              .link_ps = toe_time_ps(engine, now_ps)};
    toe_event_post(engine, &event, now_ps);
    toe_kick(engine, now_ps);
}

bool toe_engine_has_context(const struct toe_engine *engine, uint32_t conn)
{
    assert(conn < engine->params.conn_max);
    uint8_t own = engine->conn[conn].own_state;
    return own == OWN_ACTIVE || own == OWN_QUIESCE || own == OWN_FROZEN;
}

const struct toe_stats *toe_engine_stats(const struct toe_engine *engine) { return &engine->stats; }

uint32_t toe_engine_rx_queued(const struct toe_engine *engine) { return toe_rx_queued(engine); }

uint32_t toe_engine_tx_queued(const struct toe_engine *engine) { return toe_tx_queued(engine); }

bool toe_engine_is_idle(const struct toe_engine *engine)
{
    for (size_t i = 0; parts[i]; i++)
        if (!parts[i]->is_idle(engine))
            return false;
    return true;
}
