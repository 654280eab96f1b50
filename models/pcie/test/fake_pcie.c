#include "models/pcie/test/fake_pcie.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void record(struct fake_pcie *fake, struct fake_event event)
{
    if (fake->log_off)
        return;
    assert(fake->count < FAKE_EVENTS_MAX);
    fake->events[fake->count++] = event;
}

static uint32_t first_bytes(const void *data, uint32_t len)
{
    uint32_t value = 0;
    memcpy(&value, data, len < 4 ? len : 4);
    return value;
}

static void on_mem_write(void *self, uint64_t address, const uint8_t *data, uint32_t len,
                         uint64_t now_ps)
{
    struct fake_pcie *fake = self;
    memcpy(&fake->mem[address % FAKE_MEM_BYTES], data, len);
    record(fake, (struct fake_event){.kind = FAKE_MEM_WRITE,
                                     .now_ps = now_ps,
                                     .address = address,
                                     .len = len,
                                     .value = first_bytes(data, len)});
}

static uint64_t on_mem_read(void *self, uint64_t address, uint8_t *data, uint32_t len,
                            uint64_t now_ps)
{
    struct fake_pcie *fake = self;
    memcpy(data, &fake->mem[address % FAKE_MEM_BYTES], len);
    record(fake, (struct fake_event){
                     .kind = FAKE_MEM_READ, .now_ps = now_ps, .address = address, .len = len});
    return address >= fake->dram_from ? fake->dram_ps : 0;
}

static void on_msix(void *self, unsigned nic, unsigned vector, uint64_t now_ps)
{
    (void)nic;
    record(self, (struct fake_event){.kind = FAKE_MSIX, .now_ps = now_ps, .address = vector});
}

static void on_mmio_write(void *self, uint32_t offset, const void *data, uint32_t len,
                          uint64_t now_ps)
{
    record(self, (struct fake_event){.kind = FAKE_MMIO_WRITE,
                                     .now_ps = now_ps,
                                     .address = offset,
                                     .len = len,
                                     .value = first_bytes(data, len)});
}

static uint32_t on_mmio_read32(void *self, uint32_t offset, uint64_t now_ps)
{
    struct fake_pcie *fake = self;
    record(fake, (struct fake_event){.kind = FAKE_MMIO_READ, .now_ps = now_ps, .address = offset});
    return fake->mmio_value;
}

static void on_fence(void *self, bool fenced, uint64_t now_ps)
{
    record(self, (struct fake_event){.kind = FAKE_FENCE, .now_ps = now_ps, .address = fenced});
}

static void on_issued(void *self, uint64_t cookie, uint64_t now_ps)
{
    record(self, (struct fake_event){.kind = FAKE_ISSUED, .now_ps = now_ps, .address = cookie});
}

static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    record(self, (struct fake_event){.kind = FAKE_VISIBLE, .now_ps = now_ps, .address = cookie});
}

static void on_read_done(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                         uint64_t now_ps)
{
    assert(ok == (data != NULL));
    record(self, (struct fake_event){.kind = FAKE_READ_DONE,
                                     .now_ps = now_ps,
                                     .address = cookie,
                                     .len = len,
                                     .ok = ok,
                                     .value = data ? first_bytes(data, len) : 0});
}

static void on_probe(void *self, const struct probe_event *event)
{
    record(self, (struct fake_event){.kind = FAKE_TLP,
                                     .now_ps = event->now_ps,
                                     .len = event->tlp.wire_bytes,
                                     .tlp_kind = event->tlp.kind,
                                     .direction = event->tlp.direction});
}

static void on_port_event(void *self, uint64_t at_ps)
{
    record(self, (struct fake_event){.kind = FAKE_PORT_EVENT, .now_ps = at_ps});
}

static const struct pcie_device_ops device_ops = {on_mmio_write, on_mmio_read32, on_fence};
static const struct pcie_host_ops host_ops = {.mem_write = on_mem_write,
                                              .mem_read = on_mem_read,
                                              .msix = on_msix,
                                              .port_event = on_port_event};

void fake_pcie_no_distance(struct pcie_params *params)
{
    params->root_read_ps += 2 * params->propagation_ps + FAKE_ACCESS_PS;
    params->root_write_ps += params->propagation_ps;
    params->propagation_ps = 0;
}

struct fake_pcie *fake_pcie_create(const struct pcie_params *params, bool with_probe)
{
    struct fake_pcie *fake = calloc(1, sizeof *fake);
    assert(fake);
    struct pcie_params defaults;
    pcie_params_default(&defaults);
    fake_pcie_no_distance(&defaults);
    for (size_t i = 0; i < FAKE_MEM_BYTES; i++)
        fake->mem[i] = (uint8_t)(i * 7 + (i >> 8));
    probe_init(&fake->probe);
    if (with_probe)
        probe_add(&fake->probe,
                  (struct probe_listener){on_probe, fake, UINT64_C(1) << PROBE_PCIE_TLP});
    fake->link =
        pcie_link_create(params ? params : &defaults, 0, (struct pcie_device){&device_ops, fake},
                         (struct pcie_host){.ops = &host_ops, .self = fake}, NULL, &fake->probe);
    assert(fake->link);
    fake->endpoint = pcie_link_endpoint(fake->link);
    stage_loop_init(&fake->loop);
    stage_loop_add(&fake->loop, pcie_link_stage(fake->link, "pcie0"));
    return fake;
}

void fake_pcie_destroy(struct fake_pcie *fake)
{
    pcie_link_destroy(fake->link);
    free(fake);
}

void fake_pcie_run(struct fake_pcie *fake, uint64_t limit_ps)
{
    while (stage_loop_step(&fake->loop, limit_ps))
        fake->runs++;
}

void fake_pcie_write(struct fake_pcie *fake, uint64_t address, uint32_t len, uint64_t cookie)
{
    uint8_t data[65536];
    for (uint32_t i = 0; i < len; i++)
        data[i] = (uint8_t)(cookie + i);
    fake->endpoint.ops->write(fake->endpoint.self, address, data, len,
                              (struct pcie_done){on_issued, fake, cookie},
                              (struct pcie_done){on_visible, fake, cookie}, fake->loop.now_ps);
}

struct pcie_read_done fake_pcie_done(struct fake_pcie *fake, uint64_t cookie)
{
    return (struct pcie_read_done){on_read_done, fake, cookie};
}

void fake_pcie_read(struct fake_pcie *fake, uint64_t address, uint32_t len, uint64_t cookie)
{
    fake->endpoint.ops->read(fake->endpoint.self, address, len, fake_pcie_done(fake, cookie),
                             fake->loop.now_ps);
}

const struct fake_event *fake_pcie_event(const struct fake_pcie *fake, enum fake_event_kind kind,
                                         size_t n)
{
    for (size_t i = 0; i < fake->count; i++)
        if (fake->events[i].kind == kind && n-- == 0)
            return &fake->events[i];
    return NULL;
}

size_t fake_pcie_count(const struct fake_pcie *fake, enum fake_event_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < fake->count; i++)
        count += fake->events[i].kind == kind;
    return count;
}
