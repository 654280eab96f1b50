/*
 * The interface of the machine to software: registers and configuration space of two NICs, host memory,
 * interrupts, time and the cost of software steps. host-sw accesses hardware only through this interface;
 * the simulator (models/host) and the unit tests' fake NIC implement it.
 *
 * A *step* is what software does between two calls that block (mmio_read32, cfg_*, wait) or
 * step_end(). It reads memory as it is at the step's start; its stores and doorbells take effect,
 * in program order, at the end of the step's cost. Software must not read back within a step what
 * it stored in that step.
 */
#ifndef TOESIM_HWIF_NIC_BUS_H
#define TOESIM_HWIF_NIC_BUS_H

#include <stdbool.h>
#include <stdint.h>

/* X(identifier, key, default picoseconds per unit, "unit", "source") */
#define CPU_COSTS(X)                                                                               \
    X(IRQ_ENTRY, "irq_entry", 500000, "interrupt", "assumed: timing 6 (1), part inside the CPU")   \
    X(POLL, "poll", 20000, "look at one ring head", "timing 5.2: one L3 hit, 25 to 27 ns")         \
    X(RECORD, "record", 60000, "receive record", "timing 5.1: XDP_DROP 38.6 ns + entry update")    \
    X(EVENT, "event", 60000, "event", "as a record")                                               \
    X(LOOKUP, "lookup", 32000, "directory lookup by tuple", "timing 5.2: one miss to memory")      \
    X(FOREIGN, "foreign", 118000, "whole frame examined", "timing 5.1: XDP redirect")              \
    X(COMMAND, "command", 50000, "command built", "timing 5.2: uncached store 50 ns, low end")     \
    X(DOORBELL, "doorbell", 50000, "MMIO write", "timing 1.10: 50 to 300 ns, low end")             \
    X(LINE, "line", 50000, "line of 64 bytes written to a NIC", "timing 1.10: as a doorbell")      \
    X(OPEN, "open", 301000, "connection admitted", "timing 5.1: full IP receive path")             \
    X(IMAGE_CHECK, "image_check", 32000, "image checked", "timing 5.2: one miss to memory")        \
    X(APP_CALL, "app_call", 41850, "application call", "timing 5.2: system call")                  \
    X(COPY_64, "copy_64", 4300, "64 bytes copied", "timing 5.2: L2 hit")                           \
    X(SCAN_ENTRY, "scan_entry", 7900, "directory entry scanned", "timing 5.2: L3")                 \
    X(HOST_SEGMENT, "host_segment", 301000, "segment in the host stack", "timing 5.1")             \
    X(PORT, "port", 100000, "access to the root port", "assumed: an uncached access on the die")   \
    X(HANDOFF, "handoff", 27000, "record or event handed to another core", "timing 5.2: L3 hit")   \
    X(REMOTE_LINE, "remote_line", 54000, "line that another core touched last", "assumed: 2 L3")   \
    X(LOCK, "lock", 9486, "lock taken and returned", "timing 5.2: spin_lock_irq and unlock")

enum cpu_cost {
#define X(id, key, ps, unit, source) CPU_COST_##id,
    CPU_COSTS(X)
#undef X
        CPU_COST_COUNT,
};

enum {
    NIC_COUNT = 2,
    NIC_BUS_PORT_BIT = 24, /* in what wait() returns: and the NIC's number */
};

/* Cores, and the locks of what they share. Each NIC has a lock for its command ring. */
enum { HOST_CORES_MAX = 8 };
enum host_lock_id {
    HOST_LOCK_DIRECTORY, /* new and ended connections */
    HOST_LOCK_TRANSFERS, /* transfers under way and waiting, and their limit */
    HOST_LOCK_HOLD,      /* the limits of held frames */
    HOST_LOCK_BUFFERS,   /* free buffers */
    HOST_LOCK_COMMANDS,
    HOST_LOCK_COUNT = HOST_LOCK_COMMANDS + NIC_COUNT,
};

enum { BUS_PAGE_BYTES = 4096 }; /* unit of mem_alloc() and mem_discard() */

/* Where a connection's context may be processed: on a NIC (its number), or by the host's own TCP. */
enum { PLACE_HOST = NIC_COUNT, PLACE_COUNT = NIC_COUNT + 1 };

struct nic_bus_ops {
    /* Reads a register and blocks for the round trip. Returns all ones if the NIC does not answer. */
    uint32_t (*mmio_read32)(void *self, unsigned nic, uint32_t offset);
    /* Posted; len 4, 8 or 16, or 64 for a line that the core combines before it writes it; naturally
     * aligned. Writes of a step reach the NIC in program order, those of lines as well, because the
     * core fences them. */
    void (*mmio_write)(void *self, unsigned nic, uint32_t offset, const void *data, uint32_t len);
    /* Configuration space; blocks until completed. False: no completion (link down). */
    bool (*cfg_read32)(void *self, unsigned nic, uint32_t offset, uint32_t *value);
    bool (*cfg_write32)(void *self, unsigned nic, uint32_t offset, uint32_t value);
    /* Configuration space of the root port above the NIC (port_regs.h), at once; also when its link
     * is down. */
    uint32_t (*port_read32)(void *self, unsigned nic, uint32_t offset);
    void (*port_write32)(void *self, unsigned nic, uint32_t offset, uint32_t value);
    /* Host memory: a new zeroed range of bytes, page aligned; 0 when none is left. Never blocks. */
    uint64_t (*mem_alloc)(void *self, uint64_t bytes);
    void (*mem_free)(void *self, uint64_t address, uint64_t bytes);
    /* Tells that nobody reads this range before it is written again, so that its whole pages may go back to the system. It
     * stays allocated. */
    void (*mem_discard)(void *self, uint64_t address, uint64_t bytes);
    /* Borrowed view of host memory as it is at the step's start; contiguous over the range. */
    const void *(*mem_read)(void *self, uint64_t address, uint32_t len);
    /* Store, visible at the end of the step. */
    void (*mem_write)(void *self, uint64_t address, const void *data, uint32_t len);
    /* Adds units times the cost to the current step. */
    void (*charge)(void *self, enum cpu_cost cost, uint64_t units);
    /* Ends the step: its time passes, its stores and doorbells take effect. */
    void (*step_end)(void *self);
    /* Ends the step, then sleeps until an interrupt is delivered, a polled ring changed, kick() was
     * called, or until_ps. Returns a bit per (nic * NIC_VECTOR_COUNT + vector) that fired;
     * NIC_BUS_PORT_BIT + nic: its root port has something to tell; bit 31: kick; 0: timeout. */
    uint32_t (*wait)(void *self, uint64_t until_ps);
    /* Tells the poll loop which address to watch (first byte of the next entry of a ring):
     * slot = nic * NIC_VECTOR_COUNT + vector. Address 0 ends the watch. Has no effect if the machine notifies by
     * interrupts alone. */
    void (*watch)(void *self, unsigned slot, uint64_t address);
    uint64_t (*now_ps)(void *self); /* start of the current step */
    /* Null, all four, if the machine has one core. run_on() makes the costs that follow those of this core, and hands the
     * work over; join() lets core 0, the current one, wait for the others, which step_end() does as well. */
    void (*run_on)(void *self, unsigned core);
    void (*join)(void *self);
    void (*lock)(void *self, enum host_lock_id lock);
    void (*unlock)(void *self, enum host_lock_id lock);
};

struct nic_bus {
    const struct nic_bus_ops *ops;
    void *self;
};

/* Take and return a lock. It costs nothing if the machine has one core. */
static inline void nic_bus_lock(struct nic_bus bus, enum host_lock_id lock)
{
    if (bus.ops->lock)
        bus.ops->lock(bus.self, lock);
}

static inline void nic_bus_unlock(struct nic_bus bus, enum host_lock_id lock)
{
    if (bus.ops->unlock)
        bus.ops->unlock(bus.self, lock);
}

#endif
