/* Sets up one core for tests, without a coroutine: when the core blocks, the rig runs a stage loop. The rig records the
 * doorbells and answers the reads itself, unless the test gives its own NICs, for example behind two links. */
#ifndef TOESIM_TEST_HOST_RIG_H
#define TOESIM_TEST_HOST_RIG_H

#include "models/base/stage_loop.h"
#include "models/host/host_cpu.h"

enum { RIG_EVENTS_MAX = 256, RIG_MEM_BYTES = 16 << 20 };

enum rig_kind { RIG_DMA_WRITE, RIG_MSIX, RIG_KICK };

/* An event that reaches the host at at_ps. The events happen in the order in which they were added. */
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
    uint32_t mem; /* the word at watch_mem at that time */
};

struct host_rig {
    struct stage_loop loop;
    struct probe probe; /* of the core; a test may add listeners */
    struct host_mem *mem;
    struct host_cpu *cpu;
    struct nic_bus bus;
    struct pcie_host host;
    uint64_t unblock_ps;
    uint64_t blocked;   /* number of calls of block_until that had to wait */
    uint64_t access_ps; /* latency of the rig's own answers */
    bool access_ok;
    uint32_t access_value;
    struct pcie_read_done answer; /* of the read under way; fn is null if there is none */
    uint64_t answer_ps;
    uint64_t watch_mem; /* address sampled at each doorbell; 0 means none */
    size_t doorbell_count;
    struct rig_doorbell doorbells[RIG_EVENTS_MAX];
    size_t event_count, event_next;
    struct rig_event events[RIG_EVENTS_MAX];
};

/* Sets up the rig. If `params` is null, it uses the defaults. If `access` is null, it records the doorbells and answers
 * the reads itself. */
void host_rig_init(struct host_rig *rig, const struct host_params *params,
                   const struct host_nic_access *access);
/* Destroys the core and its memory. */
void host_rig_free(struct host_rig *rig);
/* Adds an event. Events must be added in order of time. */
void host_rig_at(struct host_rig *rig, struct rig_event event);

#endif
