/* The four rings between one NIC and its driver. The entries are in host memory, and the counts in registers. */
#ifndef TOESIM_HOST_DRIVER_RINGS_H
#define TOESIM_HOST_DRIVER_RINGS_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

/* The location and size of a ring. Counts run freely modulo 2^32. */
struct ring_place {
    struct nic_bus bus;
    unsigned nic;
    uint64_t base;
    uint32_t log2_entries;
    uint32_t entry_bytes;
};

/* A ring that the host writes, for commands or buffers. */
struct host_ring {
    struct ring_place place;
    uint32_t doorbell_reg;
    uint32_t producer; /* entries written */
    uint32_t rung;     /* producer count of the last doorbell */
    uint32_t consumer; /* entries that the NIC is known to have fetched */
};

/* A ring that the NIC writes, for records or events. The phase bit of an entry shows whether it is valid. */
struct nic_ring {
    struct ring_place place;
    uint32_t consumer_reg, arm_reg;
    uint32_t phase_byte; /* offset of the byte whose bit 0 is the phase */
    uint32_t consumer;   /* entries that the host has read */
    uint32_t reported;   /* consumer count that was last written to the NIC */
    bool armed;          /* the ring is armed for an interrupt that has not come yet */
};

/* Allocates the entries and writes the register block. Returns false if there is no host memory. */
bool host_ring_init(struct host_ring *ring, struct nic_bus bus, unsigned nic, uint32_t block_reg,
                    uint32_t doorbell_reg, uint32_t log2_entries, uint32_t entry_bytes);
void host_ring_push(struct host_ring *ring, const void *entry); /* the ring must have room */
/* Rings one doorbell for all entries that were pushed since the last one. */
void host_ring_flush(struct host_ring *ring);
uint32_t host_ring_space(const struct host_ring *ring);

bool nic_ring_init(struct nic_ring *ring, struct nic_bus bus, unsigned nic, uint32_t block_reg,
                   uint32_t consumer_reg, uint32_t arm_reg, uint32_t log2_entries,
                   uint32_t entry_bytes, uint32_t phase_byte);
/* Returns the next entry as it was in memory at the start of the step, or null if there is none yet. */
const void *nic_ring_peek(const struct nic_ring *ring);
void nic_ring_advance(struct nic_ring *ring);
/* Tells the NIC how far the host has read, once per batch. */
void nic_ring_release(struct nic_ring *ring);
/* Arms the ring for one interrupt at the next entry, unless it is still armed. */
void nic_ring_arm(struct nic_ring *ring);
/* Returns the bus address of the next entry, which a poll loop watches. */
uint64_t nic_ring_next_address(const struct nic_ring *ring);

/* Frees the entries. */
void ring_place_free(struct ring_place *place);

/* Writes a 32-bit register. The write is charged as a doorbell. */
void ring_write_reg(struct nic_bus bus, unsigned nic, uint32_t reg, uint32_t value);

#endif
