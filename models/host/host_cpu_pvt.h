/* Internals of host_cpu, shared by its files: cpu (steps, stores, accesses), wait (notification), rc
 * (memory side). */
#ifndef TOESIM_HOST_HOST_CPU_PVT_H
#define TOESIM_HOST_HOST_CPU_PVT_H

#include "models/host/host_cpu.h"
#include "models/host/host_llc.h"

#include <stddef.h>

enum { HOST_SLOTS = NIC_COUNT * NIC_VECTOR_COUNT, HOST_LOOKED = 256 };
#define HOST_KICK (UINT32_C(1) << 31)

enum host_op_kind { HOST_OP_STORE, HOST_OP_MMIO_WRITE, HOST_OP_FREE, HOST_OP_DISCARD };

/* One effect of the current step. Its bytes follow in the arena. */
struct host_op {
    uint32_t kind;    /* enum host_op_kind */
    uint32_t len;     /* bytes that follow, before padding */
    uint64_t address; /* host address, or offset in BAR 0 */
    uint64_t arg;     /* MMIO: NIC; free and discard: bytes */
};

/* A copy for mem_read() of a range that crosses pages. */
struct host_view {
    uint8_t *bytes;
    uint32_t capacity;
};

/* One source of notifications. */
struct host_slot {
    uint64_t interrupt_ps; /* when its interrupt is delivered; TIME_NEVER if there is none */
    uint64_t visible_ps;   /* when the watched entry became visible; TIME_NEVER if it is not */
    uint64_t watched;      /* address of the entry that is polled; 0 if there is none */
};

/* The root port of one NIC. */
struct host_port {
    struct host_cpu *cpu;
    unsigned nic;
    uint64_t hop_ps; /* one way to the memory's socket; 0 if it is on this socket */
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
    struct host_cores cores;
    unsigned char *ops; /* arena of struct host_op, reused by each step */
    size_t ops_bytes, ops_capacity;
    struct host_view *views; /* views of the current step; their buffers are reused */
    size_t view_count, view_capacity;

    bool waiting;    /* in wait(), so notifications unblock the core */
    bool answer_due; /* a blocking access waits for its answer */
    bool answer_ok;
    uint32_t answer;
    uint64_t kick_ps; /* TIME_NEVER if there is none */
    struct host_slot slots[HOST_SLOTS];
    uint64_t port_due_ps[NIC_COUNT]; /* interrupt times of the root ports; TIME_NEVER if none */
    /* Lines that the software has read and that were not written since; see watch(). */
    uint64_t looked[HOST_LOOKED];
};

void host_cpu_end_step(struct host_cpu *cpu);

extern const struct pcie_host_ops host_rc_ops;

#endif
