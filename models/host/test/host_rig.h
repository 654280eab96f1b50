/* One core without a coroutine: block_until() runs a stage loop. NICs are recorded, or two links.
 */
#ifndef TOESIM_TEST_HOST_RIG_H
#define TOESIM_TEST_HOST_RIG_H

#include "models/base/stage_loop.h"
#include "models/host/host_cpu.h"

enum { RIG_EVENTS_MAX = 256, RIG_MEM_BYTES = 16 << 20 };

enum rig_kind { RIG_DMA_WRITE, RIG_MSIX, RIG_KICK };

/* Something that happens to the host at a time, in order of addition. */
struct rig_event {
    uint64_t at_ps;
    enum rig_kind kind;
    uint64_t address; /* MSI-X: nic * NIC_VECTOR_COUNT + vector */
    uint32_t len;
    uint8_t byte;
};

/* A doorbell that left the core. */
struct rig_doorbell {
    uint64_t now_ps;
    unsigned nic;
    uint32_t offset, len, value;
    uint32_t mem; /* what memory held at the doorbell's watched address */
};

struct host_rig {
    struct stage_loop loop;
    struct host_mem *mem;
    struct host_cpu *cpu;
    struct nic_bus bus;
    struct pcie_host host;
    uint64_t unblock_ps;
    uint64_t blocked;   /* calls of block_until that had to wait */
    uint64_t access_ps; /* latency of the recorded NIC's answers */
    bool access_ok;
    uint32_t access_value;
    struct pcie_read_done answer; /* fn null: none under way */
    uint64_t answer_ps;
    uint64_t watch_mem; /* address sampled at each doorbell; 0: none */
    size_t doorbell_count;
    struct rig_doorbell doorbells[RIG_EVENTS_MAX];
    size_t event_count, event_next;
    struct rig_event events[RIG_EVENTS_MAX];
};

/* Null params: defaults. access null: the recording NIC. */
void host_rig_init(struct host_rig *rig, const struct host_params *params,
                   const struct host_nic_access *access);
void host_rig_free(struct host_rig *rig);
void host_rig_at(struct host_rig *rig, struct rig_event event);

#endif
