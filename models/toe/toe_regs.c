/*
 * BAR 0 of the NIC (hwif/nic_regs.h), connection doorbells, heartbeat, and the fence by the link.
 */
#include "models/base/planted.h"
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

enum { MTU_MIN = 576, MTU_MAX = 9000, RING_LOG2_MAX = 20, WORD = 4 };

void toe_regs_power_on(struct toe_engine *e)
{
    struct toe_regs *r = &e->regs;
    bool link_up = r->link_up, fenced = r->fenced_by_link;
    memset(r, 0, sizeof *r);
    r->link_up = link_up;
    r->fenced_by_link = fenced;
    r->nic_id = e->nic;
    r->mtu = 1500;
    e->stats.challenges.rate = 0;
    memset(&e->cmd_ring, 0, sizeof e->cmd_ring);
    memset(&e->record_ring, 0, sizeof e->record_ring);
    memset(&e->event_ring, 0, sizeof e->event_ring);
    memset(&e->buffer_ring, 0, sizeof e->buffer_ring);
}

static struct toe_ring *ring_at(struct toe_engine *e, uint32_t block)
{
    switch (block) {
    case NIC_REG_CMD_RING:
        return &e->cmd_ring;
    case NIC_REG_RECORD_RING:
        return &e->record_ring;
    case NIC_REG_EVENT_RING:
        return &e->event_ring;
    case NIC_REG_BUFFER_RING:
        return &e->buffer_ring;
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

uint32_t toe_regs_read(void *self, uint32_t offset, uint64_t now_ps)
{
    struct toe_engine *e = self;
    const struct toe_regs *r = &e->regs;
    bool fenced = r->fenced_by_link || r->fenced_by_self;
    (void)now_ps;
    const struct toe_ring *ring = ring_at(e, offset & ~0xfu);
    if (ring)
        return ring_read(ring, offset & 0xfu);
    switch (offset) {
    case NIC_REG_MAGIC:
        return NIC_MAGIC;
    case NIC_REG_VERSION:
        return NIC_INTERFACE_VERSION;
    case NIC_REG_CONTROL:
        return r->control;
    case NIC_REG_STATUS:
        return (toe_ctx_is_ready(e) ? (uint32_t)NIC_STATUS_READY : 0) |
               (fenced ? (uint32_t)NIC_STATUS_FENCED : 0);
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
        return e->params.conn_max;
    case NIC_REG_LINK:
        return r->link_up;
    case NIC_REG_HEARTBEAT_US:
        return r->heartbeat_us;
    case NIC_REG_MODERATION_NS:
        return r->moderation_ns;
    case NIC_REG_CHALLENGE_RATE:
        return e->stats.challenges.rate;
    default:
        return 0; /* write-only and unused offsets read as zero */
    }
}

static void heartbeat(struct toe_engine *e, uint64_t now_ps)
{
    uint64_t limit = e->regs.heartbeat_us * PS_PER_US;
    toe_due_set(e, UNIT_HEARTBEAT, limit ? now_ps + limit : TIME_NEVER);
}

static void station(struct toe_engine *e)
{
    if (e->wiring.mac_set_station)
        e->wiring.mac_set_station(e->wiring.mac_self, e->regs.mac);
}

static void control(struct toe_engine *e, uint32_t value, uint64_t now_ps)
{
    if (value & NIC_CONTROL_RESET) {
        toe_reset(e, now_ps);
        return;
    }
    if (e->regs.fenced_by_link || e->regs.fenced_by_self)
        return;
    e->regs.control = value & NIC_CONTROL_ENABLE;
    if (toe_is_running(e))
        toe_set_dark(e, false, now_ps);
}

static void setup_write(struct toe_engine *e, uint32_t offset, uint32_t value, uint64_t now_ps)
{
    struct toe_regs *r = &e->regs;
    switch (offset) {
    case NIC_REG_CONTROL:
        control(e, value, now_ps);
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
        station(e);
        break;
    case NIC_REG_MAC_HI:
        r->mac[4] = (uint8_t)value;
        r->mac[5] = (uint8_t)(value >> 8);
        station(e);
        break;
    case NIC_REG_HEARTBEAT_US:
        r->heartbeat_us = value;
        heartbeat(e, now_ps);
        break;
    case NIC_REG_HEARTBEAT:
        heartbeat(e, now_ps);
        break;
    case NIC_REG_MODERATION_NS:
        r->moderation_ns = value;
        break;
    case NIC_REG_CHALLENGE_RATE:
        e->stats.challenges.rate = value;
        break;
    case NIC_REG_CHALLENGE_KEY:
        e->stats.challenges.key = value;
        break;
    default:
        break; /* read-only and unused offsets ignore writes */
    }
}

static void word_write(struct toe_engine *e, uint32_t offset, uint32_t value, uint64_t now_ps)
{
    struct toe_ring *ring = ring_at(e, offset & ~0xfu);
    if (ring) {
        ring_write(ring, offset & 0xfu, value);
        return;
    }
    switch (offset) {
    case NIC_REG_CMD_PRODUCER:
        e->cmd_ring.producer = value;
        break;
    case NIC_REG_RECORD_CONSUMER:
        e->record_ring.consumer = value;
        break;
    case NIC_REG_EVENT_CONSUMER:
        e->event_ring.consumer = value;
        break;
    case NIC_REG_BUFFER_PRODUCER:
        e->buffer_ring.producer = value;
        e->no_buffer_told = false;
        break;
    case NIC_REG_ARM_RECORD:
        e->record_ring.consumer = value;
        toe_irq_arm(e, NIC_VECTOR_RECORD, value, now_ps);
        break;
    case NIC_REG_ARM_EVENT:
        e->event_ring.consumer = value;
        toe_irq_arm(e, NIC_VECTOR_EVENT, value, now_ps);
        break;
    default:
        setup_write(e, offset, value, now_ps);
        break;
    }
}

/* A doorbell for what is not here (any more) has no effect but to say so, once. */
void toe_stale_doorbell(struct toe_engine *e, uint32_t conn, uint16_t gen, uint32_t value,
                        uint64_t now_ps)
{
    e->stats.stale_doorbells++;
    bool known = conn < e->params.conn_max;
    if (known && e->conn[conn].stale_told)
        return;
    if (!known && e->event_count > 0)
        return;
    if (known)
        e->conn[conn].stale_told = true;
    struct nic_event event = {
        .kind = NIC_EVENT_STALE_DOORBELL, .gen = gen, .conn = conn, .a = value};
    toe_event_post(e, &event, now_ps);
}

static uint32_t seq_max(bool valid, uint32_t old, uint32_t value)
{
    return valid && (int32_t)(old - value) > 0 ? old : value;
}

/* Doorbells of one connection merge into the newest values, so their queue is bounded. */
static void doorbell(struct toe_engine *e, const struct nic_doorbell *bell, uint64_t now_ps)
{
    struct toe_conn *c = bell->conn < e->params.conn_max ? &e->conn[bell->conn] : NULL;
    bool here =
        c && c->gen == bell->gen &&
        (c->own_state == OWN_ACTIVE || c->own_state == OWN_HOLD || PLANTED(stale_doorbell_taken));
    if (!here || bell->kind < NIC_DOORBELL_TX || bell->kind > NIC_DOORBELL_FIN) {
        toe_stale_doorbell(e, bell->conn, bell->gen, bell->value, now_ps);
        return;
    }
    toe_probe(e, (struct probe_event){.kind = PROBE_DOORBELL,
                                      .now_ps = now_ps,
                                      .conn = bell->conn,
                                      .gen = bell->gen,
                                      .doorbell.value = bell->value});
    if (bell->kind == NIC_DOORBELL_RX) {
        c->db_rx = seq_max(c->db & TOE_DB_RX, c->db_rx, bell->value);
        c->db |= TOE_DB_RX;
    } else {
        c->db_tx = seq_max(c->db & (TOE_DB_TX | TOE_DB_FIN), c->db_tx, bell->value);
        c->db |= bell->kind == NIC_DOORBELL_FIN ? TOE_DB_FIN : TOE_DB_TX;
    }
    if (c->own_state == OWN_ACTIVE)
        toe_tx_ready(e, bell->conn);
}

void toe_regs_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps)
{
    struct toe_engine *e = self;
    const uint8_t *bytes = data;
    assert(len % WORD == 0);
    if (offset == NIC_REG_CONN_DOORBELL && len == sizeof(struct nic_doorbell)) {
        struct nic_doorbell bell;
        memcpy(&bell, data, sizeof bell);
        if (toe_is_running(e))
            doorbell(e, &bell, now_ps);
    } else {
        for (uint32_t i = 0; i < len; i += WORD) {
            uint32_t value;
            memcpy(&value, bytes + i, sizeof value);
            word_write(e, offset + i, value, now_ps);
        }
    }
    toe_kick(e, now_ps);
}

static void fence(void *self, bool fenced, uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (e->regs.fenced_by_link == fenced)
        return;
    e->regs.fenced_by_link = fenced;
    if (fenced) {
        toe_fence(e, now_ps);
    } else if (!e->regs.fenced_by_self) {
        if (e->wiring.mac_set_fenced)
            e->wiring.mac_set_fenced(e->wiring.mac_self, false, now_ps);
        toe_probe(
            e, (struct probe_event){.kind = PROBE_FENCE, .now_ps = now_ps, .conn = PROBE_NO_CONN});
    }
    toe_wake(e);
}

struct pcie_device toe_engine_device(struct toe_engine *engine)
{
    static const struct pcie_device_ops ops = {
        .mmio_write = toe_regs_write, .mmio_read32 = toe_regs_read, .fence = fence};
    return (struct pcie_device){.ops = &ops, .self = engine};
}
