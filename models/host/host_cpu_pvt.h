/* Inside of host_cpu, shared by its files: cpu (steps, stores, accesses), wait (notification), rc
 * (memory side). */
#ifndef TOESIM_HOST_HOST_CPU_PVT_H
#define TOESIM_HOST_HOST_CPU_PVT_H

#include "models/host/host_cpu.h"
#include "models/host/host_llc.h"

#include <stddef.h>

enum { HOST_SLOTS = NIC_COUNT * NIC_VECTOR_COUNT, HOST_LOOKED = 256 };
#define HOST_KICK (UINT32_C(1) << 31)

enum host_op_kind { HOST_OP_STORE, HOST_OP_MMIO_WRITE, HOST_OP_FREE, HOST_OP_DISCARD };

/* One effect of the current step, followed by its bytes in the arena. */
struct host_op {
    uint32_t kind;    /* enum host_op_kind */
    uint32_t len;     /* bytes that follow, before padding */
    uint64_t address; /* host address, or offset in BAR 0 */
    uint64_t arg;     /* MMIO: NIC; free and discard: bytes */
};

/* A copy of a range that crosses pages, for mem_read(). */
struct host_view {
    uint8_t *bytes;
    uint32_t capacity;
};

/* One source of notifications. */
struct host_slot {
    uint64_t due_ps;  /* interrupt delivered, or watched entry visible; TIME_NEVER: nothing */
    uint64_t watched; /* poll: address; 0: none */
};

/* The root port of one NIC. */
struct host_port {
    struct host_cpu *cpu;
    unsigned nic;
    uint64_t hop_ps; /* one way to memory's socket; 0: it is this one */
    struct host_iommu iommu;
};

struct host_cpu {
    struct host_params params;
    struct host_mem *mem;
    struct host_nic_access access;
    struct host_blocker blocker;
    const struct probe *probe;
    struct host_stats stats;
    struct host_llc llc;
    struct host_port ports[NIC_COUNT];

    uint64_t step_start_ps;
    uint64_t step_cost_ps;
    unsigned char *ops; /* arena of struct host_op, kept from step to step */
    size_t ops_bytes, ops_capacity;
    struct host_view *views; /* of the current step; their buffers are kept */
    size_t view_count, view_capacity;

    bool waiting;    /* in wait(): notifications unblock */
    bool answer_due; /* in a blocking access */
    bool answer_ok;
    uint32_t answer;
    uint64_t kick_ps; /* TIME_NEVER: none */
    struct host_slot slots[HOST_SLOTS];
    uint64_t port_due_ps[NIC_COUNT]; /* root ports: interrupt delivered; TIME_NEVER: none */
    /* Lines the software looked at and nobody wrote since: see watch(). */
    uint64_t looked[HOST_LOOKED];
};

void host_cpu_end_step(struct host_cpu *cpu);

extern const struct pcie_host_ops host_rc_ops;

#endif
