/*
 * BAR 0 of the NIC (hwif/nic_regs.h), the doorbells of connections, the heartbeat, and the fence by the
 * link.
 */
#include "models/toe/toe_regs.h"

#include "models/base/frame.h"
#include "models/hwif/checkpoint.h"
#include "models/toe/command/ring/image_slots.h"
#include "models/toe/command/ring/push_window.h"
#include "models/toe/toe_buffer.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_ctx.h"
#include "models/toe/toe_doorbell.h"
#include "models/toe/toe_fence.h"
#include "models/toe/toe_irq.h"
#include "models/toe/toe_ring.h"

#include <assert.h>
#include <string.h>

enum { MTU_MIN = 576, MTU_MAX = FRAME_MTU_MAX, RING_LOG2_MAX = 20, WORD = 4 };

void toe_regs_power_on(struct toe_engine *engine)
{
    struct toe_regs *r = &engine->regs;
    bool link_up = r->link_up, fenced = r->fenced_by_link;
    memset(r, 0, sizeof *r);
    r->link_up = link_up;
    r->fenced_by_link = fenced;
    r->nic_id = engine->nic;
    r->mtu = 1500;
    const struct toe_params *p = &engine->params;
    nic_clock_init(&engine->clock, p->clock_is_free, p->clock_offset_ps, p->clock_drift_ppm);
    engine->stats.challenges.rate = 0;
    toe_rings_power_on(engine);
}

static struct toe_ring *ring_at(struct toe_engine *engine, uint32_t block)
{
    switch (block) {
    case NIC_REG_CMD_RING:
        return &engine->rings->cmd;
    case NIC_REG_RECORD_RING:
        return &engine->rings->record;
    case NIC_REG_EVENT_RING:
        return &engine->rings->event;
    case NIC_REG_BUFFER_RING:
        return &engine->rings->buffer;
    default:
        return NULL;
    }
}

static uint32_t ring_read(const struct toe_ring *ring, uint32_t field)
{
    switch (field) {
    case NIC_REG_RING_BASE_LO:
        return (uint32_t)ring->base;
    case NIC_REG_RING_BASE_HI:
        return (uint32_t)(ring->base >> 32);
    case NIC_REG_RING_LOG2:
        return ring->log2;
    default:
        return 0;
    }
}

static void ring_write(struct toe_ring *ring, uint32_t field, uint32_t value)
{
    if (field == NIC_REG_RING_BASE_LO)
        ring->base = (ring->base & ~(uint64_t)UINT32_MAX) | value;
    else if (field == NIC_REG_RING_BASE_HI)
        ring->base = (ring->base & UINT32_MAX) | (uint64_t)value << 32;
    else if (field == NIC_REG_RING_LOG2)
        ring->log2 = u32_min(value, RING_LOG2_MAX);
}

/* Returns what the NIC can do. The register is new in version 2. */
static uint32_t capabilities(const struct toe_engine *engine)
{
    bool recorded = engine->params.ack_policy == ACK_POLICY_RECORDED;
    if (engine->params.contract < 2)
        return 0;
    return toe_push_capabilities(engine) | toe_slots_capabilities(engine) |
           (uint32_t)NIC_CAPABILITY_CHECKPOINT | (uint32_t)NIC_CAPABILITY_HARD_IMAGE |
           (uint32_t)NIC_CAPABILITY_TUPLE | (uint32_t)NIC_CAPABILITY_FLOW_HASH |
           (recorded ? (uint32_t)NIC_CAPABILITY_RECORDED : 0);
}

/* Both halves are of the moment in which the lower one is read. */
static uint32_t read_clock(struct toe_engine *engine, uint64_t now_ps)
{
    if (engine->clock.is_free)
        engine->clock.latched_ps = nic_clock_counter_ps(&engine->clock, now_ps);
    return (uint32_t)engine->clock.latched_ps;
}

uint32_t toe_regs_read(void *self, uint32_t offset, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    const struct toe_regs *r = &engine->regs;
    bool fenced = r->fenced_by_link || r->fenced_by_self;
    const struct toe_ring *ring = ring_at(engine, offset & ~0xfu);
    if (ring)
        return ring_read(ring, offset & 0xfu);
    switch (offset) {
    case NIC_REG_MAGIC:
        return NIC_MAGIC;
    case NIC_REG_VERSION:
        return engine->params.contract;
    case NIC_REG_CAPABILITIES:
        return capabilities(engine);
    case NIC_REG_SLOT_COUNT:
        return toe_slots_count(engine);
    case NIC_REG_GRANT_COUNT:
        return toe_slots_count(engine) > 0 ? GRANTS_MAX : 0;
    case NIC_REG_CONTROL:
        return r->control;
    case NIC_REG_STATUS:
        return (toe_ctx_is_ready(engine) ? (uint32_t)NIC_STATUS_READY : 0) |
               (fenced ? (uint32_t)NIC_STATUS_FENCED : 0) |
               (engine->clock.is_free ? (uint32_t)NIC_STATUS_CLOCK : 0);
    case NIC_REG_NIC_ID:
        return r->nic_id;
    case NIC_REG_MTU:
        return r->mtu;
    case NIC_REG_MAC_LO:
        return r->mac[0] | (uint32_t)r->mac[1] << 8 | (uint32_t)r->mac[2] << 16 |
               (uint32_t)r->mac[3] << 24;
    case NIC_REG_MAC_HI:
        return r->mac[4] | (uint32_t)r->mac[5] << 8;
    case NIC_REG_CONN_MAX:
        return engine->params.conn_max;
    case NIC_REG_LINK:
        return r->link_up;
    case NIC_REG_HEARTBEAT_US:
        return r->heartbeat_us;
    case NIC_REG_MODERATION_NS:
        return r->moderation_ns;
    case NIC_REG_CHALLENGE_RATE:
        return engine->stats.challenges.rate;
    case NIC_REG_CHECKPOINT_LO:
        return (uint32_t)r->checkpoint_base;
    case NIC_REG_CHECKPOINT_HI:
        return (uint32_t)(r->checkpoint_base >> 32);
    case NIC_REG_CHECKPOINT_LINES:
        return r->checkpoint_lines;
    case NIC_REG_FLOW_HASH:
        return r->flow_hash;
    case NIC_REG_CLOCK_LO:
        return read_clock(engine, now_ps);
    case NIC_REG_CLOCK_HI:
        return (uint32_t)((uint64_t)engine->clock.latched_ps >> 32);
    case NIC_REG_CLOCK_BASE_LO:
        return (uint32_t)engine->clock.base_ps;
    case NIC_REG_CLOCK_BASE_HI:
        return (uint32_t)((uint64_t)engine->clock.base_ps >> 32);
    default:
        return 0; /* write-only and unused offsets read as zero */
    }
}

static void heartbeat(struct toe_engine *engine, uint64_t now_ps)
{
    int64_t limit_ps = (int64_t)(engine->regs.heartbeat_us * PS_PER_US);
    int64_t end_ps = nic_clock_time_ps(&engine->clock, now_ps) + limit_ps;
    toe_due_set(engine, UNIT_HEARTBEAT,
                limit_ps ? nic_clock_when_ps(&engine->clock, end_ps, now_ps) : TIME_NEVER);
}

static void station(struct toe_engine *engine)
{
    if (engine->wiring.mac_set_station)
        engine->wiring.mac_set_station(engine->wiring.mac_self, engine->regs.mac);
}

/* Register reset: returns everything, including the context cache, to power-on state, and lifts a fence
 * that the engine itself had set. */
static void register_reset(struct toe_engine *engine, uint64_t now_ps)
{
    bool was_fenced = engine->regs.fenced_by_self;
    toe_discard_all(engine, now_ps);
    toe_ctx_reset(engine, now_ps);
    toe_regs_power_on(engine);
    if (was_fenced && !engine->regs.fenced_by_link)
        toe_unfence(engine, now_ps);
}

static void write_control(struct toe_engine *engine, uint32_t value, uint64_t now_ps)
{
    if (value & NIC_CONTROL_RESET) {
        register_reset(engine, now_ps);
        return;
    }
    if (engine->regs.fenced_by_link || engine->regs.fenced_by_self)
        return;
    engine->regs.control = (value & NIC_CONTROL_ENABLE) | toe_push_control(engine, value);
    if (toe_is_running(engine))
        toe_set_dark(engine, false, now_ps);
}

/* The registers of version 2 behave as unused offsets in version 1. */
static void checkpoint_write(struct toe_engine *engine, uint32_t offset, uint32_t value)
{
    struct toe_regs *r = &engine->regs;
    if (engine->params.contract < 2)
        return;
    if (offset == NIC_REG_CHECKPOINT_LO)
        r->checkpoint_base = (r->checkpoint_base & ~(uint64_t)UINT32_MAX) | value;
    else if (offset == NIC_REG_CHECKPOINT_HI)
        r->checkpoint_base = (r->checkpoint_base & UINT32_MAX) | (uint64_t)value << 32;
    else
        r->checkpoint_lines = u32_min(value, CHECKPOINT_LINES_MAX);
}

/* The upper half makes the base effective. A clock that gets the time of the host has no base. */
static void set_clock_base(struct toe_engine *engine, uint32_t high, uint64_t now_ps)
{
    struct nic_clock *clock = &engine->clock;
    if (clock->is_free)
        nic_clock_set_base(clock, (int64_t)((uint64_t)high << 32 | clock->base_low),
                           toe_is_running(engine), now_ps);
}

static void setup_write(struct toe_engine *engine, uint32_t offset, uint32_t value, uint64_t now_ps)
{
    struct toe_regs *r = &engine->regs;
    switch (offset) {
    case NIC_REG_CONTROL:
        write_control(engine, value, now_ps);
        break;
    case NIC_REG_NIC_ID:
        r->nic_id = value;
        break;
    case NIC_REG_MTU:
        r->mtu = u32_max(MTU_MIN, u32_min(value, MTU_MAX));
        break;
    case NIC_REG_MAC_LO:
        for (int i = 0; i < 4; i++)
            r->mac[i] = (uint8_t)(value >> (8 * i));
        station(engine);
        break;
    case NIC_REG_MAC_HI:
        r->mac[4] = (uint8_t)value;
        r->mac[5] = (uint8_t)(value >> 8);
        station(engine);
        break;
    case NIC_REG_HEARTBEAT_US:
        r->heartbeat_us = value;
        heartbeat(engine, now_ps);
        break;
    case NIC_REG_HEARTBEAT:
        heartbeat(engine, now_ps);
        break;
    case NIC_REG_MODERATION_NS:
        r->moderation_ns = value;
        break;
    case NIC_REG_CHALLENGE_RATE:
        engine->stats.challenges.rate = value;
        break;
    case NIC_REG_CHALLENGE_KEY:
        engine->stats.challenges.key = value;
        break;
    case NIC_REG_LOOKUP_KEY:
        toe_ctx_lookup_key(engine, value, now_ps);
        break;
    case NIC_REG_CHECKPOINT_LO:
    case NIC_REG_CHECKPOINT_HI:
    case NIC_REG_CHECKPOINT_LINES:
        checkpoint_write(engine, offset, value);
        break;
    case NIC_REG_CLOCK_BASE_LO:
        engine->clock.base_low = value;
        break;
    case NIC_REG_CLOCK_BASE_HI:
        set_clock_base(engine, value, now_ps);
        break;
    case NIC_REG_FLOW_HASH:
        r->flow_hash = engine->params.contract >= 2 && (value & 1) != 0;
        break;
    default:
        break; /* read-only and unused offsets ignore writes */
    }
}

static void word_write(struct toe_engine *engine, uint32_t offset, uint32_t value, uint64_t now_ps)
{
    struct toe_ring *ring = ring_at(engine, offset & ~0xfu);
    if (ring) {
        ring_write(ring, offset & 0xfu, value);
        return;
    }
    switch (offset) {
    case NIC_REG_CMD_PRODUCER:
        engine->rings->cmd.producer = value;
        break;
    case NIC_REG_RECORD_CONSUMER:
        engine->rings->record.consumer = value;
        break;
    case NIC_REG_EVENT_CONSUMER:
        engine->rings->event.consumer = value;
        break;
    case NIC_REG_BUFFER_PRODUCER:
        toe_buffer_posted(engine, value);
        break;
    case NIC_REG_ARM_RECORD:
        engine->rings->record.consumer = value;
        toe_irq_arm(engine, NIC_VECTOR_RECORD, value, now_ps);
        break;
    case NIC_REG_ARM_EVENT:
        engine->rings->event.consumer = value;
        toe_irq_arm(engine, NIC_VECTOR_EVENT, value, now_ps);
        break;
    default:
        setup_write(engine, offset, value, now_ps);
        break;
    }
}

void toe_regs_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    const uint8_t *bytes = data;
    assert(len % WORD == 0);
    if (offset == NIC_REG_CONN_DOORBELL && len == sizeof(struct nic_doorbell)) {
        struct nic_doorbell bell;
        memcpy(&bell, data, sizeof bell);
        if (toe_is_running(engine))
            toe_doorbell(engine, &bell, now_ps);
    } else if (toe_push_has(engine, offset, len)) {
        toe_push_write(engine, offset, data, len, now_ps);
    } else if (toe_slots_has(engine, offset, len)) {
        toe_slots_write(engine, offset, data, len);
    } else {
        for (uint32_t i = 0; i < len; i += WORD) {
            uint32_t value;
            memcpy(&value, bytes + i, sizeof value);
            word_write(engine, offset + i, value, now_ps);
        }
    }
    toe_kick(engine, now_ps);
}

void toe_regs_fence(void *self, bool fenced, uint64_t now_ps)
{
    struct toe_engine *engine = self;
    if (engine->regs.fenced_by_link == fenced)
        return;
    engine->regs.fenced_by_link = fenced;
    if (fenced) {
        toe_fence(engine, now_ps);
    } else if (!engine->regs.fenced_by_self) {
        toe_unfence(engine, now_ps);
    }
    toe_wake(engine);
}
