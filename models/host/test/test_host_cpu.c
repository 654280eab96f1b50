/* Tests models/host/host_cpu.h: what a step is, when its effects happen, and which accesses block. */
#include "models/host/test/host_rig.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

static struct host_rig rig;
#define OP(name) rig.bus.ops->name

static void start(void) { host_rig_init(&rig, NULL, NULL); }

static void stop(void) { host_rig_free(&rig); }

TestSuite(host_cpu, .init = start, .fini = stop);

static void store(uint64_t address, uint32_t value)
{
    OP(mem_write)(rig.bus.self, address, &value, sizeof value);
}

static uint32_t load(uint64_t address)
{
    uint32_t value;
    memcpy(&value, OP(mem_read)(rig.bus.self, address, sizeof value), sizeof value);
    return value;
}

static void doorbell(unsigned nic, uint32_t offset, uint32_t value)
{
    OP(mmio_write)(rig.bus.self, nic, offset, &value, sizeof value);
}

Test(host_cpu, a_step_takes_the_sum_of_its_charges)
{
    OP(charge)(rig.bus.self, CPU_COST_RECORD, 3);
    OP(charge)(rig.bus.self, CPU_COST_COPY_64, 2);
    cr_assert_eq(OP(now_ps)(rig.bus.self), 0);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(OP(now_ps)(rig.bus.self), 3 * 60000 + 2 * 4300);
    const struct host_stats *stats = host_cpu_stats(rig.cpu);
    cr_assert_eq(stats->steps, 1);
    cr_assert_eq(stats->busy_ps, 188600);
    cr_assert_eq(stats->units[CPU_COST_RECORD], 3);
}

Test(host_cpu, a_step_without_cost_or_effect_is_none)
{
    OP(step_end)(rig.bus.self);
    cr_assert_eq(host_cpu_stats(rig.cpu)->steps, 0);
    cr_assert_eq(rig.blocked, 0);
}

Test(host_cpu, stores_take_effect_at_the_end_of_the_step)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    store(a, 7);
    OP(charge)(rig.bus.self, CPU_COST_POLL, 1);
    cr_assert_eq(load(a), 0, "memory is as at the step's start");
    OP(step_end)(rig.bus.self);
    cr_assert_eq(load(a), 7);
}

Test(host_cpu, stores_and_doorbells_take_effect_in_program_order)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    rig.watch_mem = a;
    store(a, 1);
    doorbell(0, NIC_REG_CMD_PRODUCER, 10);
    store(a, 2);
    doorbell(1, NIC_REG_CMD_PRODUCER, 20);
    OP(charge)(rig.bus.self, CPU_COST_DOORBELL, 2);
    cr_assert_eq(rig.doorbell_count, 0);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(rig.doorbell_count, 2);
    cr_assert_eq(rig.doorbells[0].mem, 1);
    cr_assert_eq(rig.doorbells[0].value, 10);
    cr_assert_eq(rig.doorbells[1].mem, 2);
    cr_assert_eq(rig.doorbells[1].nic, 1);
    cr_assert_eq(rig.doorbells[1].now_ps, 100000);
    cr_assert_eq(host_cpu_stats(rig.cpu)->mmio_writes, 2);
}

static struct probe_event pushed;

static void on_pushed(void *self, const struct probe_event *event)
{
    (void)self;
    pushed = *event;
}

/* A line is one write of 64 bytes, and the event names the command in it. */
Test(host_cpu, a_line_is_written_whole_and_in_program_order)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    struct nic_cmd cmd = {.op = NIC_CMD_INSTALL, .gen = 3, .conn = 9};
    uint32_t first;
    memcpy(&first, &cmd, sizeof first);
    probe_add(&rig.probe,
              (struct probe_listener){on_pushed, NULL, UINT64_C(1) << PROBE_CMD_PUSHED});
    rig.watch_mem = a;
    store(a, 1);
    OP(mmio_write)(rig.bus.self, 1, NIC_REG_PUSH_WINDOW + 64, &cmd, sizeof cmd);
    store(a, 2);
    OP(charge)(rig.bus.self, CPU_COST_LINE, 1);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(rig.doorbell_count, 1);
    cr_assert_eq(rig.doorbells[0].len, sizeof cmd);
    cr_assert_eq(rig.doorbells[0].mem, 1);
    cr_assert_eq(rig.doorbells[0].value, first);
    cr_assert_eq(rig.doorbells[0].now_ps, 50000, "team.host.cost.line");
    cr_assert_eq(pushed.now_ps, 50000);
    cr_assert_eq(pushed.pushed.op, NIC_CMD_INSTALL);
    cr_assert_eq(pushed.pushed.offset, NIC_REG_PUSH_WINDOW + 64);
    cr_assert(pushed.nic == 1 && pushed.conn == 9 && pushed.gen == 3);
}

Test(host_cpu, many_stores_of_one_step_all_take_effect)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 65536);
    for (uint32_t i = 0; i < 16384; i++)
        store(a + 4 * i, i + 1);
    OP(step_end)(rig.bus.self);
    for (uint32_t i = 0; i < 16384; i++)
        cr_assert_eq(load(a + 4 * i), i + 1);
}

Test(host_cpu, a_store_before_a_free_leaves_the_page_clean)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    store(a, 7);
    OP(mem_free)(rig.bus.self, a, 4096);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(OP(mem_alloc)(rig.bus.self, 4096), a);
    cr_assert_eq(load(a), 0);
}

Test(host_cpu, stores_before_and_after_a_discard_keep_their_order)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 8192);
    store(a, 7);
    store(a + 4096, 7);
    OP(mem_discard)(rig.bus.self, a, 8192);
    store(a + 4096, 9);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(load(a), 0);
    cr_assert_eq(load(a + 4096), 9);
}

Test(host_cpu, dma_during_a_step_is_seen_by_the_next_step_only)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    host_rig_at(&rig, (struct rig_event){10000, RIG_DMA_WRITE, a, 4, 0x11});
    OP(charge)(rig.bus.self, CPU_COST_POLL, 1);
    cr_assert_eq(load(a), 0);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(load(a), 0x11111111);
}

Test(host_cpu, an_mmio_read_ends_the_step_and_blocks_for_the_round_trip)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 4096);
    store(a, 7);
    OP(charge)(rig.bus.self, CPU_COST_COMMAND, 1);
    rig.access_value = 0x1234;
    cr_assert_eq(OP(mmio_read32)(rig.bus.self, 0, NIC_REG_STATUS), 0x1234);
    cr_assert_eq(OP(now_ps)(rig.bus.self), 50000 + 800000);
    cr_assert_eq(load(a), 7);
    cr_assert_eq(host_cpu_stats(rig.cpu)->busy_ps, 850000);
}

Test(host_cpu, a_read_that_nobody_answers_is_all_ones)
{
    uint32_t value = 0;
    rig.access_ok = false;
    cr_assert_eq(OP(mmio_read32)(rig.bus.self, 1, NIC_REG_STATUS), UINT32_MAX);
    cr_assert_not(OP(cfg_read32)(rig.bus.self, 1, 0, &value));
    cr_assert_eq(value, UINT32_MAX);
    cr_assert_not(OP(cfg_write32)(rig.bus.self, 1, 4, 0));
    cr_assert_eq(OP(now_ps)(rig.bus.self), 2400000);
}

Test(host_cpu, an_interrupt_during_a_blocking_read_does_not_end_the_read)
{
    host_rig_at(&rig, (struct rig_event){.at_ps = 1000, .kind = RIG_MSIX});
    (void)OP(mmio_read32)(rig.bus.self, 0, NIC_REG_STATUS);
    cr_assert_eq(OP(now_ps)(rig.bus.self), 800000);
}

/* A DMA read that misses the LLC takes 68 ns more (docs/timing.md, section 1.10), because DRAM takes 95 ns and the LLC
 * 27 ns (section 5.2). */
Test(host_cpu, a_dma_read_of_written_memory_hits_the_llc)
{
    uint64_t a = OP(mem_alloc)(rig.bus.self, 8192);
    uint8_t data[64];
    cr_assert_eq(rig.host.ops->mem_read(rig.host.self, a, data, 64, 0), 68000);
    store(a, 7);
    OP(step_end)(rig.bus.self);
    cr_assert_eq(rig.host.ops->mem_read(rig.host.self, a, data, 64, 0), 0);
    memset(data, 1, sizeof data);
    rig.host.ops->mem_write(rig.host.self, a + 4096, data, 64, 0);
    cr_assert_eq(rig.host.ops->mem_read(rig.host.self, a + 4096, data, 64, 0), 0);
    cr_assert_eq(rig.host.ops->mem_read(rig.host.self, a + 4096, data, 64, 0), 0);
    cr_assert_eq(host_cpu_stats(rig.cpu)->dma_reads_llc, 3);
    cr_assert_eq(host_cpu_stats(rig.cpu)->dma_reads_dram, 1);
}

Test(host_cpu, a_read_outside_memory_is_a_bug, .signal = SIGABRT)
{
    (void)OP(mem_read)(rig.bus.self, 0, 4);
}

Test(host_cpu, an_unaligned_doorbell_is_a_bug, .signal = SIGABRT) { doorbell(0, 2, 0); }
