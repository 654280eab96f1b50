#include "models/host/host_wait.h"

#include "models/host/host_cpu_pvt.h"

#include <assert.h>

/* Returns the time of the first poll at or after `ps`. */
static uint64_t next_poll_ps(const struct host_cpu *cpu, uint64_t ps)
{
    if (ps == TIME_NEVER)
        return ps;
    return ceil_div(ps, cpu->params.poll_period_ps) * cpu->params.poll_period_ps;
}

/* Returns when the software notices an interrupt or a call: at once, or at the next poll if it does nothing but poll. */
static uint64_t noticed_ps(const struct host_cpu *cpu, uint64_t due_ps)
{
    return cpu->params.notify == HOST_NOTIFY_POLL ? next_poll_ps(cpu, due_ps) : due_ps;
}

static void wake_at(struct host_cpu *cpu, uint64_t at_ps)
{
    if (cpu->waiting)
        cpu->blocker.unblock(cpu->blocker.self, at_ps);
}

static void notify(struct host_cpu *cpu, uint64_t due_ps) { wake_at(cpu, noticed_ps(cpu, due_ps)); }

static uint64_t line_of(uint64_t address) { return address / HOST_LINE_BYTES; }

void host_wait_on_look(struct host_cpu *cpu, uint64_t address, uint32_t len)
{
    /* Only reads of single entries matter; a long read is payload. */
    if (cpu->params.notify == HOST_NOTIFY_INTERRUPT || len == 0 || len > HOST_LINE_BYTES)
        return;
    uint64_t last = line_of(address + len - 1);
    for (uint64_t line = line_of(address); line <= last; line++)
        cpu->looked[line % HOST_LOOKED] = line;
}

void host_wait_on_write(struct host_cpu *cpu, uint64_t address, uint32_t len, uint64_t now_ps)
{
    if (cpu->params.notify == HOST_NOTIFY_INTERRUPT)
        return;
    uint64_t last = line_of(address + len - 1);
    for (uint64_t line = line_of(address); line <= last; line++)
        if (cpu->looked[line % HOST_LOOKED] == line)
            cpu->looked[line % HOST_LOOKED] = 0;
    for (int i = 0; i < HOST_SLOTS; i++) {
        struct host_slot *slot = &cpu->slots[i];
        if (slot->watched == 0 || slot->watched < address || slot->watched - address >= len)
            continue;
        if (slot->visible_ps != TIME_NEVER)
            continue;
        slot->visible_ps = now_ps;
        wake_at(cpu, next_poll_ps(cpu, now_ps));
    }
}

void host_wait_on_interrupt(struct host_cpu *cpu, unsigned index, uint64_t now_ps)
{
    assert(index < HOST_SLOTS);
    struct host_slot *slot = &cpu->slots[index];
    if (cpu->params.notify == HOST_NOTIFY_POLL) {
        cpu->stats.interrupts_ignored++;
        return;
    }
    if (slot->interrupt_ps != TIME_NEVER) {
        cpu->stats.interrupts_merged++;
        return;
    }
    slot->interrupt_ps = now_ps + cpu->params.interrupt_ps;
    notify(cpu, slot->interrupt_ps);
}

/* A root port interrupts the core even while the NICs are polled. */
void host_wait_on_port(struct host_cpu *cpu, unsigned nic, uint64_t at_ps)
{
    assert(nic < NIC_COUNT);
    uint64_t due_ps = at_ps + cpu->params.interrupt_ps;
    if (cpu->port_due_ps[nic] != TIME_NEVER)
        cpu->stats.interrupts_merged++;
    cpu->port_due_ps[nic] = u64_min(cpu->port_due_ps[nic], due_ps);
    notify(cpu, due_ps);
}

void host_cpu_kick(struct host_cpu *cpu, uint64_t now_ps)
{
    if (cpu->kick_ps != TIME_NEVER)
        return;
    cpu->kick_ps = now_ps;
    notify(cpu, now_ps);
}

void host_wait_watch(void *self, unsigned index, uint64_t address)
{
    struct host_cpu *cpu = self;
    assert(index < HOST_SLOTS);
    struct host_slot *slot = &cpu->slots[index];
    if (cpu->params.notify == HOST_NOTIFY_INTERRUPT || slot->watched == address)
        return;
    slot->watched = address;
    bool is_new = address != 0 && cpu->looked[line_of(address) % HOST_LOOKED] != line_of(address);
    slot->visible_ps = is_new ? cpu->step_start_ps : TIME_NEVER;
}

static uint64_t next_notice_ps(const struct host_cpu *cpu)
{
    uint64_t interrupt_ps = cpu->kick_ps, visible_ps = TIME_NEVER;
    for (int i = 0; i < HOST_SLOTS; i++) {
        interrupt_ps = u64_min(interrupt_ps, cpu->slots[i].interrupt_ps);
        visible_ps = u64_min(visible_ps, cpu->slots[i].visible_ps);
    }
    for (int i = 0; i < NIC_COUNT; i++)
        interrupt_ps = u64_min(interrupt_ps, cpu->port_due_ps[i]);
    return u64_min(noticed_ps(cpu, interrupt_ps), next_poll_ps(cpu, visible_ps));
}

bool host_cpu_has_work(const struct host_cpu *cpu)
{
    return !cpu->waiting || next_notice_ps(cpu) != TIME_NEVER;
}

static void enter_interrupt(struct host_cpu *cpu)
{
    cpu->stats.interrupts++;
    cpu->stats.units[CPU_COST_IRQ_ENTRY]++;
    host_cores_charge(&cpu->cores, cpu->params.cost_ps[CPU_COST_IRQ_ENTRY]);
}

static uint32_t take_due(struct host_cpu *cpu, uint64_t now_ps)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < HOST_SLOTS; i++) {
        struct host_slot *slot = &cpu->slots[i];
        if (slot->interrupt_ps > now_ps && slot->visible_ps > now_ps)
            continue;
        if (slot->interrupt_ps <= now_ps) {
            slot->interrupt_ps = TIME_NEVER;
            enter_interrupt(cpu);
        }
        if (slot->visible_ps <= now_ps)
            slot->visible_ps = TIME_NEVER;
        bits |= UINT32_C(1) << i;
    }
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        if (cpu->port_due_ps[nic] > now_ps)
            continue;
        cpu->port_due_ps[nic] = TIME_NEVER;
        bits |= UINT32_C(1) << (NIC_BUS_PORT_BIT + nic);
        enter_interrupt(cpu);
    }
    if (cpu->kick_ps <= now_ps) {
        cpu->kick_ps = TIME_NEVER;
        cpu->stats.kicks++;
        bits |= HOST_KICK;
    }
    return bits;
}

static void count_polls(struct host_cpu *cpu, uint64_t from_ps, uint64_t to_ps)
{
    bool polls = cpu->params.notify == HOST_NOTIFY_POLL;
    for (int i = 0; i < HOST_SLOTS; i++)
        polls |= cpu->slots[i].watched != 0;
    if (polls)
        cpu->stats.polls +=
            to_ps / cpu->params.poll_period_ps - from_ps / cpu->params.poll_period_ps;
}

uint32_t host_wait(void *self, uint64_t until_ps)
{
    struct host_cpu *cpu = self;
    host_cpu_end_step(cpu);
    uint64_t now_ps = cpu->step_start_ps;
    uint32_t bits = take_due(cpu, now_ps);
    if (bits)
        return bits;
    cpu->waiting = true;
    for (;;) {
        /* Between two polls the software notices nothing, even if an event is due. */
        if (next_notice_ps(cpu) <= now_ps)
            bits = take_due(cpu, now_ps);
        if (bits || now_ps >= until_ps)
            break;
        uint64_t wake_ps = u64_min(until_ps, next_notice_ps(cpu));
        now_ps = cpu->blocker.block_until(cpu->blocker.self, wake_ps);
    }
    cpu->waiting = false;
    count_polls(cpu, cpu->step_start_ps, now_ps);
    cpu->step_start_ps = now_ps;
    return bits;
}
