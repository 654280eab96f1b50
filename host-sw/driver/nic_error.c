#include "host-sw/driver/nic_error.h"

#include "host-sw/driver/nic_probe.h"
#include "models/hwif/port_regs.h"

enum {
    CFG_COMMAND = 0x04,
    COMMAND_MEMORY_MASTER = 0x6,
    EXTENDED_FIRST = 0x100,
    EXTENDED_ID_AER = 1,
    EXTENDED_STEPS_MAX = 64, /* limit of the search, in case the list has a loop */
    AER_UNCORRECTABLE = 0x04,
    AER_CORRECTABLE = 0x10,
};

const char *const nic_error_names[NIC_ERROR_COUNT] = {
#define X(id, key, uncorrectable, bit) key,
    NIC_ERRORS(X)
#undef X
};

static const struct {
    bool uncorrectable;
    unsigned bit;
} places[NIC_ERROR_COUNT] = {
#define X(id, key, uncorrectable, bit) {uncorrectable, bit},
    NIC_ERRORS(X)
#undef X
};

/* The errors that both ends of the link have logged. */
struct aer_status {
    uint32_t correctable, uncorrectable;
};

static uint32_t port_read(struct nic_bus bus, unsigned nic, uint32_t offset)
{
    bus.ops->charge(bus.self, CPU_COST_PORT, 1);
    return bus.ops->port_read32(bus.self, nic, offset);
}

/* Reads a register with RW1C status bits and clears the bits that were set. */
static uint32_t port_take(struct nic_bus bus, unsigned nic, uint32_t offset)
{
    uint32_t value = port_read(bus, nic, offset);
    if (value) {
        bus.ops->charge(bus.self, CPU_COST_PORT, 1);
        bus.ops->port_write32(bus.self, nic, offset, value);
    }
    return value;
}

/* Returns the offset of the AER capability, or 0 if there is none. */
static uint32_t find_aer(struct nic_bus bus, unsigned nic)
{
    uint32_t at = EXTENDED_FIRST, header = 0;
    for (int i = 0; i < EXTENDED_STEPS_MAX && at >= EXTENDED_FIRST; i++) {
        if (!bus.ops->cfg_read32(bus.self, nic, at, &header) || header == 0)
            return 0;
        if ((header & 0xffff) == EXTENDED_ID_AER)
            return at;
        at = header >> 20 & 0xffc;
    }
    return 0;
}

static uint32_t nic_take(struct nic_bus bus, unsigned nic, uint32_t offset)
{
    uint32_t value = 0;
    if (!bus.ops->cfg_read32(bus.self, nic, offset, &value) || value == UINT32_MAX)
        return 0;
    if (value)
        (void)bus.ops->cfg_write32(bus.self, nic, offset, value);
    return value;
}

static void read_nic(struct nic_bus bus, unsigned nic, struct aer_status *status,
                     struct nic_error_report *report)
{
    uint32_t command = 0;
    if (!nic_probe_is_alive(bus, nic) || !bus.ops->cfg_read32(bus.self, nic, CFG_COMMAND, &command))
        return;
    report->answers = true;
    report->stopped = (command & COMMAND_MEMORY_MASTER) != COMMAND_MEMORY_MASTER;
    uint32_t aer = find_aer(bus, nic);
    if (aer == 0)
        return;
    status->uncorrectable |= nic_take(bus, nic, aer + AER_UNCORRECTABLE);
    status->correctable |= nic_take(bus, nic, aer + AER_CORRECTABLE);
}

bool nic_error_link_is_down(struct nic_bus bus, unsigned nic)
{
    return (port_read(bus, nic, PORT_LINK) & PORT_LINK_ACTIVE) == 0;
}

void nic_error_service(struct nic_bus bus, unsigned nic, struct nic_error_counts *counts,
                       struct nic_error_report *report)
{
    struct aer_status status = {0};
    *report = (struct nic_error_report){0};
    counts->interrupts++;
    /* The causes of the interrupt are cleared first, so that later errors interrupt again. */
    (void)port_take(bus, nic, PORT_ROOT_STATUS);
    (void)port_take(bus, nic, PORT_SLOT);
    status.uncorrectable = port_take(bus, nic, PORT_UNCORRECTABLE);
    status.correctable = port_take(bus, nic, PORT_CORRECTABLE);
    report->link_is_down = nic_error_link_is_down(bus, nic);
    if (!report->link_is_down)
        read_nic(bus, nic, &status, report);
    report->uncorrectable = status.uncorrectable != 0;
    for (int i = 0; i < NIC_ERROR_COUNT; i++) {
        uint32_t from = places[i].uncorrectable ? status.uncorrectable : status.correctable;
        counts->seen[i] += from >> places[i].bit & 1;
    }
}
