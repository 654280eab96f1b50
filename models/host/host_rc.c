#include "models/host/host_rc.h"

#include "models/host/host_cpu_pvt.h"
#include "models/host/host_wait.h"

#include <assert.h>
#include <string.h>

void host_rc_init(struct host_cpu *cpu)
{
    const struct host_params *params = &cpu->params;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        struct host_port *port = &cpu->ports[nic];
        port->cpu = cpu;
        port->nic = nic;
        port->hop_ps = params->remote[nic] ? params->socket_hop_ps / 2 : 0;
        host_iommu_init(&port->iommu, &params->iommu, params->dram_ps);
    }
}

/* Returns the delay on the way to memory. A read has the way back in addition. */
static uint64_t rc_enter(void *self, uint64_t address, uint64_t arrival_ps)
{
    struct host_port *port = self;
    return host_iommu_translate(&port->iommu, address, arrival_ps) + port->hop_ps;
}

static void rc_mem_write(void *self, uint64_t address, const uint8_t *data, uint32_t len,
                         uint64_t now_ps)
{
    struct host_cpu *cpu = ((struct host_port *)self)->cpu;
    host_mem_write(cpu->mem, address, data, len); /* a range outside memory would be our own bug */
    host_llc_touch(&cpu->llc, address, len);
    host_wait_on_write(cpu, address, len, now_ps);
}

static uint64_t rc_mem_read(void *self, uint64_t address, uint8_t *data, uint32_t len,
                            uint64_t now_ps)
{
    (void)now_ps;
    const struct host_port *port = self;
    struct host_cpu *cpu = port->cpu;
    host_mem_read(cpu->mem, address, data, len);
    if (host_llc_has(&cpu->llc, address, len)) {
        cpu->stats.dma_reads_llc++;
        return port->hop_ps;
    }
    cpu->stats.dma_reads_dram++;
    return port->hop_ps + cpu->params.dram_ps - cpu->params.llc_hit_ps;
}

static void rc_msix(void *self, unsigned nic, unsigned vector, uint64_t now_ps)
{
    assert(nic < NIC_COUNT);
    assert(vector < NIC_VECTOR_COUNT);
    host_wait_on_interrupt(((struct host_port *)self)->cpu, nic * NIC_VECTOR_COUNT + vector,
                           now_ps);
}

/* Returns true if the range is in the other NIC's BAR. A NIC's registers are whole DWs. */
static bool peer_claims(const struct host_port *port, uint64_t address, uint32_t len,
                        uint32_t *offset)
{
    const struct host_nic_access *access = &port->cpu->access;
    return address % 4 == 0 && len % 4 == 0 &&
           access->claims(access->self, NIC_COUNT - 1 - port->nic, address, len, offset);
}

static enum pcie_route rc_route(void *self, uint64_t address, uint32_t len)
{
    const struct host_port *port = self;
    uint32_t offset;
    if (host_mem_covers(port->cpu->mem, address, len))
        return PCIE_ROUTE_MEMORY;
    if (!peer_claims(port, address, len, &offset))
        return PCIE_ROUTE_NOBODY;
    return port->cpu->params.p2p ? PCIE_ROUTE_PEER : PCIE_ROUTE_REFUSED;
}

static void rc_peer_write(void *self, uint64_t address, const uint8_t *data, uint32_t len,
                          uint64_t now_ps)
{
    const struct host_port *port = self;
    const struct host_nic_access *access = &port->cpu->access;
    uint32_t offset = 0;
    bool ok = peer_claims(port, address, len, &offset);
    assert(ok); /* rc_route() returned the same at this time */
    access->mmio_write(access->self, NIC_COUNT - 1 - port->nic, offset, data, len, now_ps);
}

static void rc_peer_read(void *self, uint64_t address, struct pcie_read_done done, uint64_t now_ps)
{
    const struct host_port *port = self;
    const struct host_nic_access *access = &port->cpu->access;
    uint32_t offset = 0;
    bool ok = peer_claims(port, address, 4, &offset);
    assert(ok);
    access->mmio_read32(access->self, NIC_COUNT - 1 - port->nic, offset, done, now_ps);
}

static_assert(NIC_COUNT == 2, "the peer is the other one");

static void rc_port_event(void *self, uint64_t at_ps)
{
    const struct host_port *port = self;
    host_wait_on_port(port->cpu, port->nic, at_ps);
}

const struct pcie_host_ops host_rc_ops = {
    .mem_write = rc_mem_write,
    .mem_read = rc_mem_read,
    .msix = rc_msix,
    .enter = rc_enter,
    .route = rc_route,
    .peer_write = rc_peer_write,
    .peer_read = rc_peer_read,
    .port_event = rc_port_event,
};
