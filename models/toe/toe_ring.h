/* The rings in host memory that the engine shares with the driver, and their common operations. */
#ifndef TOESIM_TOE_TOE_RING_H
#define TOESIM_TOE_TOE_RING_H

#include "models/hwif/nic_desc.h"
#include "models/hwif/pcie_port.h"

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

struct toe_ring {
    uint64_t base; /* 0 if the driver has not set the ring up */
    uint32_t log2;
    /* free-running; the entry is the number modulo the size of the ring. */
    uint32_t producer, consumer;
    bool fetching; /* a read of entries is outstanding */
};

struct toe_rings {
    struct toe_ring cmd, record, event, buffer;
};

/* Returns every ring to its state after a reset, without a base. */
void toe_rings_power_on(struct toe_engine *engine);
bool toe_rings_create(struct toe_engine *engine);
void toe_rings_destroy(struct toe_engine *engine);

/* For a ring that the engine writes: returns true if there is room for one more entry. */
bool toe_ring_has_space(const struct toe_ring *ring);

/* Returns the phase bit of the entry that is written next. */
uint8_t toe_ring_phase(const struct toe_ring *ring);

/* Writes one 64-byte entry. The caller has set its phase bit. */
void toe_ring_push(struct toe_engine *engine, struct toe_ring *ring, const void *entry,
                   struct pcie_done visible, uint64_t now_ps);

/* For a ring that the driver writes: returns how many entries, at most `most`, one read may take without
 * wrapping around. */
uint32_t toe_ring_batch(const struct toe_ring *ring, uint32_t most);

/* Returns the host address of the next entry to read; each entry has `entry_bytes`. */
uint64_t toe_ring_address(const struct toe_ring *ring, uint32_t entry_bytes);

#endif
