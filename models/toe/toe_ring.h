/* The rings in host memory that the engine shares with the driver, and what they have in common. */
#ifndef TOESIM_TOE_TOE_RING_H
#define TOESIM_TOE_TOE_RING_H

#include "models/hwif/nic_desc.h"
#include "models/hwif/pcie_port.h"

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

struct toe_ring {
    uint64_t base; /* 0: the driver has not set the ring up */
    uint32_t log2;
    uint32_t producer, consumer; /* run freely; the entry is the number modulo the ring's size */
    bool fetching;               /* a read of entries is out */
};

struct toe_rings {
    struct toe_ring cmd, record, event, buffer;
};

/* Every ring is as the driver finds it after a reset: without a base. */
void toe_rings_power_on(struct toe_engine *engine);
bool toe_rings_create(struct toe_engine *engine);
void toe_rings_destroy(struct toe_engine *engine);

/* A ring that the engine writes: is there room for one more entry? */
bool toe_ring_has_room(const struct toe_ring *ring);

/* The phase bit of the entry that is written next. */
uint8_t toe_ring_phase(const struct toe_ring *ring);

/* Writes one 64-byte entry, whose phase the caller has set. */
void toe_ring_push(struct toe_engine *engine, struct toe_ring *ring, const void *entry,
                   struct pcie_done visible, uint64_t now_ps);

/* A ring that the driver writes: entries that one read may take, at most `most`, without a wrap. */
uint32_t toe_ring_batch(const struct toe_ring *ring, uint32_t most);

/* Host address of the next entry to read, of entry_bytes each. */
uint64_t toe_ring_address(const struct toe_ring *ring, uint32_t entry_bytes);

#endif
