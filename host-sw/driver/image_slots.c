#include "host-sw/driver/image_slots.h"

#include "models/hwif/conn_ctx.h"
#include "models/hwif/nic_desc.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>

enum { FIRST_VERSION = 2 }; /* of the interface that has capabilities */

void image_slots_init(struct image_slots *slots, struct nic_bus bus, unsigned nic, uint32_t version)
{
    *slots = (struct image_slots){.bus = bus, .nic = nic};
    if (version < FIRST_VERSION)
        return;
    uint32_t capabilities = bus.ops->mmio_read32(bus.self, nic, NIC_REG_CAPABILITIES);
    if ((capabilities & NIC_CAPABILITY_IMAGE_SLOTS) == 0)
        return;
    uint32_t count = bus.ops->mmio_read32(bus.self, nic, NIC_REG_SLOT_COUNT);
    slots->count = count <= NIC_IMAGE_SLOTS_MAX ? count : 0; /* all ones: the NIC is dead */
    if (slots->count > 0 && (capabilities & NIC_CAPABILITY_GRANT))
        slots->grants_max = bus.ops->mmio_read32(bus.self, nic, NIC_REG_GRANT_COUNT);
}

static uint32_t offset_of(uint8_t slot)
{
    return NIC_REG_IMAGE_SLOTS + slot * (uint32_t)NIC_IMAGE_SLOT_BYTES;
}

bool image_slots_grant(struct image_slots *slots, uint64_t bar_address, uint8_t *slot,
                       uint64_t *address)
{
    if (slots->grants >= slots->grants_max || !image_slots_take(slots, slot))
        return false;
    slots->grants++;
    *address = bar_address + offset_of(*slot);
    return true;
}

void image_slots_end_grant(struct image_slots *slots)
{
    assert(slots->grants > 0);
    slots->grants--;
}

bool image_slots_take(struct image_slots *slots, uint8_t *slot)
{
    for (uint32_t i = 0; i < slots->count; i++) {
        if (slots->used_bits >> i & 1)
            continue;
        slots->used_bits |= UINT64_C(1) << i;
        *slot = (uint8_t)i;
        return true;
    }
    return false;
}

bool image_slots_explain(uint8_t result)
{
    return result == NIC_RESULT_NO_IMAGE || result == NIC_RESULT_BAD_IMAGE ||
           result == NIC_RESULT_STALE || result == NIC_RESULT_UNSUPPORTED ||
           result == NIC_RESULT_BUSY;
}

void image_slots_give_back(struct image_slots *slots, uint8_t slot)
{
    assert(slot < slots->count && (slots->used_bits >> slot & 1));
    slots->used_bits &= ~(UINT64_C(1) << slot);
}

void image_slots_write(const struct image_slots *slots, uint8_t slot, const struct conn_ctx *image)
{
    assert(slot < slots->count && (slots->used_bits >> slot & 1));
    struct nic_bus bus = slots->bus;
    uint32_t base = offset_of(slot);
    for (uint32_t at = 0; at < sizeof *image; at += NIC_IMAGE_LINE_BYTES) {
        bus.ops->charge(bus.self, CPU_COST_LINE, 1);
        bus.ops->mmio_write(bus.self, slots->nic, base + at, (const uint8_t *)image + at,
                            NIC_IMAGE_LINE_BYTES);
    }
}
