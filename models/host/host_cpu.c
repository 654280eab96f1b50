/* The steps of one core: their cost, and their stores, doorbells and reads. */
#include "models/host/host_cpu_pvt.h"
#include "models/host/host_rc.h"
#include "models/host/host_wait.h"

#include "models/base/memory.h"
#include "models/hwif/nic_desc.h"
#include "models/hwif/nic_regs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void host_params_default(struct host_params *params)
{
    *params = (struct host_params){
        .cores = 1,
        .notify = HOST_NOTIFY_INTERRUPT,
        .interrupt_ps = 1 * PS_PER_US,
        .poll_period_ps = 100 * PS_PER_NS,
        .llc_hit_ps = 27 * PS_PER_NS,
        .dram_ps = 95 * PS_PER_NS,
        .socket_hop_ps = 40 * PS_PER_NS,
        .iommu = {.entries = 64, .page_bytes = HOST_PAGE_BYTES, .walk_reads = 3, .walks = 6},
        .llc_bytes = UINT64_C(15) << 20,
        .cost_ps =
            {
#define X(id, key, ps, unit, source) [CPU_COST_##id] = (ps),
                CPU_COSTS(X)
#undef X
            },
    };
}

struct host_cpu *host_cpu_create(const struct host_params *params, struct host_mem *mem,
                                 struct host_nic_access access, struct host_blocker blocker,
                                 const struct probe *probe)
{
    assert(mem);
    assert(blocker.block_until && blocker.unblock);
    assert(params->dram_ps >= params->llc_hit_ps);
    assert(params->notify == HOST_NOTIFY_INTERRUPT || params->poll_period_ps > 0);
    struct host_cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu)
        return NULL;
    cpu->params = *params;
    cpu->mem = mem;
    cpu->access = access;
    cpu->blocker = blocker;
    cpu->probe = probe;
    cpu->kick_ps = TIME_NEVER;
    struct host_cores_params cores = {.count = params->cores,
                                      .handoff_ps = params->cost_ps[CPU_COST_HANDOFF],
                                      .remote_line_ps = params->cost_ps[CPU_COST_REMOTE_LINE],
                                      .lock_ps = params->cost_ps[CPU_COST_LOCK]};
    host_cores_init(&cpu->cores, &cores);
    host_rc_init(cpu);
    for (int i = 0; i < HOST_SLOTS; i++)
        cpu->slots[i] = (struct host_slot){.interrupt_ps = TIME_NEVER, .visible_ps = TIME_NEVER};
    for (int i = 0; i < NIC_COUNT; i++)
        cpu->port_due_ps[i] = TIME_NEVER;
    cpu->ops_capacity = 4096;
    cpu->ops = malloc(cpu->ops_capacity);
    if (!cpu->ops || !host_llc_init(&cpu->llc, params->llc_bytes)) {
        host_cpu_destroy(cpu);
        return NULL;
    }
    return cpu;
}

void host_cpu_destroy(struct host_cpu *cpu)
{
    if (!cpu)
        return;
    host_llc_free(&cpu->llc);
    host_cores_free(&cpu->cores);
    for (size_t i = 0; i < cpu->view_capacity; i++)
        free(cpu->views[i].bytes);
    free(cpu->views);
    free(cpu->ops);
    free(cpu);
}

static size_t padded(size_t bytes) { return (bytes + 7) & ~(size_t)7; }

static void add_op(struct host_cpu *cpu, struct host_op op, const void *data)
{
    size_t bytes = sizeof op + padded(op.len);
    while (cpu->ops_bytes + bytes > cpu->ops_capacity) {
        cpu->ops_capacity *= 2;
        cpu->ops = memory_grow(cpu->ops, cpu->ops_capacity, 1);
    }
    memcpy(cpu->ops + cpu->ops_bytes, &op, sizeof op);
    if (op.len)
        memcpy(cpu->ops + cpu->ops_bytes + sizeof op, data, op.len);
    cpu->ops_bytes += bytes;
}

static void report_rung(const struct host_cpu *cpu, const struct host_op *op,
                        const unsigned char *data)
{
    uint32_t producer = 0;
    if (op->address != NIC_REG_CMD_PRODUCER || op->len != sizeof producer)
        return;
    memcpy(&producer, data, sizeof producer);
    struct probe_event event = {.now_ps = cpu->step_start_ps,
                                .rung.producer = producer,
                                .conn = PROBE_NO_CONN,
                                .nic = (uint8_t)op->arg,
                                .kind = PROBE_CMD_RUNG};
    probe_emit(cpu->probe, &event);
}

/* Reports a command that is written into the push window. */
static void report_pushed(const struct host_cpu *cpu, const struct host_op *op,
                          const unsigned char *data)
{
    enum { END = NIC_REG_PUSH_WINDOW + (NIC_PUSH_SLOT_BYTES << NIC_PUSH_LOG2_MAX) };
    struct nic_cmd cmd;
    if (op->len != sizeof cmd || op->address < NIC_REG_PUSH_WINDOW || op->address >= END)
        return;
    memcpy(&cmd, data, sizeof cmd);
    bool is_list = cmd.op == NIC_CMD_FREEZE_LIST || cmd.op == NIC_CMD_INSTALL_LIST;
    bool is_of_conn = cmd.op != NIC_CMD_NOP && cmd.op != NIC_CMD_TX_FRAME && !is_list;
    struct probe_event event = {.now_ps = cpu->step_start_ps,
                                .conn = is_of_conn ? cmd.conn : PROBE_NO_CONN,
                                .gen = cmd.gen,
                                .pushed.op = cmd.op,
                                .pushed.offset = (uint32_t)op->address,
                                .nic = (uint8_t)op->arg,
                                .kind = PROBE_CMD_PUSHED};
    probe_emit(cpu->probe, &event);
}

static void apply_op(struct host_cpu *cpu, const struct host_op *op, const unsigned char *data)
{
    switch ((enum host_op_kind)op->kind) {
    case HOST_OP_STORE:
        host_mem_write(cpu->mem, op->address, data, op->len);
        host_llc_touch(&cpu->llc, op->address, op->len);
        break;
    case HOST_OP_MMIO_WRITE:
        report_rung(cpu, op, data);
        report_pushed(cpu, op, data);
        cpu->access.mmio_write(cpu->access.self, (unsigned)op->arg, (uint32_t)op->address, data,
                               op->len, cpu->step_start_ps);
        break;
    case HOST_OP_FREE:
        host_mem_free(cpu->mem, op->address, op->arg);
        break;
    case HOST_OP_DISCARD:
        host_mem_discard(cpu->mem, op->address, op->arg);
        break;
    }
}

/* Sleeps until a time that no event can make earlier. */
static void pass_time(struct host_cpu *cpu, uint64_t until_ps)
{
    uint64_t now_ps = cpu->step_start_ps;
    while (now_ps < until_ps)
        now_ps = cpu->blocker.block_until(cpu->blocker.self, until_ps);
    cpu->step_start_ps = now_ps;
}

/* Reports that the core was busy until now. */
static void report_ran(const struct host_cpu *cpu, uint64_t since_ps)
{
    struct probe_event event = {.now_ps = cpu->step_start_ps,
                                .ran.since_ps = since_ps,
                                .conn = PROBE_NO_CONN,
                                .kind = PROBE_CORE_RAN};
    probe_emit(cpu->probe, &event);
}

void host_cpu_end_step(struct host_cpu *cpu)
{
    if (host_cores_are_idle(&cpu->cores) && cpu->ops_bytes == 0)
        return;
    cpu->stats.steps++;
    host_cores_join(&cpu->cores);
    cpu->stats.busy_ps += cpu->cores.step_busy_ps;
    uint64_t started_ps = cpu->step_start_ps;
    pass_time(cpu, started_ps + host_cores_end_step(&cpu->cores));
    report_ran(cpu, started_ps);
    size_t bytes = cpu->ops_bytes;
    for (size_t at = 0; at < bytes;) {
        struct host_op op;
        memcpy(&op, cpu->ops + at, sizeof op);
        apply_op(cpu, &op, cpu->ops + at + sizeof op);
        at += sizeof op + padded(op.len);
    }
    assert(cpu->ops_bytes == bytes); /* no other stage can add to the step during the loop */
    cpu->ops_bytes = 0;
    cpu->view_count = 0;
}

static void on_answer(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                      uint64_t now_ps)
{
    (void)cookie;
    struct host_cpu *cpu = self;
    assert(cpu->answer_due);
    assert(!ok || len == sizeof cpu->answer);
    cpu->answer_due = false;
    cpu->answer_ok = ok;
    cpu->answer = UINT32_MAX;
    if (ok)
        memcpy(&cpu->answer, data, sizeof cpu->answer);
    cpu->blocker.unblock(cpu->blocker.self, now_ps);
}

static struct pcie_read_done start_access(struct host_cpu *cpu)
{
    host_cpu_end_step(cpu);
    assert(!cpu->answer_due);
    cpu->answer_due = true;
    return (struct pcie_read_done){on_answer, cpu, 0};
}

static bool finish_access(struct host_cpu *cpu)
{
    uint64_t started_ps = cpu->step_start_ps;
    while (cpu->answer_due)
        cpu->step_start_ps = cpu->blocker.block_until(cpu->blocker.self, TIME_NEVER);
    /* The core stalls until the answer comes. */
    cpu->stats.busy_ps += cpu->step_start_ps - started_ps;
    cpu->cores.core[0].stats.busy_ps += cpu->step_start_ps - started_ps;
    report_ran(cpu, started_ps);
    return cpu->answer_ok;
}

static uint32_t bus_mmio_read32(void *self, unsigned nic, uint32_t offset)
{
    struct host_cpu *cpu = self;
    cpu->stats.mmio_reads++;
    struct pcie_read_done done = start_access(cpu);
    cpu->access.mmio_read32(cpu->access.self, nic, offset, done, cpu->step_start_ps);
    return finish_access(cpu) ? cpu->answer : UINT32_MAX;
}

static bool bus_cfg_read32(void *self, unsigned nic, uint32_t offset, uint32_t *value)
{
    struct host_cpu *cpu = self;
    struct pcie_read_done done = start_access(cpu);
    cpu->access.cfg_read32(cpu->access.self, nic, offset, done, cpu->step_start_ps);
    bool ok = finish_access(cpu);
    *value = ok ? cpu->answer : UINT32_MAX;
    return ok;
}

static bool bus_cfg_write32(void *self, unsigned nic, uint32_t offset, uint32_t value)
{
    struct host_cpu *cpu = self;
    struct pcie_read_done done = start_access(cpu);
    cpu->access.cfg_write32(cpu->access.self, nic, offset, value, done, cpu->step_start_ps);
    return finish_access(cpu);
}

static uint32_t bus_port_read32(void *self, unsigned nic, uint32_t offset)
{
    struct host_cpu *cpu = self;
    return cpu->access.port_read32(cpu->access.self, nic, offset);
}

static void bus_port_write32(void *self, unsigned nic, uint32_t offset, uint32_t value)
{
    struct host_cpu *cpu = self;
    cpu->access.port_write32(cpu->access.self, nic, offset, value, cpu->step_start_ps);
}

static void bus_mmio_write(void *self, unsigned nic, uint32_t offset, const void *data,
                           uint32_t len)
{
    struct host_cpu *cpu = self;
    assert(nic < NIC_COUNT);
    assert(len == 4 || len == 8 || len == 16 || len == NIC_PUSH_SLOT_BYTES);
    assert(offset % len == 0);
    cpu->stats.mmio_writes++;
    add_op(cpu, (struct host_op){HOST_OP_MMIO_WRITE, len, offset, nic}, data);
}

static uint64_t bus_mem_alloc(void *self, uint64_t bytes)
{
    return host_mem_alloc(((struct host_cpu *)self)->mem, bytes);
}

/* The free is kept in program order, because an earlier store of this step to the range must not dirty it
 * afterwards. */
static void bus_mem_free(void *self, uint64_t address, uint64_t bytes)
{
    add_op(self, (struct host_op){HOST_OP_FREE, 0, address, bytes}, NULL);
}

static void bus_mem_discard(void *self, uint64_t address, uint64_t bytes)
{
    add_op(self, (struct host_op){HOST_OP_DISCARD, 0, address, bytes}, NULL);
}

/* Returns room for a view that crosses pages, which must be a copy. It lasts until the step ends and is
 * then reused. */
static struct host_view *take_view(struct host_cpu *cpu, uint32_t len)
{
    if (cpu->view_count == cpu->view_capacity) {
        size_t capacity = cpu->view_capacity ? 2 * cpu->view_capacity : 4;
        cpu->views = memory_grow(cpu->views, capacity, sizeof *cpu->views);
        memset(cpu->views + cpu->view_capacity, 0,
               (capacity - cpu->view_capacity) * sizeof *cpu->views);
        cpu->view_capacity = capacity;
    }
    struct host_view *view = &cpu->views[cpu->view_count++];
    if (view->capacity < len) {
        free(view->bytes);
        view->bytes = memory_grow(NULL, len, 1);
        view->capacity = len;
    }
    return view;
}

static const void *bus_mem_read(void *self, uint64_t address, uint32_t len)
{
    struct host_cpu *cpu = self;
    const void *data = host_mem_view(cpu->mem, address, len);
    host_wait_on_look(cpu, address, len);
    if (data)
        return data;
    struct host_view *view = take_view(cpu, len);
    host_mem_read(cpu->mem, address, view->bytes, len);
    return view->bytes;
}

static void bus_mem_write(void *self, uint64_t address, const void *data, uint32_t len)
{
    struct host_cpu *cpu = self;
    assert(host_mem_covers(cpu->mem, address, len));
    if (len > 0)
        add_op(cpu, (struct host_op){HOST_OP_STORE, len, address, 0}, data);
}

static void bus_charge(void *self, enum cpu_cost cost, uint64_t units)
{
    struct host_cpu *cpu = self;
    assert(cost < CPU_COST_COUNT);
    cpu->stats.units[cost] += units;
    host_cores_charge(&cpu->cores, units * cpu->params.cost_ps[cost]);
}

static void bus_step_end(void *self) { host_cpu_end_step(self); }

static uint64_t bus_now_ps(void *self) { return ((struct host_cpu *)self)->step_start_ps; }

static void bus_run_on(void *self, unsigned core)
{
    host_cores_run_on(&((struct host_cpu *)self)->cores, core);
}

static void bus_join(void *self) { host_cores_join(&((struct host_cpu *)self)->cores); }

static void bus_lock(void *self, enum host_lock_id lock)
{
    host_cores_lock(&((struct host_cpu *)self)->cores, lock);
}

static void bus_unlock(void *self, enum host_lock_id lock)
{
    host_cores_unlock(&((struct host_cpu *)self)->cores, lock);
}

static const struct nic_bus_ops bus_ops = {
    .mmio_read32 = bus_mmio_read32,
    .mmio_write = bus_mmio_write,
    .cfg_read32 = bus_cfg_read32,
    .cfg_write32 = bus_cfg_write32,
    .port_read32 = bus_port_read32,
    .port_write32 = bus_port_write32,
    .mem_alloc = bus_mem_alloc,
    .mem_free = bus_mem_free,
    .mem_discard = bus_mem_discard,
    .mem_read = bus_mem_read,
    .mem_write = bus_mem_write,
    .charge = bus_charge,
    .step_end = bus_step_end,
    .wait = host_wait,
    .watch = host_wait_watch,
    .now_ps = bus_now_ps,
    .run_on = bus_run_on,
    .join = bus_join,
    .lock = bus_lock,
    .unlock = bus_unlock,
};

struct nic_bus host_cpu_bus(struct host_cpu *cpu) { return (struct nic_bus){&bus_ops, cpu}; }

struct pcie_host host_cpu_pcie_host(struct host_cpu *cpu, unsigned nic)
{
    assert(nic < NIC_COUNT);
    return (struct pcie_host){&host_rc_ops, &cpu->ports[nic], cpu->params.llc_hit_ps};
}

const struct host_stats *host_cpu_stats(struct host_cpu *cpu)
{
    cpu->stats.iotlb_hits = cpu->stats.iotlb_misses = 0;
    for (unsigned i = 0; i < HOST_CORES_MAX; i++)
        cpu->stats.core[i] = cpu->cores.core[i].stats;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        cpu->stats.iotlb_hits += cpu->ports[nic].iommu.hits;
        cpu->stats.iotlb_misses += cpu->ports[nic].iommu.misses;
    }
    return &cpu->stats;
}
