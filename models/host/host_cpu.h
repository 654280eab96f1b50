/*
 * One simulated core and the root complex in front of memory: implements struct nic_bus for host-sw
 * and struct pcie_host for the links. Blocking is the caller's: the SystemC shell (or a test) gives
 * block_until(), which returns at that time or earlier when unblock() was called.
 *
 * Time: a step's stores, doorbells and frees are kept and take effect in program
 * order when its cost has passed; the next step starts then. Software charges all costs itself but
 * IRQ_ENTRY, which wait() charges for each interrupt it returns.
 */
#ifndef TOESIM_HOST_HOST_CPU_H
#define TOESIM_HOST_HOST_CPU_H

#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/host/host_iommu.h"
#include "models/host/host_mem.h"
#include "models/hwif/nic_bus.h"
#include "models/hwif/nic_regs.h"
#include "models/hwif/pcie_port.h"

#ifdef __cplusplus
extern "C" {
#endif

enum host_notify { HOST_NOTIFY_INTERRUPT, HOST_NOTIFY_POLL };

struct host_params {
    enum host_notify notify;
    uint64_t
        interrupt_ps; /* MSI-X message at the root port until the handler's first instruction */
    uint64_t poll_period_ps; /* the poll loop looks at whole multiples of it */
    uint64_t llc_hit_ps;     /* access to the LLC: 27,000 (timing 5.2) */
    uint64_t dram_ps;        /* access to DRAM, with the miss in the LLC: 95,000 (timing 5.2) */
    uint64_t socket_hop_ps;  /* to the other socket and back: 40,000 (timing 5.2) */
    bool remote[NIC_COUNT];  /* the NIC's root port is on another socket than memory */
    struct host_iommu_params iommu; /* one of each root port */
    bool p2p; /* requests of one NIC for the other pass; else access control forbids them */
    uint64_t llc_bytes; /* memory written by DMA or CPU stays in the LLC, last llc_bytes of it */
    uint64_t cost_ps[CPU_COST_COUNT];
};

void host_params_default(struct host_params *params);

/* Accesses toward the NICs; implemented over pcie_link by sim/. Reads call done later. */
struct host_nic_access {
    void (*mmio_write)(void *self, unsigned nic, uint32_t offset, const void *data, uint32_t len,
                       uint64_t now_ps);
    void (*mmio_read32)(void *self, unsigned nic, uint32_t offset, struct pcie_read_done done,
                        uint64_t now_ps);
    void (*cfg_read32)(void *self, unsigned nic, uint32_t offset, struct pcie_read_done done,
                       uint64_t now_ps);
    void (*cfg_write32)(void *self, unsigned nic, uint32_t offset, uint32_t value,
                        struct pcie_read_done done, uint64_t now_ps);
    uint32_t (*port_read32)(void *self, unsigned nic, uint32_t offset); /* answer at once */
    void (*port_write32)(void *self, unsigned nic, uint32_t offset, uint32_t value);
    /* True when BAR 0 of the NIC holds the range; *offset: in it. */
    bool (*claims)(void *self, unsigned nic, uint64_t address, uint32_t len, uint32_t *offset);
    void *self;
};

/* Blocks the core's coroutine. */
struct host_blocker {
    /* Returns when simulated time reaches until_ps, or earlier after unblock(); gives the time. */
    uint64_t (*block_until)(void *self, uint64_t until_ps);
    void (*unblock)(void *self, uint64_t at_ps);
    void *self;
};

struct host_stats {
    uint64_t steps, busy_ps, interrupts, polls, mmio_reads, mmio_writes;
    uint64_t kicks;
    uint64_t interrupts_merged;  /* came while the same vector was not yet taken by the software */
    uint64_t interrupts_ignored; /* came while notification is by poll */
    uint64_t dma_reads_llc, dma_reads_dram; /* DMA reads all in the LLC; others */
    uint64_t iotlb_hits, iotlb_misses;      /* both root ports */
    uint64_t units[CPU_COST_COUNT];
};

struct host_cpu; /* opaque */

struct host_cpu *host_cpu_create(const struct host_params *params, struct host_mem *mem,
                                 struct host_nic_access access, struct host_blocker blocker,
                                 const struct probe *probe);
void host_cpu_destroy(struct host_cpu *cpu);

/* For host-sw. Only the coroutine of this core may use it. */
struct nic_bus host_cpu_bus(struct host_cpu *cpu);

/* For the link of this NIC: its root port. */
struct pcie_host host_cpu_pcie_host(struct host_cpu *cpu, unsigned nic);

/* Valid until the next call. */

const struct host_stats *host_cpu_stats(struct host_cpu *cpu);

#ifdef __cplusplus
}
#endif

#endif
