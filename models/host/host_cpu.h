/*
 * One simulated core, and the root complex in front of memory. It implements struct nic_bus for host-sw and
 * struct pcie_host for the links. The caller provides the blocking: block_until() of the SystemC shell (or
 * of a test) returns at the given time, or earlier if unblock() was called.
 *
 * Time: the stores, doorbells and frees of a step take effect in program order when the cost of the step has passed;
 * then the next step starts. Software charges all costs itself except IRQ_ENTRY, which wait() charges for each
 * interrupt that it returns.
 */
#ifndef TOESIM_HOST_HOST_CPU_H
#define TOESIM_HOST_HOST_CPU_H

#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/host/host_cores.h"
#include "models/host/host_iommu.h"
#include "models/host/host_mem.h"
#include "models/hwif/nic_bus.h"
#include "models/hwif/nic_regs.h"
#include "models/hwif/pcie_port.h"

#ifdef __cplusplus
extern "C" {
#endif

enum host_notify {
    HOST_NOTIFY_INTERRUPT,
    HOST_NOTIFY_POLL,
    HOST_NOTIFY_ADAPTIVE, /* by interrupts, and by polling while the software watches an entry */
};

struct host_params {
    uint32_t cores; /* 1 to HOST_CORES_MAX */
    enum host_notify notify;
    uint64_t
        interrupt_ps; /* MSI-X message at the root port until the handler's first instruction */
    uint64_t poll_period_ps; /* the poll loop runs at whole multiples of this time */
    uint64_t llc_hit_ps;     /* access to the LLC; 27,000 (docs/timing.md 5.2) */
    /* Access to DRAM including the miss in the LLC; 95,000 (docs/timing.md 5.2). */
    uint64_t dram_ps;
    uint64_t socket_hop_ps; /* to the other socket and back; 40,000 (docs/timing.md 5.2) */
    bool remote[NIC_COUNT]; /* the root port of the NIC is not on the socket of the memory */
    struct host_iommu_params iommu; /* each root port has one IOMMU */
    /* Requests of one NIC to the other are allowed; otherwise access control forbids them. */
    bool p2p;
    uint64_t llc_bytes; /* capacity of the LLC, which holds the memory last written by DMA or CPU */
    uint64_t cost_ps[CPU_COST_COUNT];
};

void host_params_default(struct host_params *params);

/* Accesses to the NICs, which sim/ implements with pcie_link. Reads call `done` later. */
struct host_nic_access {
    void (*mmio_write)(void *self, unsigned nic, uint32_t offset, const void *data, uint32_t len,
                       uint64_t now_ps);
    void (*mmio_read32)(void *self, unsigned nic, uint32_t offset, struct pcie_read_done done,
                        uint64_t now_ps);
    void (*cfg_read32)(void *self, unsigned nic, uint32_t offset, struct pcie_read_done done,
                       uint64_t now_ps);
    void (*cfg_write32)(void *self, unsigned nic, uint32_t offset, uint32_t value,
                        struct pcie_read_done done, uint64_t now_ps);
    /* These two answer at once. */
    uint32_t (*port_read32)(void *self, unsigned nic, uint32_t offset);
    void (*port_write32)(void *self, unsigned nic, uint32_t offset, uint32_t value,
                         uint64_t now_ps);
    /* Returns true if the range is in BAR 0 of the NIC, and sets its *offset there. */
    bool (*claims)(void *self, unsigned nic, uint64_t address, uint32_t len, uint32_t *offset);
    void *self;
};

/* Blocks the core's coroutine. */
struct host_blocker {
    /* Returns the time, which is until_ps, or earlier after unblock(). */
    uint64_t (*block_until)(void *self, uint64_t until_ps);
    void (*unblock)(void *self, uint64_t at_ps);
    void *self;
};

struct host_stats {
    uint64_t steps, busy_ps, interrupts, polls, mmio_reads, mmio_writes;
    uint64_t kicks;
    /* Arrived before the software took the last one of the same vector. */
    uint64_t interrupts_merged;
    uint64_t interrupts_ignored;            /* arrived while the software polls */
    uint64_t dma_reads_llc, dma_reads_dram; /* DMA reads completely in the LLC; all others */
    uint64_t iotlb_hits, iotlb_misses;      /* sum of both root ports */
    uint64_t units[CPU_COST_COUNT];
    struct host_core_stats core[HOST_CORES_MAX]; /* of each core, up to host_params.cores */
};

struct host_cpu; /* opaque */

struct host_cpu *host_cpu_create(const struct host_params *params, struct host_mem *mem,
                                 struct host_nic_access access, struct host_blocker blocker,
                                 const struct probe *probe);
void host_cpu_destroy(struct host_cpu *cpu);

/* Returns the interface for host-sw. Only the coroutine of this core may use it. */
struct nic_bus host_cpu_bus(struct host_cpu *cpu);

/* Returns the root port of this NIC, for its link. */
struct pcie_host host_cpu_pcie_host(struct host_cpu *cpu, unsigned nic);

/* Valid until the next call. */

const struct host_stats *host_cpu_stats(struct host_cpu *cpu);

#ifdef __cplusplus
}
#endif

#endif
