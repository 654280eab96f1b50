#include "host-sw/driver/rings.h"

#include "models/hwif/nic_regs.h"

#include <assert.h>

void ring_write_reg(struct nic_bus bus, unsigned nic, uint32_t reg, uint32_t value)
{
    bus.ops->charge(bus.self, CPU_COST_DOORBELL, 1);
    bus.ops->mmio_write(bus.self, nic, reg, &value, sizeof value);
}

static bool place_init(struct ring_place *place, struct nic_bus bus, unsigned nic,
                       uint32_t block_reg, uint32_t log2_entries, uint32_t entry_bytes)
{
    assert(log2_entries <= 24);
    *place = (struct ring_place){bus, nic, 0, log2_entries, entry_bytes};
    place->base = bus.ops->mem_alloc(bus.self, (uint64_t)entry_bytes << log2_entries);
    if (place->base == 0)
        return false;
    ring_write_reg(bus, nic, block_reg + NIC_REG_RING_BASE_LO, (uint32_t)place->base);
    ring_write_reg(bus, nic, block_reg + NIC_REG_RING_BASE_HI, (uint32_t)(place->base >> 32));
    ring_write_reg(bus, nic, block_reg + NIC_REG_RING_LOG2, log2_entries);
    return true;
}

void ring_place_free(struct ring_place *place)
{
    if (place->base)
        place->bus.ops->mem_free(place->bus.self, place->base,
                                 (uint64_t)place->entry_bytes << place->log2_entries);
    place->base = 0;
}

static uint64_t place_address(const struct ring_place *place, uint32_t index)
{
    uint32_t slot = index & ((1u << place->log2_entries) - 1);
    return place->base + (uint64_t)slot * place->entry_bytes;
}

bool host_ring_init(struct host_ring *ring, struct nic_bus bus, unsigned nic, uint32_t block_reg,
                    uint32_t doorbell_reg, uint32_t log2_entries, uint32_t entry_bytes)
{
    *ring = (struct host_ring){.doorbell_reg = doorbell_reg};
    return place_init(&ring->place, bus, nic, block_reg, log2_entries, entry_bytes);
}

uint32_t host_ring_space(const struct host_ring *ring)
{
    return (1u << ring->place.log2_entries) - (ring->producer - ring->consumer);
}

void host_ring_push(struct host_ring *ring, const void *entry)
{
    assert(host_ring_space(ring) > 0);
    const struct ring_place *place = &ring->place;
    place->bus.ops->mem_write(place->bus.self, place_address(place, ring->producer), entry,
                              place->entry_bytes);
    ring->producer++;
}

void host_ring_flush(struct host_ring *ring)
{
    if (ring->rung == ring->producer)
        return;
    ring->rung = ring->producer;
    ring_write_reg(ring->place.bus, ring->place.nic, ring->doorbell_reg, ring->producer);
}

bool nic_ring_init(struct nic_ring *ring, struct nic_bus bus, unsigned nic, uint32_t block_reg,
                   uint32_t consumer_reg, uint32_t arm_reg, uint32_t log2_entries,
                   uint32_t entry_bytes, uint32_t phase_byte)
{
    assert(phase_byte < entry_bytes);
    *ring = (struct nic_ring){
        .consumer_reg = consumer_reg, .arm_reg = arm_reg, .phase_byte = phase_byte};
    return place_init(&ring->place, bus, nic, block_reg, log2_entries, entry_bytes);
}

const void *nic_ring_peek(const struct nic_ring *ring)
{
    const struct ring_place *place = &ring->place;
    const uint8_t *entry = place->bus.ops->mem_read(
        place->bus.self, place_address(place, ring->consumer), place->entry_bytes);
    /* The phase is 1 on the first lap, so an entry of zeroed memory is invalid (nic_desc.h). */
    uint32_t valid_phase = 1 - (ring->consumer >> place->log2_entries & 1);
    return (entry[ring->phase_byte] & 1u) == valid_phase ? entry : 0;
}

void nic_ring_advance(struct nic_ring *ring) { ring->consumer++; }

void nic_ring_release(struct nic_ring *ring)
{
    if (ring->reported == ring->consumer)
        return;
    ring->reported = ring->consumer;
    ring_write_reg(ring->place.bus, ring->place.nic, ring->consumer_reg, ring->consumer);
}

void nic_ring_arm(struct nic_ring *ring)
{
    if (ring->armed)
        return;
    ring->armed = true;
    ring_write_reg(ring->place.bus, ring->place.nic, ring->arm_reg, ring->consumer);
}

uint64_t nic_ring_next_address(const struct nic_ring *ring)
{
    return place_address(&ring->place, ring->consumer);
}
