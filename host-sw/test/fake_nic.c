#include "host-sw/test/fake_nic.h"

#include "models/hwif/port_regs.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 1 << 20, CAP_PCIE_AT = 0x40, CAP_MSIX_AT = 0x80, FAKE_MSIX_TABLE = 0x8000 };

static uint32_t reg(const struct fake_port *port, uint32_t offset)
{
    return port->regs[offset / 4];
}

static uint64_t entry_at(const struct fake_port *port, uint32_t block, uint32_t index, size_t size)
{
    uint64_t base = reg(port, block) | (uint64_t)reg(port, block + 4) << 32;
    return base + (index & ((1u << reg(port, block + 8)) - 1)) * size;
}

void *fake_memory(struct fake_nic *fake, uint64_t address)
{
    cr_assert(address >= BASE && address < BASE + FAKE_MEMORY_BYTES);
    return fake->memory + (address - BASE);
}

static void on_control(struct fake_port *port, uint32_t value)
{
    bool reset = (value & NIC_CONTROL_RESET) != 0;
    port->regs[NIC_REG_STATUS / 4] = reset && port->slow_reset ? 0 : NIC_STATUS_READY;
    if (reset) {
        port->cmd_seen = port->record_producer = port->event_producer = port->buffer_used = 0;
        port->regs[NIC_REG_CMD_PRODUCER / 4] = port->regs[NIC_REG_BUFFER_PRODUCER / 4] = 0;
        port->cmd_lines = 0;
    }
}

/* The driver must write whole lines, one slot after the other, and only if it has said so. */
static void on_line(struct fake_port *port, uint32_t offset, const void *bytes, uint32_t len)
{
    uint32_t log2 = reg(port, NIC_REG_CAPABILITIES) >> NIC_CAPABILITY_PUSH_LOG2_SHIFT & 0xff;
    cr_assert(reg(port, NIC_REG_CONTROL) & NIC_CONTROL_PUSH);
    cr_assert_eq(len, NIC_PUSH_SLOT_BYTES);
    cr_assert_eq(offset - NIC_REG_PUSH_WINDOW,
                 (port->cmd_lines & ((1u << log2) - 1)) * NIC_PUSH_SLOT_BYTES);
    cr_assert_lt(port->cmd_count, FAKE_LOG_MAX);
    memcpy(&port->cmds[port->cmd_count++], bytes, len);
    port->cmd_lines++;
}

/* Stores a line of an image. The lines of a slot come in their order, and the first one begins a new image. */
static void on_image_line(struct fake_port *port, uint32_t offset, const void *bytes, uint32_t len)
{
    uint32_t slot = (offset - NIC_REG_IMAGE_SLOTS) / NIC_IMAGE_SLOT_BYTES;
    uint32_t at = (offset - NIC_REG_IMAGE_SLOTS) % NIC_IMAGE_SLOT_BYTES;
    cr_assert_eq(len, NIC_IMAGE_LINE_BYTES);
    cr_assert_lt(slot, reg(port, NIC_REG_SLOT_COUNT));
    cr_assert_eq(at, at == 0 ? 0 : port->slot_bytes[slot]);
    memcpy(port->slots[slot] + at, bytes, len);
    port->slot_bytes[slot] = at + len;
}

static void on_register(struct fake_nic *fake, struct fake_port *port, uint32_t offset,
                        const void *bytes, uint32_t len)
{
    if (offset == NIC_REG_CONN_DOORBELL) {
        cr_assert_eq(len, sizeof(struct nic_doorbell));
        cr_assert_lt(port->doorbell_count, FAKE_LOG_MAX);
        memcpy(&port->doorbells[port->doorbell_count++], bytes, len);
        return;
    }
    if (offset >= NIC_REG_PUSH_WINDOW && offset < FAKE_MSIX_TABLE) {
        on_line(port, offset, bytes, len);
        return;
    }
    if (offset >= NIC_REG_IMAGE_SLOTS) {
        on_image_line(port, offset, bytes, len);
        return;
    }
    if (offset >= sizeof port->regs)
        return; /* the MSI-X table */
    memcpy(&port->regs[offset / 4], bytes, 4);
    if (offset == NIC_REG_CONTROL)
        on_control(port, reg(port, NIC_REG_CONTROL));
    if (offset != NIC_REG_CMD_PRODUCER)
        return;
    port->cmd_doorbells++;
    for (; port->cmd_seen != reg(port, NIC_REG_CMD_PRODUCER); port->cmd_seen++) {
        uint64_t at = entry_at(port, NIC_REG_CMD_RING, port->cmd_seen, sizeof(struct nic_cmd));
        cr_assert_lt(port->cmd_count, FAKE_LOG_MAX);
        memcpy(&port->cmds[port->cmd_count++], fake_memory(fake, at), sizeof(struct nic_cmd));
    }
}

static bool is_mute(const struct fake_port *port)
{
    return port->dead || port->silent || port->disabled;
}

static void step_end(void *self)
{
    struct fake_nic *fake = self;
    fake->now_ps += fake->cost_ps;
    fake->cost_ps = 0;
    for (uint32_t i = 0; i < fake->store_count; i++) {
        struct fake_store *store = &fake->stores[i];
        if (store->nic < 0)
            memcpy(fake_memory(fake, store->address), store->bytes, store->len);
        else if (!is_mute(&fake->port[store->nic]))
            on_register(fake, &fake->port[store->nic], (uint32_t)store->address, store->bytes,
                        store->len);
        free(store->bytes);
    }
    fake->store_count = 0;
}

static void add_store(struct fake_nic *fake, int nic, uint64_t address, const void *data,
                      uint32_t len)
{
    cr_assert_lt(fake->store_count, FAKE_LOG_MAX);
    struct fake_store *store = &fake->stores[fake->store_count++];
    *store = (struct fake_store){nic, address, len, malloc(len)};
    memcpy(store->bytes, data, len);
}

static uint32_t mmio_read32(void *self, unsigned nic, uint32_t offset)
{
    struct fake_nic *fake = self;
    step_end(fake);
    return is_mute(&fake->port[nic]) ? UINT32_MAX : reg(&fake->port[nic], offset);
}

static void mmio_write(void *self, unsigned nic, uint32_t offset, const void *data, uint32_t len)
{
    add_store(self, (int)nic, offset, data, len);
}

static bool cfg_read32(void *self, unsigned nic, uint32_t offset, uint32_t *value)
{
    struct fake_nic *fake = self;
    step_end(fake);
    *value = fake->port[nic].cfg[offset / 4];
    return !is_mute(&fake->port[nic]);
}

static bool cfg_write32(void *self, unsigned nic, uint32_t offset, uint32_t value)
{
    struct fake_nic *fake = self;
    step_end(fake);
    if (offset == 0x10) /* BAR 0: 64 KiB, 64-bit, prefetchable */
        value = (value & ~(uint32_t)(NIC_BAR0_BYTES - 1)) | 0xc;
    if (offset == 4)
        value |= 1u << 20;
    if (offset == 0x104 || offset == 0x110) /* AER status */
        value = fake->port[nic].cfg[offset / 4] & ~value;
    fake->port[nic].cfg[offset / 4] = value;
    return !is_mute(&fake->port[nic]);
}

static uint32_t port_read32(void *self, unsigned nic, uint32_t offset)
{
    struct fake_port *port = &((struct fake_nic *)self)->port[nic];
    if (offset != PORT_LINK)
        return port->root[offset / 4];
    return port->disabled ? PORT_LINK_DISABLE : port->dead ? 0 : PORT_LINK_ACTIVE;
}

static void port_write32(void *self, unsigned nic, uint32_t offset, uint32_t value)
{
    struct fake_port *port = &((struct fake_nic *)self)->port[nic];
    if (offset == PORT_LINK)
        port->disabled = (value & PORT_LINK_DISABLE) != 0;
    else
        port->root[offset / 4] &= ~value;
}

static uint64_t mem_alloc(void *self, uint64_t bytes)
{
    struct fake_nic *fake = self;
    bytes = (bytes + 4095) & ~UINT64_C(4095);
    if (fake->memory_used + bytes > FAKE_MEMORY_BYTES)
        return 0;
    fake->memory_used += bytes;
    return BASE + fake->memory_used - bytes;
}

static void mem_free(void *self, uint64_t address, uint64_t bytes)
{
    (void)address;
    ((struct fake_nic *)self)->freed_bytes += bytes;
}

static void mem_discard(void *self, uint64_t address, uint64_t bytes)
{
    struct fake_nic *fake = self;
    (void)address;
    fake->discarded_bytes += bytes;
}

static const void *mem_read(void *self, uint64_t address, uint32_t len)
{
    (void)len;
    return fake_memory(self, address);
}

static void mem_write(void *self, uint64_t address, const void *data, uint32_t len)
{
    add_store(self, -1, address, data, len);
}

static void charge(void *self, enum cpu_cost cost, uint64_t units)
{
    static const uint64_t price[CPU_COST_COUNT] = {
#define X(id, key, ps, unit, source) [CPU_COST_##id] = ps,
        CPU_COSTS(X)
#undef X
    };
    struct fake_nic *fake = self;
    fake->charged[cost] += units;
    fake->cost_ps += units * price[cost];
}

static uint32_t wait_for(void *self, uint64_t until_ps)
{
    struct fake_nic *fake = self;
    step_end(fake);
    fake->wait_until_ps = until_ps;
    swapcontext(&fake->host_context, &fake->test_context);
    return fake->fired;
}

static void watch(void *self, unsigned slot, uint64_t address)
{
    (void)self;
    (void)slot;
    (void)address;
}

static uint64_t now_ps(void *self) { return ((struct fake_nic *)self)->now_ps; }

struct nic_bus fake_bus(struct fake_nic *fake)
{
    static const struct nic_bus_ops ops = {
        mmio_read32, mmio_write,  cfg_read32, cfg_write32, port_read32, port_write32, mem_alloc,
        mem_free,    mem_discard, mem_read,   mem_write,   charge,      step_end,     wait_for,
        watch,       now_ps,      NULL,       NULL,        NULL,        NULL};
    return (struct nic_bus){&ops, fake};
}

struct fake_nic *fake_create(void)
{
    struct fake_nic *fake = calloc(1, sizeof *fake);
    fake->memory = calloc(1, FAKE_MEMORY_BYTES);
    fake->stack = malloc(FAKE_STACK_BYTES);
    fake->now_ps = PS_PER_MS;
    fake->next_frame_id = 1;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        struct fake_port *port = &fake->port[nic];
        port->regs[NIC_REG_MAGIC / 4] = NIC_MAGIC;
        port->regs[NIC_REG_VERSION / 4] = NIC_INTERFACE_VERSION;
        port->regs[NIC_REG_CAPABILITIES / 4] = NIC_CAPABILITY_PUSH | NIC_CAPABILITY_IMAGE_SLOTS |
                                               NIC_CAPABILITY_GRANT | NIC_CAPABILITY_TUPLE |
                                               FAKE_PUSH_LOG2 << NIC_CAPABILITY_PUSH_LOG2_SHIFT;
        port->regs[NIC_REG_SLOT_COUNT / 4] = FAKE_SLOTS;
        port->regs[NIC_REG_GRANT_COUNT / 4] = 1;
        port->regs[NIC_REG_CONN_MAX / 4] = 65536;
        port->regs[NIC_REG_LINK / 4] = 1;
        port->cfg[0] = 0x12345678;
        port->cfg[1] = 1u << 20;
        port->cfg[4] = 0xc;
        port->cfg[0x34 / 4] = CAP_PCIE_AT;
        port->cfg[CAP_PCIE_AT / 4] = CAP_MSIX_AT << 8 | 0x10;
        port->cfg[CAP_PCIE_AT / 4 + 1] = 1; /* the device supports at most 256 bytes */
        port->cfg[CAP_PCIE_AT / 4 + 2] = 3u << 5 | 2u << 12; /* firmware has set 1024 and 512 */
        port->cfg[CAP_MSIX_AT / 4] = 0x11;
        port->cfg[CAP_MSIX_AT / 4 + 1] = FAKE_MSIX_TABLE;
        port->cfg[0x100 / 4] = 0x00020001; /* the AER capability */
    }
    return fake;
}

void fake_destroy(struct fake_nic *fake)
{
    for (uint32_t i = 0; i < fake->store_count; i++)
        free(fake->stores[i].bytes);
    free(fake->memory);
    free(fake->stack);
    free(fake);
}

static struct fake_nic *starting; /* makecontext() cannot pass a pointer */

static void host_main(void)
{
    struct fake_nic *fake = starting;
    host_sw_main(fake->sw);
    step_end(fake);
    fake->ended = true;
    swapcontext(&fake->host_context, &fake->test_context);
}

void fake_start(struct fake_nic *fake, struct host_sw *sw)
{
    fake->sw = sw;
    getcontext(&fake->host_context);
    fake->host_context.uc_stack.ss_sp = fake->stack;
    fake->host_context.uc_stack.ss_size = FAKE_STACK_BYTES;
    makecontext(&fake->host_context, host_main, 0);
    starting = fake;
    swapcontext(&fake->test_context, &fake->host_context);
}

void fake_run(struct fake_nic *fake, uint32_t fired)
{
    cr_assert(!fake->ended);
    fake->fired = fired;
    fake->now_ps += PS_PER_US;
    swapcontext(&fake->test_context, &fake->host_context);
}

void fake_run_at(struct fake_nic *fake, uint64_t at_ps)
{
    cr_assert_geq(at_ps, fake->now_ps);
    fake->now_ps = at_ps;
    fake_run(fake, 0);
}

const struct nic_cmd *fake_take(struct fake_nic *fake, unsigned nic)
{
    struct fake_port *port = &fake->port[nic];
    return port->cmd_taken == port->cmd_count ? NULL : &port->cmds[port->cmd_taken++];
}

const struct nic_cmd *fake_expect(struct fake_nic *fake, unsigned nic, enum nic_cmd_op op)
{
    const struct nic_cmd *cmd = fake_take(fake, nic);
    cr_assert_not_null(cmd, "NIC %u got no command, expected %d", nic, op);
    cr_assert_eq(cmd->op, op, "NIC %u got command %d, expected %d", nic, cmd->op, op);
    return cmd;
}

static uint8_t phase_of(uint32_t producer, uint32_t log2)
{
    return (uint8_t)(1 - (producer >> log2 & 1));
}

void fake_post_record(struct fake_nic *fake, unsigned nic, struct nic_record record)
{
    struct fake_port *port = &fake->port[nic];
    uint32_t log2 = reg(port, NIC_REG_RECORD_RING + NIC_REG_RING_LOG2);
    record.flags =
        (uint8_t)((record.flags & ~NIC_RECORD_PHASE) | phase_of(port->record_producer, log2));
    uint64_t at = entry_at(port, NIC_REG_RECORD_RING, port->record_producer++, sizeof record);
    memcpy(fake_memory(fake, at), &record, sizeof record);
}

void fake_post_event(struct fake_nic *fake, unsigned nic, struct nic_event event)
{
    struct fake_port *port = &fake->port[nic];
    uint32_t log2 = reg(port, NIC_REG_EVENT_RING + NIC_REG_RING_LOG2);
    event.flags = phase_of(port->event_producer, log2);
    event.nic = (uint8_t)nic;
    uint64_t at = entry_at(port, NIC_REG_EVENT_RING, port->event_producer++, sizeof event);
    memcpy(fake_memory(fake, at), &event, sizeof event);
}

void fake_complete(struct fake_nic *fake, unsigned nic, const struct nic_cmd *cmd,
                   enum nic_result result)
{
    fake_post_event(fake, nic,
                    (struct nic_event){.kind = NIC_EVENT_CMD_DONE,
                                       .gen = cmd->gen,
                                       .conn = cmd->conn,
                                       .result = (uint8_t)result,
                                       .op = cmd->op,
                                       .frozen_ps = cmd->op == NIC_CMD_FREEZE ? fake->now_ps : 0,
                                       .cookie = cmd->cookie});
}

uint64_t fake_give_frame(struct fake_nic *fake, unsigned nic, enum nic_verdict verdict,
                         const uint8_t *frame, uint32_t len)
{
    struct fake_port *port = &fake->port[nic];
    cr_assert_gt(fake_buffers_left(fake, nic), 0);
    uint64_t at =
        entry_at(port, NIC_REG_BUFFER_RING, port->buffer_used++, sizeof(struct nic_buffer));
    struct nic_buffer buffer;
    memcpy(&buffer, fake_memory(fake, at), sizeof buffer);
    memcpy(fake_memory(fake, buffer.address), frame, len);
    struct packet packet;
    packet_parse(frame, len, true, &packet);
    bool ok = packet.ip_checksum_ok && packet.tcp_checksum_ok;
    uint64_t id = fake->next_frame_id++;
    fake_post_record(fake, nic,
                     (struct nic_record){
                         .conn = UINT32_MAX,
                         .nic = (uint8_t)nic,
                         .verdict = (uint8_t)verdict,
                         .flags = (uint8_t)(NIC_RECORD_IS_TCP | (ok ? NIC_RECORD_CHECKSUMS_OK : 0)),
                         .bytes = len,
                         .mac_time_ps = fake->now_ps + id,
                         .frame_id = id,
                         .buffer = buffer.address,
                         .l4_offset = packet.tcp_offset});
    return id;
}

uint32_t fake_buffers_left(const struct fake_nic *fake, unsigned nic)
{
    return reg(&fake->port[nic], NIC_REG_BUFFER_PRODUCER) - fake->port[nic].buffer_used;
}
