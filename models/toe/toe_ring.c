/*
 * Rings in host memory: records and events out, commands and buffers in, and the interrupts of the
 * former. A full record ring holds the receive pipeline; events that find their ring full wait
 * here, and then no further command starts. Nothing is lost.
 */
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

static uint32_t ring_size(const struct toe_ring *ring) { return 1u << ring->log2; }

static bool has_room(const struct toe_ring *ring)
{
    return ring->base != 0 && ring->producer - ring->consumer < ring_size(ring);
}

/* Writes one 64-byte entry; the caller has set its phase. */
static void push(struct toe_engine *e, struct toe_ring *ring, unsigned vector, const void *entry,
                 struct pcie_done visible, uint64_t now_ps)
{
    struct pcie_done nobody = {0};
    uint64_t address = ring->base + (uint64_t)(ring->producer & (ring_size(ring) - 1)) * 64;
    assert(has_room(ring));
    ring->producer++;
    e->wiring.pcie.ops->write(e->wiring.pcie.self, address, entry, 64, nobody, visible, now_ps);
    toe_irq_fire(e, vector, now_ps);
}

static uint8_t phase_of(const struct toe_ring *ring)
{
    return (uint8_t)(1 - ((ring->producer >> ring->log2) & 1));
}

bool toe_record_has_room(const struct toe_engine *e) { return has_room(&e->record_ring); }

/* In the cookie of a record's write, beside the frame's number: the frame is the host's, so when the
 * record is lost with the link, so is the frame. */
#define RECORD_GIVES_FRAME (UINT64_C(1) << 63)

/* T2 of a move, if this record starts one. */
static void on_record_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *e = self;
    uint64_t frame_id = cookie & ~RECORD_GIVES_FRAME;
    if (now_ps != TIME_NEVER) {
        toe_probe(e, (struct probe_event){.kind = PROBE_RECORD_VISIBLE,
                                          .now_ps = now_ps,
                                          .conn = PROBE_NO_CONN,
                                          .frame.id = frame_id});
    } else if (cookie & RECORD_GIVES_FRAME) {
        drop_count(&e->stats.drops, DROP_FENCED);
        e->stats.rx_dropped++;
        toe_probe(e, (struct probe_event){.kind = PROBE_FRAME_DROPPED,
                                          .now_ps = e->fenced_ps,
                                          .conn = PROBE_NO_CONN,
                                          .drop.id = frame_id,
                                          .drop.reason = DROP_FENCED});
    }
}

/* An injected frame is not: the host has kept it. */
static bool gives_frame(const struct nic_record *record)
{
    return record->verdict != NIC_VERDICT_APPLIED && record->verdict != NIC_VERDICT_DROPPED &&
           (record->flags & NIC_RECORD_INJECTED) == 0;
}

void toe_record_write(struct toe_engine *e, struct nic_record *record, uint64_t now_ps)
{
    static_assert(NIC_RECORD_PHASE == 1, "the phase is bit 0");
    uint64_t cookie = record->frame_id | (gives_frame(record) ? RECORD_GIVES_FRAME : 0);
    struct pcie_done visible = {on_record_visible, e, cookie};
    record->flags |= phase_of(&e->record_ring);
    e->stats.records++;
    push(e, &e->record_ring, NIC_VECTOR_RECORD, record, visible, now_ps);
}

/* T7 of a move: the image is there as well, since writes do not pass each other. */
static void on_frozen_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (now_ps != TIME_NEVER)
        toe_probe(e, (struct probe_event){.kind = PROBE_CMD_DONE,
                                          .now_ps = now_ps,
                                          .conn = (uint32_t)cookie,
                                          .gen = (uint16_t)(cookie >> 32),
                                          .done.op = NIC_CMD_FREEZE});
}

static void event_write(struct toe_engine *e, const struct nic_event *event, uint64_t now_ps)
{
    struct nic_event out = *event;
    out.flags = phase_of(&e->event_ring);
    out.nic = (uint8_t)e->regs.nic_id;
    e->stats.events++;
    if (event->kind == NIC_EVENT_STALE_DOORBELL && event->conn < e->params.conn_max)
        e->conn[event->conn].stale_told = false;
    struct pcie_done visible = {0};
    bool of_move = event->kind == NIC_EVENT_CMD_DONE && event->op == NIC_CMD_FREEZE;
    if (of_move)
        visible =
            (struct pcie_done){on_frozen_visible, e, (uint64_t)event->gen << 32 | event->conn};
    push(e, &e->event_ring, NIC_VECTOR_EVENT, &out, visible, now_ps);
}

void toe_event_post(struct toe_engine *e, const struct nic_event *event, uint64_t now_ps)
{
    if (e->event_count == 0 && has_room(&e->event_ring)) {
        event_write(e, event, now_ps);
        return;
    }
    assert(e->event_count < e->event_capacity);
    e->stats.event_stalls++;
    e->events[(e->event_head + e->event_count++) % e->event_capacity] = *event;
}

void toe_event_kick(struct toe_engine *e, uint64_t now_ps)
{
    while (e->event_count > 0 && has_room(&e->event_ring)) {
        event_write(e, &e->events[e->event_head], now_ps);
        e->event_head = (e->event_head + 1) % e->event_capacity;
        e->event_count--;
    }
}

/* Entries of a host-written ring that one read may take: posted, and without a wrap. */
static uint32_t batch(const struct toe_ring *ring, uint32_t most)
{
    uint32_t posted = ring->producer - ring->consumer;
    uint32_t to_end = ring_size(ring) - (ring->consumer & (ring_size(ring) - 1));
    return u32_min(u32_min(posted, to_end), most);
}

static void on_cmds(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    uint32_t n = len / (uint32_t)sizeof(struct nic_cmd);
    e->cmd_ring.fetching = false;
    e->cmd_ring.consumer += n;
    for (uint32_t i = 0; i < n; i++)
        memcpy(&e->cmd.queue[(e->cmd.head + e->cmd.count + i) % PREFETCH_MAX],
               data + i * sizeof(struct nic_cmd), sizeof(struct nic_cmd));
    e->cmd.count += n;
    assert(e->cmd.count <= PREFETCH_MAX);
    toe_kick(e, now_ps);
}

void toe_ring_fetch_cmds(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_ring *ring = &e->cmd_ring;
    uint32_t room = u32_min(e->params.cmd_prefetch, PREFETCH_MAX - e->cmd.count);
    uint32_t n = batch(ring, room);
    if (ring->fetching || n == 0 || ring->base == 0)
        return;
    ring->fetching = true;
    uint64_t at = ring->base + (uint64_t)(ring->consumer & (ring_size(ring) - 1)) * 64;
    toe_cmd_read(e, at, n * 64, 0, on_cmds, now_ps);
}

static void on_buffers(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    uint32_t n = len / (uint32_t)sizeof(struct nic_buffer);
    e->buffer_ring.fetching = false;
    e->buffer_ring.consumer += n;
    for (uint32_t i = 0; i < n; i++) {
        struct nic_buffer buffer;
        memcpy(&buffer, data + i * sizeof buffer, sizeof buffer);
        e->buffers[(e->buffer_head + e->buffer_count++) % PREFETCH_MAX] = buffer.address;
    }
    assert(e->buffer_count <= PREFETCH_MAX);
    toe_kick(e, now_ps);
}

/* Refills when half of the prefetched descriptors are used, so that bursts do not wait. */
void toe_ring_fetch_buffers(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_ring *ring = &e->buffer_ring;
    if (ring->fetching || ring->base == 0 || e->buffer_count > e->params.buffer_prefetch / 2)
        return;
    uint32_t n = batch(ring, e->params.buffer_prefetch - e->buffer_count);
    if (n == 0)
        return;
    ring->fetching = true;
    uint64_t at =
        ring->base + (uint64_t)(ring->consumer & (ring_size(ring) - 1)) * sizeof(struct nic_buffer);
    toe_cmd_read(e, at, n * (uint32_t)sizeof(struct nic_buffer), 0, on_buffers, now_ps);
}

/* --- interrupts --- */

static const struct toe_ring *ring_of(const struct toe_engine *e, unsigned vector)
{
    return vector == NIC_VECTOR_RECORD ? &e->record_ring : &e->event_ring;
}

/* The host has seen `seen` entries and wants one interrupt when there are more. */
void toe_irq_arm(struct toe_engine *e, unsigned vector, uint32_t seen, uint64_t now_ps)
{
    e->irq[vector].armed = true;
    e->irq[vector].seen = seen;
    toe_irq_fire(e, vector, now_ps);
}

/* Sends the interrupt if it is wanted, due and not held back. */
void toe_irq_fire(struct toe_engine *e, unsigned vector, uint64_t now_ps)
{
    struct toe_irq *irq = &e->irq[vector];
    if (!irq->armed || ring_of(e, vector)->producer == irq->seen)
        return;
    uint64_t next = irq->fired_ps + e->regs.moderation_ns * PS_PER_NS;
    if (irq->fired_before && next > now_ps) {
        enum toe_unit unit = vector == NIC_VECTOR_RECORD ? UNIT_IRQ_RECORD : UNIT_IRQ_EVENT;
        if (e->due[unit].at_ps != next)
            toe_due_set(e, unit, next);
        return;
    }
    irq->armed = false;
    irq->fired_before = true;
    irq->fired_ps = now_ps;
    e->wiring.pcie.ops->msix(e->wiring.pcie.self, vector, now_ps);
}
