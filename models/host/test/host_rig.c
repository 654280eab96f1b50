#include "models/host/test/host_rig.h"

#include "models/host/host_wait.h"

#include <assert.h>
#include <string.h>

static void rig_run(void *self, uint64_t now_ps)
{
    struct host_rig *rig = self;
    if (rig->answer.fn && rig->answer_ps <= now_ps) {
        struct pcie_read_done done = rig->answer;
        uint8_t data[4];
        memcpy(data, &rig->access_value, 4);
        rig->answer.fn = NULL;
        done.fn(done.self, done.cookie, rig->access_ok, rig->access_ok ? data : NULL,
                rig->access_ok ? 4 : 0, now_ps);
    }
    while (rig->event_next < rig->event_count && rig->events[rig->event_next].at_ps <= now_ps) {
        const struct rig_event *event = &rig->events[rig->event_next++];
        uint8_t data[4096];
        assert(event->len <= sizeof data);
        memset(data, event->byte, event->len);
        if (event->kind == RIG_DMA_WRITE)
            rig->host.ops->mem_write(rig->host.self, event->address, data, event->len, now_ps);
        else if (event->kind == RIG_MSIX)
            rig->host.ops->msix(rig->host.self, (unsigned)event->address / NIC_VECTOR_COUNT,
                                (unsigned)event->address % NIC_VECTOR_COUNT, now_ps);
        else
            host_cpu_kick(rig->cpu, now_ps);
    }
}

static uint64_t rig_next_ps(const void *self)
{
    const struct host_rig *rig = self;
    uint64_t next = rig->answer.fn ? rig->answer_ps : TIME_NEVER;
    if (rig->event_next < rig->event_count)
        next = u64_min(next, rig->events[rig->event_next].at_ps);
    return next;
}

static uint64_t rig_block_until(void *self, uint64_t until_ps)
{
    struct host_rig *rig = self;
    rig->unblock_ps = TIME_NEVER;
    rig->blocked += rig->loop.now_ps < until_ps;
    while (rig->loop.now_ps < u64_min(until_ps, rig->unblock_ps)) {
        bool ran = stage_loop_step(&rig->loop, u64_min(until_ps, rig->unblock_ps));
        assert(ran || rig->loop.now_ps != TIME_NEVER); /* otherwise it is blocked for ever */
    }
    return rig->loop.now_ps;
}

static void rig_unblock(void *self, uint64_t at_ps)
{
    struct host_rig *rig = self;
    rig->unblock_ps = u64_min(rig->unblock_ps, at_ps);
}

static void rig_mmio_write(void *self, unsigned nic, uint32_t offset, const void *data,
                           uint32_t len, uint64_t now_ps)
{
    struct host_rig *rig = self;
    assert(rig->doorbell_count < RIG_EVENTS_MAX);
    struct rig_doorbell *bell = &rig->doorbells[rig->doorbell_count++];
    *bell = (struct rig_doorbell){.now_ps = now_ps, .nic = nic, .offset = offset, .len = len};
    memcpy(&bell->value, data, 4);
    if (rig->watch_mem)
        host_mem_read(rig->mem, rig->watch_mem, &bell->mem, 4);
}

static void rig_read(void *self, unsigned nic, uint32_t offset, struct pcie_read_done done,
                     uint64_t now_ps)
{
    struct host_rig *rig = self;
    (void)nic;
    (void)offset;
    rig->answer = done;
    rig->answer_ps = now_ps + rig->access_ps;
}

static uint32_t rig_port_read(void *self, unsigned nic, uint32_t offset)
{
    (void)self, (void)nic;
    return offset;
}

static void rig_port_write(void *self, unsigned nic, uint32_t offset, uint32_t value,
                           uint64_t now_ps)
{
    (void)now_ps;
    (void)self, (void)nic, (void)offset, (void)value;
}

static bool rig_claims(void *self, unsigned nic, uint64_t address, uint32_t len, uint32_t *offset)
{
    (void)self, (void)nic, (void)address, (void)len, (void)offset;
    return false;
}

static void rig_cfg_write(void *self, unsigned nic, uint32_t offset, uint32_t value,
                          struct pcie_read_done done, uint64_t now_ps)
{
    (void)value;
    rig_read(self, nic, offset, done, now_ps);
}

void host_rig_init(struct host_rig *rig, const struct host_params *params,
                   const struct host_nic_access *access)
{
    memset(rig, 0, sizeof *rig);
    struct host_params defaults;
    host_params_default(&defaults);
    struct host_nic_access recording = {rig_mmio_write, rig_read,       rig_read,   rig_cfg_write,
                                        rig_port_read,  rig_port_write, rig_claims, rig};
    probe_init(&rig->probe);
    rig->access_ok = true;
    rig->access_ps = 800000;
    rig->mem = host_mem_create(RIG_MEM_BYTES);
    assert(rig->mem);
    rig->cpu =
        host_cpu_create(params ? params : &defaults, rig->mem, access ? *access : recording,
                        (struct host_blocker){rig_block_until, rig_unblock, rig}, &rig->probe);
    assert(rig->cpu);
    rig->bus = host_cpu_bus(rig->cpu);
    rig->host = host_cpu_pcie_host(rig->cpu, 0);
    stage_loop_init(&rig->loop);
    stage_loop_add(&rig->loop, (struct stage){"rig", rig, rig_run, rig_next_ps});
}

void host_rig_free(struct host_rig *rig)
{
    host_cpu_destroy(rig->cpu);
    host_mem_destroy(rig->mem);
}

void host_rig_at(struct host_rig *rig, struct rig_event event)
{
    assert(rig->event_count < RIG_EVENTS_MAX);
    rig->events[rig->event_count++] = event;
}
