#include "host-sw/driver/nic_probe.h"

#include "models/hwif/nic_regs.h"

#include <assert.h>

/* Offsets and bits of a Type 0 header and its capabilities (PCI Express Base, chapter 7). */
enum {
    CFG_ID = 0x00,
    CFG_COMMAND = 0x04,
    CFG_BAR0 = 0x10,
    CFG_BAR1 = 0x14,
    CFG_CAP_POINTER = 0x34,
    CMD_MEMORY = 1 << 1,
    CMD_BUS_MASTER = 1 << 2,
    STATUS_CAP_LIST = 1 << 20, /* the status register is the upper half of the command's dword */
    BAR_IO = 1 << 0,
    BAR_TYPE_64 = 2 << 1,
    BAR_TYPE_MASK = 3 << 1,
    CAP_PCIE = 0x10,
    CAP_MSIX = 0x11,
    CAP_STEPS_MAX =
        48, /* limit of the search, in case the list has a loop; no more capabilities fit */
    PCIE_DEVCAP = 4,
    PCIE_DEVCTL = 8,
    DEVCTL_MPS_SHIFT = 5,
    DEVCTL_MRRS_SHIFT = 12,
    DEVCTL_REPORT = 0xf, /* correctable, non-fatal, fatal, unsupported request */
    MSIX_TABLE = 4,
    MSIX_ENTRY_BYTES = 16,
    MSIX_DATA_FIRST = 0x40,
};
#define BAR_ADDRESS_MASK 0xfffffff0u
#define MSIX_ENABLE (1u << 31)
#define MSIX_FUNCTION_MASK (1u << 30)
#define MSIX_ADDRESS 0xfee00000u /* x86 interrupt window */
#define NO_DEVICE 0xffffffffu

static bool cfg_read(struct nic_bus bus, unsigned nic, uint32_t offset, uint32_t *value)
{
    return bus.ops->cfg_read32(bus.self, nic, offset, value);
}

static bool cfg_write(struct nic_bus bus, unsigned nic, uint32_t offset, uint32_t value)
{
    return bus.ops->cfg_write32(bus.self, nic, offset, value);
}

bool nic_probe_is_alive(struct nic_bus bus, unsigned nic)
{
    uint32_t id = NO_DEVICE;
    return cfg_read(bus, nic, CFG_ID, &id) && id != NO_DEVICE;
}

/* Writes all ones to the BAR and reads the size back (PCI Local Bus 6.2.5.1). Then it writes the address that firmware
 * had chosen, or else ours. Memory decoding is off meanwhile. */
static bool size_bar(struct nic_bus bus, unsigned nic, uint64_t address,
                     struct nic_probe_sizes *sizes)
{
    uint32_t mask = 0, low = 0, high = 0;
    if (!cfg_read(bus, nic, CFG_BAR0, &low) || !cfg_read(bus, nic, CFG_BAR1, &high) ||
        !cfg_write(bus, nic, CFG_BAR0, UINT32_MAX) || !cfg_read(bus, nic, CFG_BAR0, &mask))
        return false;
    bool is_64 = (mask & BAR_TYPE_MASK) == BAR_TYPE_64;
    uint32_t size = ~(mask & BAR_ADDRESS_MASK) + 1;
    if ((mask & BAR_IO) != 0 || (mask & BAR_ADDRESS_MASK) == 0 || size < NIC_BAR0_BYTES)
        return false;
    if ((low & BAR_ADDRESS_MASK) == 0 && (!is_64 || high == 0)) {
        low = (uint32_t)address;
        high = (uint32_t)(address >> 32);
    }
    sizes->bar_address = (low & BAR_ADDRESS_MASK) | (is_64 ? (uint64_t)high << 32 : 0);
    return cfg_write(bus, nic, CFG_BAR0, low) && (!is_64 || cfg_write(bus, nic, CFG_BAR1, high));
}

/* Returns the offset of a capability, or 0 if the device does not have it. */
static uint32_t find_capability(struct nic_bus bus, unsigned nic, uint32_t id)
{
    uint32_t value = 0;
    if (!cfg_read(bus, nic, CFG_COMMAND, &value) || (value & STATUS_CAP_LIST) == 0 ||
        !cfg_read(bus, nic, CFG_CAP_POINTER, &value))
        return 0;
    uint32_t at = value & 0xfc;
    for (int i = 0; i < CAP_STEPS_MAX && at != 0; i++) {
        if (!cfg_read(bus, nic, at, &value))
            return 0;
        if ((value & 0xff) == id)
            return at;
        at = value >> 8 & 0xfc;
    }
    return 0;
}

/* Returns the code of a payload size, which is 128 << code bytes. */
static uint32_t size_code(uint32_t bytes)
{
    uint32_t code = 0;
    while (code < 5 && (128u << code) < bytes)
        code++;
    return code;
}

/* Sets the payload and read request sizes and enables error reporting. Firmware's sizes are kept unless the request
 * names others. The payload size is limited to what the device supports. */
static bool set_device(struct nic_bus bus, unsigned nic, uint32_t cap,
                       const struct nic_probe_request *request, struct nic_probe_sizes *sizes)
{
    uint32_t devcap = 0, devctl = 0;
    if (!cfg_read(bus, nic, cap + PCIE_DEVCAP, &devcap) ||
        !cfg_read(bus, nic, cap + PCIE_DEVCTL, &devctl))
        return false;
    uint32_t mps = devctl >> DEVCTL_MPS_SHIFT & 7;
    uint32_t mrrs = devctl >> DEVCTL_MRRS_SHIFT & 7;
    if (request->mps_bytes != 0)
        mps = size_code(request->mps_bytes);
    if (request->mrrs_bytes != 0)
        mrrs = size_code(request->mrrs_bytes);
    if (mps > (devcap & 7))
        mps = devcap & 7;
    devctl &= 0xffffu; /* the upper half is the status, whose bits are cleared by writing ones */
    devctl &= ~(7u << DEVCTL_MPS_SHIFT | 7u << DEVCTL_MRRS_SHIFT);
    devctl |= mps << DEVCTL_MPS_SHIFT | mrrs << DEVCTL_MRRS_SHIFT | DEVCTL_REPORT;
    sizes->mps_bytes = 128u << mps;
    sizes->mrrs_bytes = 128u << mrrs;
    return cfg_write(bus, nic, cap + PCIE_DEVCTL, devctl);
}

/* Writes address and data of each vector, unmasked, and then sets the function's MSI-X enable bit (PCI 6.8.2). */
static bool enable_msix(struct nic_bus bus, unsigned nic, uint32_t cap)
{
    uint32_t control = 0, table = 0;
    if (!cfg_read(bus, nic, cap, &control) || !cfg_read(bus, nic, cap + MSIX_TABLE, &table))
        return false;
    table &= ~7u; /* the lower bits name BAR 0 */
    for (uint32_t v = 0; v < NIC_VECTOR_COUNT; v++) {
        uint32_t entry[4] = {MSIX_ADDRESS, 0, MSIX_DATA_FIRST + nic * NIC_VECTOR_COUNT + v, 0};
        for (uint32_t i = 0; i < 4; i++)
            bus.ops->mmio_write(bus.self, nic, table + v * MSIX_ENTRY_BYTES + i * 4, &entry[i], 4);
    }
    return cfg_write(bus, nic, cap, (control | MSIX_ENABLE) & ~MSIX_FUNCTION_MASK);
}

static enum nic_probe_result reset_device(struct nic_bus bus, unsigned nic, uint32_t *version)
{
    if (bus.ops->mmio_read32(bus.self, nic, NIC_REG_MAGIC) != NIC_MAGIC)
        return NIC_PROBE_BAD_MAGIC;
    *version = bus.ops->mmio_read32(bus.self, nic, NIC_REG_VERSION);
    if (*version == 0 || *version > NIC_INTERFACE_VERSION)
        return NIC_PROBE_BAD_VERSION;
    uint32_t reset = NIC_CONTROL_RESET;
    bus.ops->mmio_write(bus.self, nic, NIC_REG_CONTROL, &reset, sizeof reset);
    bus.ops->step_end(bus.self);
    return NIC_PROBE_OK;
}

bool nic_probe_is_ready(struct nic_bus bus, unsigned nic, bool *has_clock)
{
    uint32_t status = bus.ops->mmio_read32(bus.self, nic, NIC_REG_STATUS);
    bool ready = status != NO_DEVICE && (status & NIC_STATUS_READY) != 0;
    *has_clock = ready && (status & NIC_STATUS_CLOCK) != 0;
    return ready;
}

enum nic_probe_result nic_probe_begin(struct nic_bus bus, unsigned nic,
                                      const struct nic_probe_request *request,
                                      struct nic_probe_sizes *sizes)
{
    assert(request->bar_address % NIC_BAR0_BYTES == 0);
    uint32_t command = 0;
    if (!nic_probe_is_alive(bus, nic) || !cfg_read(bus, nic, CFG_COMMAND, &command))
        return NIC_PROBE_NO_DEVICE;
    command &= 0xffffu; /* the upper half is the status */
    if (!cfg_write(bus, nic, CFG_COMMAND, command & ~(uint32_t)CMD_MEMORY))
        return NIC_PROBE_NO_DEVICE;
    if (!size_bar(bus, nic, request->bar_address, sizes))
        return NIC_PROBE_BAD_BAR;
    uint32_t pcie = find_capability(bus, nic, CAP_PCIE);
    uint32_t msix = find_capability(bus, nic, CAP_MSIX);
    if (pcie == 0 || msix == 0)
        return NIC_PROBE_NO_CAPABILITY;
    if (!set_device(bus, nic, pcie, request, sizes) ||
        !cfg_write(bus, nic, CFG_COMMAND, command | CMD_MEMORY | CMD_BUS_MASTER) ||
        !enable_msix(bus, nic, msix))
        return NIC_PROBE_NO_DEVICE;
    return reset_device(bus, nic, &sizes->version);
}
