#include "host-sw/driver/push_window.h"

#include "models/base/memory.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_VERSION = 2 }; /* of the interface that has capabilities */

static uint32_t slot_of(const struct push_window *window, uint32_t number)
{
    return number & ((1u << window->log2_slots) - 1);
}

bool push_window_init(struct push_window *window, struct nic_bus bus, unsigned nic,
                      uint32_t version)
{
    *window = (struct push_window){.bus = bus, .nic = nic};
    if (version < FIRST_VERSION)
        return false;
    uint32_t capabilities = bus.ops->mmio_read32(bus.self, nic, NIC_REG_CAPABILITIES);
    uint32_t log2 =
        (capabilities & NIC_CAPABILITY_PUSH_LOG2_MASK) >> NIC_CAPABILITY_PUSH_LOG2_SHIFT;
    if ((capabilities & NIC_CAPABILITY_PUSH) == 0 || log2 > NIC_PUSH_LOG2_MAX)
        return false;
    window->log2_slots = log2;
    window->lines = calloc((size_t)1 << log2, sizeof *window->lines);
    memory_check(window->lines);
    return true;
}

void push_window_free(struct push_window *window)
{
    free(window->lines);
    window->lines = NULL;
}

void push_window_put(struct push_window *window, uint32_t number, const struct nic_cmd *cmd)
{
    assert(window->lines);
    window->lines[slot_of(window, number)] = *cmd;
}

void push_window_write(const struct push_window *window, uint32_t from, uint32_t end)
{
    struct nic_bus bus = window->bus;
    for (uint32_t number = from; number != end; number++) {
        uint32_t slot = slot_of(window, number);
        uint32_t offset = NIC_REG_PUSH_WINDOW + slot * NIC_PUSH_SLOT_BYTES;
        bus.ops->charge(bus.self, CPU_COST_LINE, 1);
        bus.ops->mmio_write(bus.self, window->nic, offset, &window->lines[slot],
                            sizeof window->lines[slot]);
    }
}
