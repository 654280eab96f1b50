#include "host-sw/minimal/minimal_nic.h"

#include "host-sw/stack/isn.h"
#include "host-sw/types/server_params.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* Configuration space (PCI Express Base, chapter 7; docs/hwif.md, section 1). */
enum {
    CFG_ID = 0x00,
    CFG_COMMAND = 0x04,
    CFG_BAR0 = 0x10,
    CFG_CAPABILITIES = 0x34,
    CAPABILITY_MSIX = 0x11,
    CAPABILITY_EXPRESS = 0x10,
    EXPRESS_CONTROL = 8,
    EXPRESS_REPORT_ERRORS = 0xf,
    MSIX_TABLE = 4,
    MSIX_ENTRY_BYTES = 16,
    CAPABILITIES_MAX = 48, /* as many as fit, in case the list has a loop */
    READY_TRIES = 1000,
};
#define COMMAND_MEMORY_AND_MASTER 6u
#define MSIX_ENABLE (1u << 31)
#define MSIX_ADDRESS 0xfee00000u
#define NO_DEVICE 0xffffffffu
#define BAR0_ADDRESS UINT64_C(0xc000000000) /* where the BAR goes if firmware has chosen nothing */

static uint32_t cfg(const struct minimal_nic *nic, uint32_t offset)
{
    uint32_t value = NO_DEVICE;
    return nic->bus.ops->cfg_read32(nic->bus.self, nic->number, offset, &value) ? value : NO_DEVICE;
}

static void set_cfg(const struct minimal_nic *nic, uint32_t offset, uint32_t value)
{
    assert(offset % 4 == 0);
    (void)nic->bus.ops->cfg_write32(nic->bus.self, nic->number, offset, value);
}

static uint32_t reg(const struct minimal_nic *nic, uint32_t offset)
{
    return nic->bus.ops->mmio_read32(nic->bus.self, nic->number, offset);
}

static void set_reg(const struct minimal_nic *nic, uint32_t offset, uint32_t value)
{
    assert(offset < NIC_BAR0_BYTES);
    nic->bus.ops->charge(nic->bus.self, CPU_COST_DOORBELL, 1);
    nic->bus.ops->mmio_write(nic->bus.self, nic->number, offset, &value, sizeof value);
}

/* Gives BAR 0 an address, unless firmware did. Memory decoding is off meanwhile. */
static bool place_bar(const struct minimal_nic *nic)
{
    set_cfg(nic, CFG_COMMAND, cfg(nic, CFG_COMMAND) & 0xffff & ~COMMAND_MEMORY_AND_MASTER);
    uint32_t low = cfg(nic, CFG_BAR0), high = cfg(nic, CFG_BAR0 + 4);
    set_cfg(nic, CFG_BAR0, NO_DEVICE);
    uint32_t bytes = ~(cfg(nic, CFG_BAR0) & ~0xfu) + 1;
    uint64_t address = (uint64_t)high << 32 | (low & ~0xfu);
    if (address == 0)
        address = BAR0_ADDRESS + (uint64_t)nic->number * NIC_BAR0_BYTES;
    set_cfg(nic, CFG_BAR0, (uint32_t)address);
    set_cfg(nic, CFG_BAR0 + 4, (uint32_t)(address >> 32));
    return bytes >= NIC_BAR0_BYTES;
}

/* Returns the offset of a capability, or 0. */
static uint32_t capability(const struct minimal_nic *nic, uint32_t id)
{
    uint32_t at = cfg(nic, CFG_CAPABILITIES) & 0xfc;
    for (int i = 0; i < CAPABILITIES_MAX && at != 0; i++) {
        uint32_t header = cfg(nic, at);
        if ((header & 0xff) == id)
            return at;
        at = header >> 8 & 0xfc;
    }
    return 0;
}

static void enable_interrupts(const struct minimal_nic *nic, uint32_t msix)
{
    uint32_t table = cfg(nic, msix + MSIX_TABLE) & ~7u;
    for (uint32_t vector = 0; vector < NIC_VECTOR_COUNT; vector++) {
        uint32_t entry[] = {MSIX_ADDRESS, 0, nic->number * NIC_VECTOR_COUNT + vector, 0};
        for (uint32_t i = 0; i < 4; i++)
            set_reg(nic, table + vector * MSIX_ENTRY_BYTES + i * 4, entry[i]);
    }
    set_cfg(nic, msix, (cfg(nic, msix) & 0xffff) | MSIX_ENABLE);
}

/* --- rings (section 3) --- */

static const struct {
    uint32_t block, count, entry_bytes;
} ring_regs[MINIMAL_RINGS] = {
    [MINIMAL_COMMANDS] = {NIC_REG_CMD_RING, NIC_REG_CMD_PRODUCER, sizeof(struct nic_cmd)},
    [MINIMAL_RECORDS] = {NIC_REG_RECORD_RING, NIC_REG_RECORD_CONSUMER, sizeof(struct nic_record)},
    [MINIMAL_EVENTS] = {NIC_REG_EVENT_RING, NIC_REG_EVENT_CONSUMER, sizeof(struct nic_event)},
    [MINIMAL_BUFFER_RING] = {NIC_REG_BUFFER_RING, NIC_REG_BUFFER_PRODUCER,
                             sizeof(struct nic_buffer)},
};

static bool start_rings(struct minimal_nic *nic)
{
    for (int kind = 0; kind < MINIMAL_RINGS; kind++) {
        struct minimal_ring *ring = &nic->rings[kind];
        uint32_t block = ring_regs[kind].block;
        ring->entry_bytes = ring_regs[kind].entry_bytes;
        ring->base = nic->bus.ops->mem_alloc(nic->bus.self,
                                             (uint64_t)ring->entry_bytes << MINIMAL_RING_LOG2);
        if (ring->base == 0)
            return false;
        set_reg(nic, block + NIC_REG_RING_BASE_LO, (uint32_t)ring->base);
        set_reg(nic, block + NIC_REG_RING_BASE_HI, (uint32_t)(ring->base >> 32));
        set_reg(nic, block + NIC_REG_RING_LOG2, MINIMAL_RING_LOG2);
    }
    nic->buffers =
        nic->bus.ops->mem_alloc(nic->bus.self, (uint64_t)MINIMAL_BUFFERS * NIC_BUFFER_BYTES);
    return nic->buffers != 0;
}

static uint64_t next_entry(const struct minimal_ring *ring)
{
    assert(ring->base != 0);
    return ring->base +
           (uint64_t)(ring->count & ((1u << MINIMAL_RING_LOG2) - 1)) * ring->entry_bytes;
}

static void write_entry(struct minimal_nic *nic, enum minimal_ring_kind kind, const void *entry)
{
    assert(nic->rings[kind].base != 0);
    struct minimal_ring *ring = &nic->rings[kind];
    nic->bus.ops->mem_write(nic->bus.self, next_entry(ring), entry, ring->entry_bytes);
    ring->count++;
}

static const uint8_t *peek(const struct minimal_nic *nic, enum minimal_ring_kind kind,
                           size_t phase_byte)
{
    assert(nic->rings[kind].base != 0 && phase_byte < nic->rings[kind].entry_bytes);
    const struct minimal_ring *ring = &nic->rings[kind];
    const uint8_t *entry =
        nic->bus.ops->mem_read(nic->bus.self, next_entry(ring), ring->entry_bytes);
    uint32_t phase = 1 - (ring->count >> MINIMAL_RING_LOG2 & 1);
    return (entry[phase_byte] & 1u) == phase ? entry : NULL;
}

const struct nic_record *minimal_nic_record(const struct minimal_nic *nic)
{
    return (const void *)peek(nic, MINIMAL_RECORDS, offsetof(struct nic_record, flags));
}

const struct nic_event *minimal_nic_event(const struct minimal_nic *nic)
{
    return (const void *)peek(nic, MINIMAL_EVENTS, offsetof(struct nic_event, flags));
}

void minimal_nic_advance(struct minimal_nic *nic, enum minimal_ring_kind kind)
{
    nic->rings[kind].count++;
}

/* --- bring-up (section 1) --- */

static bool reset(const struct minimal_nic *nic)
{
    set_reg(nic, NIC_REG_CONTROL, NIC_CONTROL_RESET);
    for (int i = 0; i < READY_TRIES; i++) {
        uint32_t status = reg(nic, NIC_REG_STATUS);
        if (status != NO_DEVICE && (status & NIC_STATUS_READY) != 0)
            return true;
    }
    return false;
}

static void set_station(const struct minimal_nic *nic, const struct host_sw_params *params)
{
    uint32_t mac[2] = {0};
    struct isn_key secret;
    isn_key_init(&secret, params->isn_seed);
    memcpy(mac, params->mac, sizeof params->mac);
    set_reg(nic, NIC_REG_NIC_ID, nic->number);
    set_reg(nic, NIC_REG_MTU, params->mtu_bytes);
    set_reg(nic, NIC_REG_MAC_LO, mac[0]);
    set_reg(nic, NIC_REG_MAC_HI, mac[1]);
    set_reg(nic, NIC_REG_HEARTBEAT_US, 0);
    set_reg(nic, NIC_REG_CHALLENGE_RATE, params->challenge_rate / NIC_COUNT);
    set_reg(nic, NIC_REG_CHALLENGE_KEY, (uint32_t)params->isn_seed);
    for (uint32_t i = NIC_LOOKUP_KEY_WORDS; i > 0; i--)
        set_reg(nic, NIC_REG_LOOKUP_KEY, (uint32_t)siphash24(&secret, &i, sizeof i));
}

const char *minimal_nic_start(struct minimal_nic *nic, struct nic_bus bus, unsigned number,
                              const struct host_sw_params *params)
{
    assert(number < NIC_COUNT);
    *nic = (struct minimal_nic){.bus = bus, .number = number};
    if (cfg(nic, CFG_ID) == NO_DEVICE)
        return "there is no device";
    if (!place_bar(nic))
        return "BAR 0 is too small";
    uint32_t express = capability(nic, CAPABILITY_EXPRESS);
    uint32_t msix = capability(nic, CAPABILITY_MSIX);
    if (express == 0 || msix == 0)
        return "a capability is missing";
    set_cfg(nic, express + EXPRESS_CONTROL,
            (cfg(nic, express + EXPRESS_CONTROL) & 0xffff) | EXPRESS_REPORT_ERRORS);
    set_cfg(nic, CFG_COMMAND, (cfg(nic, CFG_COMMAND) & 0xffff) | COMMAND_MEMORY_AND_MASTER);
    enable_interrupts(nic, msix);
    uint32_t magic = reg(nic, NIC_REG_MAGIC), version = reg(nic, NIC_REG_VERSION);
    if (magic != NIC_MAGIC || version == 0 || version > 2)
        return "this is not a NIC of version 1 or 2";
    if (!reset(nic))
        return "the reset does not end";
    nic->conn_max = reg(nic, NIC_REG_CONN_MAX);
    set_station(nic, params);
    if (!start_rings(nic))
        return "there is no host memory";
    set_reg(nic, NIC_REG_CONTROL, NIC_CONTROL_ENABLE);
    for (uint32_t i = 0; i < MINIMAL_BUFFERS; i++)
        minimal_nic_post(nic, nic->buffers + (uint64_t)i * NIC_BUFFER_BYTES);
    nic->up = true;
    return NULL;
}

void minimal_nic_stop(struct minimal_nic *nic)
{
    if (!nic->up)
        return;
    nic->up = false;
    set_reg(nic, NIC_REG_CONTROL, 0);
    (void)reg(nic, NIC_REG_STATUS);
}

/* --- commands, buffers, doorbells --- */

uint32_t minimal_nic_space(const struct minimal_nic *nic)
{
    return (1u << MINIMAL_RING_LOG2) - nic->commands_open;
}

void minimal_nic_command(struct minimal_nic *nic, const struct nic_cmd *cmd)
{
    assert(minimal_nic_space(nic) > 0);
    nic->bus.ops->charge(nic->bus.self, CPU_COST_COMMAND, 1);
    nic->commands_open++;
    write_entry(nic, MINIMAL_COMMANDS, cmd);
}

void minimal_nic_post(struct minimal_nic *nic, uint64_t address)
{
    assert(address >= nic->buffers && nic->posted < MINIMAL_BUFFERS);
    struct nic_buffer buffer = {address};
    write_entry(nic, MINIMAL_BUFFER_RING, &buffer);
    nic->posted++;
}

void minimal_nic_doorbell(struct minimal_nic *nic, const struct nic_doorbell *doorbell)
{
    assert(doorbell->kind >= NIC_DOORBELL_TX && doorbell->kind <= NIC_DOORBELL_FIN);
    nic->bus.ops->charge(nic->bus.self, CPU_COST_DOORBELL, 1);
    nic->bus.ops->mmio_write(nic->bus.self, nic->number, NIC_REG_CONN_DOORBELL, doorbell,
                             sizeof *doorbell);
}

void minimal_nic_flush(struct minimal_nic *nic)
{
    for (int kind = 0; nic->up && kind < MINIMAL_RINGS; kind++) {
        struct minimal_ring *ring = &nic->rings[kind];
        if (ring->told != ring->count)
            set_reg(nic, ring_regs[kind].count, ring->count);
        ring->told = ring->count;
    }
}

void minimal_nic_arm(struct minimal_nic *nic)
{
    struct minimal_ring *records = &nic->rings[MINIMAL_RECORDS];
    struct minimal_ring *events = &nic->rings[MINIMAL_EVENTS];
    if (nic->up && !records->armed)
        set_reg(nic, NIC_REG_ARM_RECORD, records->count);
    if (nic->up && !events->armed)
        set_reg(nic, NIC_REG_ARM_EVENT, events->count);
    records->armed = events->armed = true;
}

void minimal_nic_fired(struct minimal_nic *nic, uint32_t fired)
{
    fired >>= nic->number * NIC_VECTOR_COUNT;
    if (fired & 1u << NIC_VECTOR_RECORD)
        nic->rings[MINIMAL_RECORDS].armed = false;
    if (fired & 1u << NIC_VECTOR_EVENT)
        nic->rings[MINIMAL_EVENTS].armed = false;
}

void minimal_nic_watch(const struct minimal_nic *nic)
{
    unsigned slot = nic->number * NIC_VECTOR_COUNT;
    if (!nic->up)
        return;
    nic->bus.ops->watch(nic->bus.self, slot + NIC_VECTOR_RECORD,
                        next_entry(&nic->rings[MINIMAL_RECORDS]));
    nic->bus.ops->watch(nic->bus.self, slot + NIC_VECTOR_EVENT,
                        next_entry(&nic->rings[MINIMAL_EVENTS]));
}
